"""A patient's record numbers (病案号) and how a page names one without showing it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

MRN = "MRN"


class NoRecordNumber(Exception):
    """The patient has no such record number here; one must be bound first."""


def token(subject_id: str, mrn: str) -> str:
    """A name for a record number that can stand in a page without showing it."""
    return hashlib.blake2b(mrn.encode(), key=subject_id.encode(), digest_size=12).hexdigest()


def patient(work: VerticalWork, wallet_user_id: str, chosen: str = "") -> tuple[str, str]:
    """Subject id and record number of the wallet user: the one that the token names, or else the first bound one."""
    for subject_id in work.subjects.bound_to(wallet_user_id):
        for identifier in work.subjects.identifiers(subject_id):
            if identifier.system == MRN and chosen in ("", token(subject_id, identifier.value)):
                return subject_id, identifier.value
    raise NoRecordNumber
