"""New records that were asked of the hospital, each try by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Integer, String, Table

from hospital_bridge.store.metadata import ID, operator_column
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

RECORD_REQUEST = Table(
    "hospital_record_request",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("try_no", Integer, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("refusal", String(200), nullable=False),
)


def want_record(work: VerticalWork, subject_id: str) -> None:
    """A new record is wanted of the hospital; once a try is over this is the next one."""
    requests, mine = work.table(RECORD_REQUEST), RECORD_REQUEST.c.subject_id == subject_id
    known = requests.one(mine, lock=True)
    if known is None:
        requests.add(subject_id=subject_id, try_no=1, over=False, refusal="")
    elif known.over:
        requests.change(mine, try_no=known.try_no + 1, over=False, refusal="")


def record_try(work: VerticalWork, subject_id: str) -> int:
    """The number of the try that is under way; 0 when none is."""
    known = work.table(RECORD_REQUEST).one(RECORD_REQUEST.c.subject_id == subject_id)
    return 0 if known is None or known.over else int(known.try_no)


def end_record_try(work: VerticalWork, subject_id: str, refusal: str = "") -> None:
    """The hospital has answered: with a record, or else with the reason why not."""
    work.table(RECORD_REQUEST).change(RECORD_REQUEST.c.subject_id == subject_id, over=True, refusal=refusal[:200])


def record_refusal(work: VerticalWork, subject_id: str) -> str:
    """Why the hospital made no record at the last try; empty when it did or has not answered."""
    known = work.table(RECORD_REQUEST).one(RECORD_REQUEST.c.subject_id == subject_id)
    return "" if known is None else str(known.refusal)


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop that a record was wanted for the person."""
    work.table(RECORD_REQUEST).remove(RECORD_REQUEST.c.subject_id == subject_id)
