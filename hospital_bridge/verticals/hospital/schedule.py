"""What can be booked: one slot with the words that go with it, asked of the hospital afresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from adapters.errors import Away
from adapters.values import Department, Practitioner, Slot
from hospital_bridge.verticals.hospital import directory
from hospital_bridge.verticals.hospital.directory import NotOffered

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope


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


def must_be_open(scope: Scope) -> None:
    """Away where nothing new may begin: the hospital's system is about to be left alone, or already is."""
    until = scope.closed_until()
    if until is not None:
        raise Away("away: the hospital's system is, or will soon be, in maintenance", until=until)


def offer(scope: Scope, department_code: str, practitioner_code: str, day: date, slot_id: str) -> Offer:
    """One slot, asked for afresh; NotOffered when it has started, gone or never was."""
    slots = upcoming(scope.port("HisScheduling"), scope.now(), department_code, practitioner_code, day)
    slot = next((slot for slot in slots if slot.slot_id == slot_id), None)
    if slot is None:
        raise NotOffered(slot_id)
    return Offer(
        directory.department(scope, department_code),
        directory.practitioner(scope, department_code, practitioner_code),
        slot,
    )


def upcoming(his: Any, now: datetime, department_code: str, practitioner_code: str, day: date) -> list[Slot]:
    """The slots of one day that are still to start, by time; `his` is the `HisScheduling` port."""
    slots: Sequence[Slot] = his.slots(department_code, practitioner_code, day)
    return sorted((slot for slot in slots if slot.starts_at > now), key=lambda slot: slot.starts_at)
