"""Whose report it is: the one person who holds its record number under its name, or else nobody's until a person says.

Nothing is guessed: neither birth date nor a part of a name nor an order number decides.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import record_holders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.values import PatientRecord
    from hospital_bridge.slot import VerticalWork


class Doubt(StrEnum):
    """Why it is not known whose a report is."""

    UNKNOWN_PATIENT = "unknown_patient"
    TWO_PATIENTS = "two_patients"
    NAME_DIFFERS = "name_differs"


class InDoubt(Exception):
    """Nobody, or not one person alone, holds the record number under that name."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt


def owner_of(work: VerticalWork, patient: PatientRecord) -> str:
    """The subject whose record number (PID-3) it is and whose name agrees; InDoubt otherwise."""
    found = holders_of(work, patient, lock=True)
    if not found:
        raise InDoubt(Doubt.UNKNOWN_PATIENT)
    if len(found) > 1:
        raise InDoubt(Doubt.TWO_PATIENTS)
    if not is_same_name(work.subjects.identity(found[0]).name, patient.name):
        raise InDoubt(Doubt.NAME_DIFFERS)
    return found[0]


def holders_of(work: VerticalWork, patient: PatientRecord, *, lock: bool = False) -> Sequence[str]:
    """Everybody who has one of the record's numbers in use, or one that is the same record."""
    numbers = [each.value for each in patient.identifiers if each.system == MRN]
    return list(
        dict.fromkeys(holder for number in numbers for holder in record_holders.holders(work, number, lock=lock))
    )


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but width, letter case and blanks."""
    return folded_name(one) == folded_name(other) != ""


def folded_name(name: str) -> str:
    """One spelling of a name."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
