"""Ages that the law gives a meaning, counted in whole years."""

from __future__ import annotations

from datetime import date

OWN_WORD = 14
"""From this age on nobody else agrees for a person (PIPL article 31)."""

FULL_AGE = 18
"""From this age on a person can be a guardian (Civil Code of the PRC, article 17)."""

_LAST_OF_FEBRUARY = 28


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes that many years.

    Who was born on 29 February completes them on the last day of the month (Civil Code of the PRC, article 202).
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, day=_LAST_OF_FEBRUARY)


def has_reached(born: date, years: int, today: date) -> bool:
    """Whether somebody is that old on a day, their birthday included."""
    return today >= birthday(born, years)
