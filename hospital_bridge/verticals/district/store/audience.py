"""Released audience figures and the rows of the budget that paid for them; of no person anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, operator_column
from hospital_bridge.verticals.district.audience.noise import Bits
from hospital_bridge.verticals.district.audience.release import Cost, Figure, charge, release
from hospital_bridge.verticals.district.audience.tables import AudienceTable
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

AUDIENCE_COST = Table(
    "district_audience_cost",
    metadata,
    operator_column(),
    Column("period", CODE, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("table_name", CODE, nullable=False),
    Column("milli_epsilon", Integer, nullable=False),
    UniqueConstraint("operator_id", "period", "table_name"),
)
AUDIENCE_FIGURE = Table(
    "district_audience_figure",
    metadata,
    operator_column(),
    Column("period", CODE, primary_key=True),
    Column("table_name", CODE, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("cell", String(128), nullable=False),
    Column("people", Integer),
)
_BETWEEN = "\t"


def costs(work: VerticalWork, period: str) -> Sequence[Cost]:
    """What was spent of a period's budget, in order."""
    rows = work.table(AUDIENCE_COST).all(AUDIENCE_COST.c.period == period, order_by=(AUDIENCE_COST.c.seq,))
    return [Cost(row.period, row.table_name, row.milli_epsilon) for row in rows]


def figures(work: VerticalWork, table: AudienceTable, period: str) -> Sequence[Figure]:
    """A table as it was released for a period; nothing where it was not."""
    mine = (AUDIENCE_FIGURE.c.period == period, AUDIENCE_FIGURE.c.table_name == table.name)
    rows = work.table(AUDIENCE_FIGURE).all(*mine, order_by=(AUDIENCE_FIGURE.c.place,))
    return [Figure(tuple(row.cell.split(_BETWEEN)), row.people) for row in rows]


def release_once(
    work: VerticalWork, table: AudienceTable, period: str, budget: int, people: Sequence[Mapping[str, str]], bits: Bits
) -> Sequence[Figure]:
    """The table of a period, counted and paid for the first time, then as it stands; BudgetSpent writes nothing.

    Of two releases that come at once the second finds its number in the budget taken and is judged anew.
    """
    spent = costs(work, period)
    if any(cost.table == table.name for cost in spent):
        return figures(work, table, period)
    cost = charge(spent, table, period, budget)
    try:
        with work.connection.begin_nested():
            work.table(AUDIENCE_COST).add(
                period=period, seq=len(spent) + 1, table_name=table.name, milli_epsilon=cost.milli_epsilon
            )
    except IntegrityError:
        return release_once(work, table, period, budget, people, bits)
    released = release(table, people, cost, bits).figures
    for place, figure in enumerate(released):
        work.table(AUDIENCE_FIGURE).add(
            period=period, table_name=table.name, place=place, cell=_BETWEEN.join(figure.cell), people=figure.people
        )
    return released
