"""A patient's record numbers (病案号) and how a page names one without showing it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

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


def ask_to_match(work: VerticalWork, mrn: str) -> None:
    """Hand over after this commit what has come for that number, for whose it is has changed."""
    index = work.seal.index(MRN, mrn)
    work.jobs.add(NUMBER_BOUND, index, stream=index)
