"""Reports in the place of others: each number leads to the first of its row, under which all versions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, String, Table

from hospital_bridge.store.metadata import Instant, operator_column
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hospital_bridge.slot import VerticalWork

REPORT_NO = String(120)
REPLACED_REPORT = Table(
    "hospital_replaced_report",
    metadata,
    operator_column(),
    Column("report_no", REPORT_NO, primary_key=True),
    Column("first_no", REPORT_NO, nullable=False),
    Column("replaced_at", Instant),
)
Index(None, REPLACED_REPORT.c.operator_id, REPLACED_REPORT.c.first_no)


@dataclass(frozen=True, slots=True)
class Standing:
    """`first_no` is what a report's versions are kept under; `replaced_at` is when another took its place."""

    first_no: str
    replaced_at: datetime | None = None


def standing(work: VerticalWork, report_no: str) -> Standing:
    """How the number stands; of itself where nothing was ever replaced."""
    row = next(iter(work.table(REPLACED_REPORT).of(REPLACED_REPORT.c.report_no, report_no)), None)
    return Standing(report_no) if row is None else Standing(row.first_no, row.replaced_at)


def read_ahead(work: VerticalWork, numbers: Iterable[str]) -> None:
    """Read in one statement what `standing` will be asked for."""
    work.table(REPLACED_REPORT).read_ahead(REPLACED_REPORT.c.report_no, numbers)


def replace(work: VerticalWork, report_no: str, other: str, at: datetime) -> bool:
    """`report_no` stands in the place of the other; False where that was known, or they are one row already."""
    first_no = standing(work, other).first_no
    if report_no == first_no or standing(work, report_no).first_no == first_no:
        return False
    rows = work.table(REPLACED_REPORT)
    _keep(work, other, first_no)
    _keep(work, report_no, first_no)
    rows.change(REPLACED_REPORT.c.first_no == report_no, first_no=first_no)
    others = (REPLACED_REPORT.c.first_no == first_no, REPLACED_REPORT.c.report_no != report_no)
    rows.change(*others, REPLACED_REPORT.c.replaced_at.is_(None), replaced_at=at)
    return True


def forget(work: VerticalWork, report_no: str) -> None:
    """Drop every number of the report that is kept under this one."""
    work.table(REPLACED_REPORT).remove(REPLACED_REPORT.c.first_no == report_no)


def _keep(work: VerticalWork, report_no: str, first_no: str) -> None:
    rows = work.table(REPLACED_REPORT)
    if not rows.change(REPLACED_REPORT.c.report_no == report_no, first_no=first_no):
        rows.add(report_no=report_no, first_no=first_no, replaced_at=None)
