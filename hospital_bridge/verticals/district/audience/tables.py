"""The tables of audience figures, all there are: nobody can filter, and none has more than two dimensions.

A dimension stands on a table of the district itself. What another vertical knows of people, such as a hospital, can
be no dimension: the declaration is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

MOST_DIMENSIONS = 2
OWN_TABLES = "district_"


class NotOurs(ValueError):
    """A dimension would count people by what another vertical knows of them."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A property with few fixed values, and the district's own table that it is read from."""

    name: str
    values: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        if not self.source.startswith(OWN_TABLES):
            raise NotOurs(self.source)
        if not self.values or len(set(self.values)) != len(self.values):
            raise ValueError("a dimension has values, each once")


@dataclass(frozen=True, slots=True)
class AudienceTable:
    """People counted by one or two dimensions; one release of it costs `milli_epsilon` of the period's budget."""

    name: str
    dimensions: tuple[Dimension, ...]
    milli_epsilon: int

    def __post_init__(self) -> None:
        if not 1 <= len(self.dimensions) <= MOST_DIMENSIONS:
            raise ValueError(f"a table has one dimension or {MOST_DIMENSIONS}")
        if self.milli_epsilon <= 0:
            raise ValueError("a release costs something")

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """Every cell, also one in which there is nobody."""
        return tuple(product(*(dimension.values for dimension in self.dimensions)))


AGE = Dimension("age", ("18-24", "25-34", "35-44", "45-59", "60+", "unknown"), "district_member")
VISITS = Dimension("visits", ("1", "2-4", "5-9", "10+"), "district_visit_month")
SPENDING = Dimension("spending", ("0", "1-200", "201-1000", "1001+"), "district_purchase")
"""In yuan, the begun one counted whole."""

TABLES = (
    AudienceTable("age", (AGE,), 250),
    AudienceTable("visits", (VISITS,), 250),
    AudienceTable("age_visits", (AGE, VISITS), 500),
    AudienceTable("visits_spending", (VISITS, SPENDING), 500),
)
