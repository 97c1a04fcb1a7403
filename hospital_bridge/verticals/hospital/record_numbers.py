"""A patient's record numbers (病案号) and how a page names one without showing it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from adapters.values import Identifier, PatientRecord

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

MRN = "MRN"
NUMBER_BOUND = "hospital.number_bound"
"""The job that follows when a record number was bound: what had come for it finds its person."""


class NoRecordNumber(Exception):
    """The patient has no such record number here; one must be bound first."""


def token(subject_id: str, mrn: str) -> str:
    """A name for a record number that can stand in a page without showing it."""
    return hashlib.blake2b(mrn.encode(), key=subject_id.encode(), digest_size=12).hexdigest()


def number_of(work: VerticalWork, subject_id: str, chosen: str = "") -> str:
    """A bound record number of the patient: the one that the token names, or else the first one."""
    for identifier in work.subjects.identifiers(subject_id):
        if identifier.system == MRN and chosen in ("", token(subject_id, identifier.value)):
            return identifier.value
    raise NoRecordNumber


def ask_to_match(work: VerticalWork, mrn: str) -> None:
    """Look once more after this commit who has that number: it may be bound at this very moment."""
    index = work.seal.index(MRN, mrn)
    work.jobs.add(NUMBER_BOUND, index, stream=index)


def record_of(work: VerticalWork, subject_id: str, mrn: str) -> PatientRecord:
    """The person's record under that number, as a message to the hospital names it."""
    identity = work.subjects.identity(subject_id)
    return PatientRecord(
        identifiers=(Identifier(MRN, mrn), Identifier(identity.id_type, identity.id_number)),
        name=identity.name,
        birth_date=identity.birth_date,
        sex=identity.sex,
    )
