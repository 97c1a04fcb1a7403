"""A posting looked for on a hospital's lists of days, where the hospital cannot be asked for one serial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from adapters.errors import NoDayYet, Reason, Refused
from adapters.one_serial import of_serial
from adapters.values import PostingEntry

ONE_DAY = timedelta(days=1)

Lists = Callable[[date], Sequence[PostingEntry]]


def find_listed(serial: str, day: date, today: date, lists: Lists) -> PostingEntry | None:
    """The posting under that serial, from the day before the wallet's `day` to the one after `today`, or a firm None.

    A hospital that was down has it on a later day; one that closes its day in the afternoon on the next one, one whose
    day ends in the morning on the one before. A wallet whose clock is ahead may name a day that is not here yet.
    NoDayYet where the last list is refused: whether something can stand on it already is for the caller to know.
    """
    for each in _days(min(day, today) - ONE_DAY, today):
        found = of_serial(serial, lists(each))
        if found is not None:
            return found
    return of_serial(serial, _of_day_to_come(today + ONE_DAY, lists))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=later) for later in range((last - first).days + 1))


def _of_day_to_come(day: date, lists: Lists) -> Sequence[PostingEntry]:
    try:
        return lists(day)
    except Refused as no:
        if no.reason is Reason.CREDENTIALS:
            raise
        raise NoDayYet(no.text, day=day, native_code=no.native_code) from no
