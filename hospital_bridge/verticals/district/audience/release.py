"""One release of a table for a period: counted, noised, small cells left out, and paid for from a budget.

A table is released once in a period and then read as it was released: asked twice with fresh noise it would give its
noise away. A person is in one cell of a table, so a release costs its epsilon once; over tables and periods the costs
add up. Which cells are left out is decided by the noised figure alone, for the true one would tell by its absence
who was the tenth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hospital_bridge.verticals.district.audience.noise import MILLI, Bits, laplace
from hospital_bridge.verticals.district.audience.tables import AudienceTable

FEWEST = 10
"""A figure stands for at least so many people (k)."""

_SURE = 14
"""exp(-14) is less than one in a million: so seldom a smaller cell passes for one of FEWEST."""


class BudgetSpent(Exception):
    """The release would tell more of people than a period may."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A row of the budget: what a table's release cost in a period, in thousandths of an epsilon."""

    period: str
    table: str
    milli_epsilon: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell as it is shown; `people` is None where the cell is too small to be shown."""

    cell: tuple[str, ...]
    people: int | None


@dataclass(frozen=True, slots=True)
class Release:
    """All cells of a table for a period, and the row that pays for them; both are written in one transaction."""

    figures: tuple[Figure, ...]
    cost: Cost


def charge(costs: Iterable[Cost], table: AudienceTable, period: str, budget: int) -> Cost:
    """The row that pays for a release; BudgetSpent where the period's budget (milli-epsilon) does not hold it.

    ValueError where the table was released in that period already.
    """
    earlier = [cost for cost in costs if cost.period == period]
    if any(cost.table == table.name for cost in earlier):
        raise ValueError("a table is released once in a period; show what was released")
    if sum(cost.milli_epsilon for cost in earlier) + table.milli_epsilon > budget:
        raise BudgetSpent
    return Cost(period, table.name, table.milli_epsilon)


def release(table: AudienceTable, people: Sequence[Mapping[str, str]], cost: Cost, bits: Bits) -> Release:
    """The figures of people, each with a value for every dimension; ValueError for a value that is none of it."""
    if cost.table != table.name or cost.milli_epsilon != table.milli_epsilon:
        raise ValueError("the row pays for another release")
    counted = Counter(tuple(person[dimension.name] for dimension in table.dimensions) for person in people)
    if counted.keys() - set(table.cells):
        raise ValueError("a person has a value that the table does not know")
    # Every cell gets its noise, the empty ones too: that one is missing must say nothing.
    noised = {cell: counted[cell] + laplace(table.milli_epsilon, bits) for cell in table.cells}
    fewest = shown_from(table.milli_epsilon)
    return Release(tuple(Figure(cell, n if n >= fewest else None) for cell, n in noised.items()), cost)


def shown_from(milli_epsilon: int) -> int:
    """The least noised figure that is shown: FEWEST, and what noise may add but once in a million."""
    return FEWEST + _SURE * MILLI // milli_epsilon + 1
