"""Departments and practitioners as pages name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from adapters.values import Department, Practitioner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import Scope

Offered = TypeVar("Offered", Department, Practitioner)


class NotOffered(LookupError):
    """The hospital does not offer this (any more)."""


def departments(scope: Scope) -> Sequence[Department]:
    """Every department that can be registered for."""
    return tuple(scope.shown("HisDirectory").departments())


def practitioners(scope: Scope, department_code: str) -> Sequence[Practitioner]:
    """Every practitioner of a department."""
    return tuple(scope.shown("HisDirectory").practitioners(department_code))


def department(scope: Scope, code: str) -> Department:
    """The department of that code; NotOffered when there is none."""
    return _only(departments(scope), code)


def practitioner(scope: Scope, department_code: str, code: str) -> Practitioner:
    """The practitioner of that code in the department; NotOffered when there is none."""
    return _only(practitioners(scope, department_code), code)


def _only(offered: Sequence[Offered], code: str) -> Offered:
    for one in offered:
        if one.code == code:
            return one
    raise NotOffered(code)
