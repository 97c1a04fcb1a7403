"""Whose a record number is, and which numbers a person goes by, after everything that the hospital merged.

A person keeps what they bound. The number that is in use for it follows from what the hospital says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.values import Identifier, PatientRecord
from hospital_bridge.verticals.hospital.record_numbers import MRN, NoRecordNumber, token
from hospital_bridge.verticals.hospital.store import record_holders, record_merges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number in use, and the others of its record: those that went up into it, and those linked with it.

    One that `is_unclear` went up into a number which somebody else has bound: whose that is, a person must find out.
    """

    number: str = field(repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)
    is_unclear: bool = False


def current(work: VerticalWork, number: str) -> str:
    """The number that is in use for it."""
    return record_merges.of_number(work, number).current


def is_same_record(work: VerticalWork, one: str, other: str) -> bool:
    """Whether two numbers are one record."""
    return record_merges.index_of(work, other) in record_merges.of_number(work, one).indexes


def own_numbers(work: VerticalWork, subject_id: str) -> Sequence[OwnNumber]:
    """The numbers in use under which the hospital knows the person, in the order in which they were bound."""
    return [own for own in bound_numbers(work, subject_id) if not own.is_unclear]


def bound_numbers(work: VerticalWork, subject_id: str) -> Sequence[OwnNumber]:
    """The same with those that are unclear."""
    found: dict[str, OwnNumber] = {}
    for bound in record_holders.bound(work, subject_id):
        record = record_merges.of_number(work, bound)
        if bound != record.current and len(record_holders.of_record(work, record)) > 1:
            found.setdefault(bound, OwnNumber(bound, is_unclear=True))
            continue
        others = tuple(number for number in record.numbers if number != record.current)
        found.setdefault(record.current, OwnNumber(record.current, others))
    return list(found.values())


def number_of(work: VerticalWork, subject_id: str, chosen: str = "") -> str:
    """A number of the patient's in use: the one that the token names, or else the first one."""
    for own in own_numbers(work, subject_id):
        if chosen in ("", token(subject_id, own.number)):
            return own.number
    raise NoRecordNumber


def bound_as(work: VerticalWork, subject_id: str, chosen: str) -> Sequence[Identifier]:
    """What the person bound of the number that the token names, in use or unclear."""
    bound = [Identifier(MRN, number) for number in record_holders.bound(work, subject_id)]
    named = [each for each in bound if token(subject_id, each.value) == chosen]
    return named or [each for each in bound if token(subject_id, current(work, each.value)) == chosen]


def record_of(work: VerticalWork, subject_id: str, number: str) -> PatientRecord:
    """The person's record under the number that is in use for this one, as a message to the hospital names it."""
    identity = work.subjects.identity(subject_id)
    return PatientRecord(
        identifiers=(Identifier(MRN, current(work, number)), Identifier(identity.id_type, identity.id_number)),
        name=identity.name,
        birth_date=identity.birth_date,
        sex=identity.sex,
    )
