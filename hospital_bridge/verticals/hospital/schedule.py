"""What can be booked: departments, practitioners and slots, as the hospital tells them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from adapters.values import Department, Practitioner, Slot

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

Offered = TypeVar("Offered", Department, Practitioner)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's slots of one practitioner, by time."""

    date: date
    slots: Sequence[Slot]


@dataclass(frozen=True, slots=True)
class Offer:
    """One slot with the words that go with it."""

    department: Department
    practitioner: Practitioner
    slot: Slot


class NotOffered(LookupError):
    """The hospital does not offer this (any more)."""


def department(scope: Scope, code: str) -> Department:
    """The department of that code; NotOffered when there is none."""
    departments: Sequence[Department] = scope.port("HisDirectory").departments()
    return _only(departments, code)


def practitioner(scope: Scope, department_code: str, code: str) -> Practitioner:
    """The practitioner of that code in the department; NotOffered when there is none."""
    practitioners: Sequence[Practitioner] = scope.port("HisDirectory").practitioners(department_code)
    return _only(practitioners, code)


def days(scope: Scope, department_code: str, practitioner_code: str) -> list[Day]:
    """The slots of the coming days that are still to start; days without any are left out."""
    today = scope.now().astimezone(scope.timezone).date()
    found = []
    for ahead in range(scope.settings["horizon_days"]):
        day = today + timedelta(days=ahead)
        slots = _upcoming(scope, department_code, practitioner_code, day)
        if slots:
            found.append(Day(day, slots))
    return found


def offer(scope: Scope, department_code: str, practitioner_code: str, day: date, slot_id: str) -> Offer:
    """One slot, asked for afresh; NotOffered when it has started, gone or never was."""
    slots = _upcoming(scope, department_code, practitioner_code, day)
    slot = next((slot for slot in slots if slot.slot_id == slot_id), None)
    if slot is None:
        raise NotOffered(slot_id)
    return Offer(department(scope, department_code), practitioner(scope, department_code, practitioner_code), slot)


def _upcoming(scope: Scope, department_code: str, practitioner_code: str, day: date) -> list[Slot]:
    slots: Sequence[Slot] = scope.port("HisScheduling").slots(department_code, practitioner_code, day)
    return sorted((slot for slot in slots if slot.starts_at > scope.now()), key=lambda slot: slot.starts_at)


def _only(offered: Sequence[Offered], code: str) -> Offered:
    for one in offered:
        if one.code == code:
            return one
    raise NotOffered(code)
