"""The days of which a wallet may be asked for its bill: none that is to come, and none of long ago."""

from __future__ import annotations

from datetime import date, timedelta

LONGEST_AGO = timedelta(days=1096)
"""Three years. An older day is a slip of the year, and a bill that no wallet keeps would be asked for without end."""


def first_day(today: date) -> date:
    """The oldest day that is not too long ago."""
    return today - LONGEST_AGO
