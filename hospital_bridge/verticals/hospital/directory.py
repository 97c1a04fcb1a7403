"""Departments and practitioners as pages name them: names change seldom, so the hospital is not asked each time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from adapters.values import Department, Practitioner
from hospital_bridge.verticals.hospital.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import Scope

SHOWN_FOR = timedelta(seconds=30)
"""How old a name on a page may be; which slots are free is another matter (`timetable`)."""

Offered = TypeVar("Offered", Department, Practitioner)

_PORT = "HisDirectory"
_MEMORY = Memory(SHOWN_FOR)


class NotOffered(LookupError):
    """The hospital does not offer this (any more)."""


def departments(scope: Scope) -> Sequence[Department]:
    """Every department that can be registered for."""
    return _MEMORY.recall(scope, _PORT, ("departments",), lambda his: tuple(his.departments()))


def practitioners(scope: Scope, department_code: str) -> Sequence[Practitioner]:
    """Every practitioner of a department."""
    question = ("practitioners", department_code)
    return _MEMORY.recall(scope, _PORT, question, lambda his: tuple(his.practitioners(department_code)))


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
