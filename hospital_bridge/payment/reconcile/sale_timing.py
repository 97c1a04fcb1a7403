"""Sales that the fulfilling system books on a day of its own: its accounting day (日结) ends when it likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile.compare import Sums, signed
from hospital_bridge.payment.reconcile.lists import Entry, Lists
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.timing import DAY, TheDay
from hospital_bridge.store.differences import Difference, Finding, Progress
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class _Booked:
    """A booking of ours on whichever day."""

    wallet_account: str
    amount_fen: Fen
    day: date


def sort_out_sales(the_day: TheDay, found: Iterable[Difference], lists: Lists, sums: Sums) -> Iterator[Difference]:
    """What is to be said of rows on which our bookings and the lists differ.

    SALE_TIMING where exactly one neighbouring day's list has the same booking, and while that list is not over yet.
    """
    for batch in in_batches(found):
        with the_day.context.store.read(the_day.context.operator_id) as work:
            ours = _ours(work, the_day, [one.reference for one in batch if one.finding is Finding.SALE_ONLY])
        for one in batch:
            if one.finding is Finding.SALE_ONLY:
                yield from _stray(the_day, one, ours.get((one.kind.value, one.reference)), lists, sums)
            elif one.finding is Finding.SALE_MISSING:
                yield _missing(the_day, one, lists)
            else:
                yield one


def _missing(the_day: TheDay, one: Difference, lists: Lists) -> Difference:
    """A booking of this day that its list lacks: the neighbours' lists tell, once they are over."""
    elsewhere = _booked_on(the_day, the_day.neighbours, one, lists)
    if elsewhere == [one.ours_fen]:
        return replace(one, finding=Finding.SALE_TIMING, theirs_fen=one.ours_fen, progress=Progress.CLEARED)
    return one if the_day.is_settled else replace(one, finding=Finding.SALE_TIMING)


def _stray(the_day: TheDay, one: Difference, ours: _Booked | None, lists: Lists, sums: Sums) -> Iterator[Difference]:
    """A booking that this day's list has, and that is not of this day."""
    if ours is None and not the_day.has_strays:
        return
    if ours is not None and ours.wallet_account != the_day.wallet_account:
        return
    sums.sale_fen += signed(one.kind.value, one.theirs_fen)
    if ours is None or ours.day not in the_day.neighbours or ours.amount_fen != one.theirs_fen:
        yield one
        return
    others = [day for day in (ours.day - DAY, ours.day, ours.day + DAY) if day != the_day.day]
    if _booked_on(the_day, others, one, lists):
        yield one  # Another day's list has it as well: it is booked twice.
        return
    progress = Progress.CLEARED if ours.day < the_day.today else Progress.OPEN
    yield replace(one, finding=Finding.SALE_TIMING, ours_fen=ours.amount_fen, progress=progress)


def _booked_on(the_day: TheDay, days: Iterable[date], one: Difference, lists: Lists) -> Sequence[int]:
    """The sums under which those of the days that are over list it."""
    entry: Entry = one.kind.value, one.reference
    told = (lists.booked(day, entry) for day in days if day < the_day.today)
    return [amount for amount in told if amount is not None]


def _ours(work: Work, the_day: TheDay, serials: list[str]) -> dict[Entry, _Booked]:
    if not serials:
        return {}
    dated = the_day.context.business_date
    payments = {
        (EntryKind.PAYMENT.value, serial): _Booked(account, posted, dated(at))
        for serial, account, posted, at in work.payments.posted(serials)
    }
    refunds = {
        (EntryKind.REFUND.value, serial): _Booked(account, posted, dated(at))
        for serial, account, posted, at in work.refunds.posted(serials)
    }
    return payments | refunds
