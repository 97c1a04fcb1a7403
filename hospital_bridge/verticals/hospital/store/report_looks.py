"""Reports at which a doctor is to look before their patient may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Table

from hospital_bridge.store.metadata import ID, Instant, belongs_to, operator_column
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork

REPORT_LOOK = Table(
    "hospital_report_look",
    metadata,
    operator_column(),
    Column("report_id", ID, primary_key=True),
    Column("since", Instant, nullable=False),
    belongs_to("hospital_report", "report_id"),
)


def ask(work: VerticalWork, report_id: str) -> None:
    """A doctor is to look; one who was asked before is not asked twice."""
    looks = work.table(REPORT_LOOK)
    if looks.one(REPORT_LOOK.c.report_id == report_id) is None:
        looks.add(report_id=report_id, since=work.now)


def end(work: VerticalWork, report_id: str) -> None:
    """A doctor has looked, or there is nothing to look at any more."""
    work.table(REPORT_LOOK).remove(REPORT_LOOK.c.report_id == report_id)


def waiting(work: VerticalWork) -> Sequence[str]:
    """Ids of the reports that wait for a doctor's look, the longest waiting first."""
    rows = work.table(REPORT_LOOK).all(order_by=[REPORT_LOOK.c.since, REPORT_LOOK.c.report_id])
    return [row.report_id for row in rows]
