"""What members agreed to: the purpose, which words they read, and when; each giving and withdrawing is in the trail."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, Row, String, Table

from hospital_bridge.store.metadata import ID, Instant, operator_column
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.slot import VerticalWork

CONSENT = Table(
    "district_consent",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("purpose", String(24), primary_key=True),
    Column("text_version", Integer, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)


class Purpose(StrEnum):
    """What somebody agrees to, each by itself. ARRIVAL: to be greeted at a shop. FIGURES: to be counted in figures."""

    ARRIVAL = "arrival"
    FIGURES = "figures"


TEXT_VERSIONS = {Purpose.ARRIVAL: 1, Purpose.FIGURES: 1}
"""The version of each agreement's sentences; who agreed to older ones is asked again."""


def give(work: VerticalWork, subject_id: str, purpose: Purpose) -> None:
    """The person agrees; whoever agreed already goes on doing so."""
    if stands(work, subject_id, purpose):
        return
    values = {"text_version": TEXT_VERSIONS[purpose], "given_at": work.now, "withdrawn_at": None}
    if not work.table(CONSENT).change(*_one(subject_id, purpose), **values):
        work.table(CONSENT).add(subject_id=subject_id, purpose=purpose.value, **values)
    work.audit.record(subject_id, "agreement.given", purpose.value, version=str(TEXT_VERSIONS[purpose]))


def withdraw(work: VerticalWork, subject_id: str, purpose: Purpose) -> None:
    """The person agrees no more."""
    standing = CONSENT.c.withdrawn_at.is_(None)
    if work.table(CONSENT).change(*_one(subject_id, purpose), standing, withdrawn_at=work.now):
        work.audit.record(subject_id, "agreement.withdrawn", purpose.value)


def stands(work: VerticalWork, subject_id: str, purpose: Purpose, *, lock: bool = False) -> bool:
    """Whether the person agrees to the words of today; `lock` holds that until the transaction ends."""
    row = work.table(CONSENT).one(*_one(subject_id, purpose), lock=lock)
    return row is not None and row.withdrawn_at is None and row.text_version == TEXT_VERSIONS[purpose]


def who_agree(work: VerticalWork, purpose: Purpose) -> set[str]:
    """Everybody who agrees to the words of today."""
    rows = work.table(CONSENT).all(
        CONSENT.c.purpose == purpose.value,
        CONSENT.c.withdrawn_at.is_(None),
        CONSENT.c.text_version == TEXT_VERSIONS[purpose],
    )
    return {row.subject_id for row in rows}


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Row[Any]]:
    """What the person ever agreed to, and since when no more."""
    rows: Sequence[Row[Any]] = work.table(CONSENT).all(
        CONSENT.c.subject_id == subject_id, order_by=(CONSENT.c.purpose,)
    )
    return rows


def forget(work: VerticalWork, subject_id: str) -> None:
    """Drop what the person agreed to."""
    work.table(CONSENT).remove(CONSENT.c.subject_id == subject_id)


def forget_before(work: VerticalWork, instant: datetime) -> int:
    """Drop the agreements that ended before then; how many there were."""
    return int(work.table(CONSENT).remove(CONSENT.c.withdrawn_at < instant))


def _one(subject_id: str, purpose: Purpose) -> tuple[Any, Any]:
    return CONSENT.c.subject_id == subject_id, CONSENT.c.purpose == purpose.value
