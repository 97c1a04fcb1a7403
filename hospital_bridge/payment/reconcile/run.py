"""One reconciliation: the books are read with no transaction open, compared, and the result kept at the end.

However long the books are, memory holds a small part of them: each is put in order outside of it and they are read side
by side. Nothing of an interrupted run counts, so that the next one says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import starmap

from adapters.errors import Malformed, NoBill, OutsideError, Reason, Refused
from adapters.values import BillEntry, EntryKind, Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.reconcile.adopted import by_order, without_adopted
from hospital_bridge.payment.reconcile.books import bill_rows, last_of_each, our_books
from hospital_bridge.payment.reconcile.catch_up import catch_up
from hospital_bridge.payment.reconcile.channels import Channels, Tally
from hospital_bridge.payment.reconcile.compare import ABSENT, Sums, at_sale, at_wallet
from hospital_bridge.payment.reconcile.lists import Lists
from hospital_bridge.payment.reconcile.paid_by_hand import paid_by_hand, without_paid_by_hand
from hospital_bridge.payment.reconcile.sale_timing import sort_out_sales
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row, SortedRows
from hospital_bridge.payment.reconcile.timing import HOLD, TheDay, should_be_told, sort_out
from hospital_bridge.store.bank_credits import BankCredits
from hospital_bridge.store.differences import Clue, Difference, Finding, Progress
from hospital_bridge.store.hasten import does_one_wait, hasten
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.reconciliation import ChannelSums, Reconciliation, RunState, Step
from hospital_bridge.store.unit_of_work import Work

MORNING = time(10)
"""Both wallets promise the bill of yesterday by then, in the operator's zone."""

LATER = timedelta(minutes=30)

MAY_CLEAR = frozenset(
    {Finding.TIMING, Finding.LEDGER_ONLY, Finding.SALE_TIMING, Finding.SALE_MISSING, Finding.UNFULFILLED}
)
"""What the books of other days may yet clear; so may the wallet what only its bill knows of an order of ours."""

TOUCHED = tuple(timedelta(days=n) for n in (-1, -HOLD.days, 1))
"""The days that a day's comparison may clear, or that are no matter of timing any more; the next may come first."""

Heard = Callable[[Step, int], None]
"""Told which book a run reads and how many rows of it have been read."""


@dataclass(slots=True)
class Run:
    """One run under way; its books are freed with `books`. `unlisted` is why there is no fulfilling system's list."""

    the_day: TheDay
    run_at: datetime
    run_id: str
    heard: Heard
    books: ExitStack
    unlisted: str = ""

    def come_to(self, step: Step, rows_read: int = 0) -> None:
        """Tell whoever looks how far it is."""
        context = self.the_day.context
        with context.store.begin(context.operator_id) as work:
            work.reconciliations.come_to(self.the_day.wallet_account, self.the_day.day, step, rows_read)
        self.heard(step, rows_read)

    def hold(self, rows: SortedRows) -> SortedRows:
        """Rows that are freed when the run ends."""
        return self.books.enter_context(rows)


def ask_for_reconciliation(context: MoneyContext, work: Work, day: date) -> None:
    """Enqueue that day's reconciliation of every wallet account for the morning after it; once however often asked."""
    for account in context.wallets:
        topics.add(work, topics.RECONCILE, f"{account}:{day.isoformat()}", run_at=_morning(context, day))


def ask_again(context: MoneyContext, work: Work, day: date) -> None:
    """Have that day reconciled at once at every wallet account, however often it was done.

    What waits for its time runs now instead, but the morning after the day comes all the same.
    """
    morning = _morning(context, day)
    for account in context.wallets:
        ref = f"{account}:{day.isoformat()}"
        waiting = hasten(work, _stream(ref))
        if not waiting:
            work.jobs.add(topics.RECONCILE, ref, lane="io", stream=_stream(ref))
        elif max(waiting) < morning and work.now < morning:
            work.jobs.add(topics.RECONCILE, ref, lane="io", stream=_stream(ref), run_at=morning)


def reconcile_job(context: MoneyContext, ref: str) -> None:
    """Reconcile `account:day`, and the days around it that it may clear; raises Again until the books are there.

    Where another one of that day waits it is left to that one.
    """
    account, _, text = ref.rpartition(":")
    day = date.fromisoformat(text)
    if reconcile_day(context, account, day).state is RunState.WAITING:
        with context.store.read(context.operator_id) as work:
            if does_one_wait(work, _stream(ref)):
                # Who has asked meanwhile would stand behind this one for half an hour.
                return
        raise Again(LATER)
    for other in (day + distance for distance in TOUCHED):
        with context.store.read(context.operator_id) as work:
            is_open = work.differences.has_open(account, other, MAY_CLEAR, Clue.OURS)
        if is_open:
            reconcile_day(context, account, other)


def reconcile_day(
    context: MoneyContext, wallet_account: str, day: date, heard: Heard = lambda _step, _rows: None
) -> Reconciliation:
    """Reconcile one business day of one wallet account; repeated with the same books it says the same.

    Its state is WAITING, with the reason, while a book is not to be had or cannot be believed; UNLISTED where the
    fulfilling system tells no list.
    """
    with context.store.read(context.operator_id) as work:
        now, run_id = work.now, work.ids.new()
    with ExitStack() as books:
        run = Run(TheDay(context, wallet_account, day, context.business_date(now)), now, run_id, heard, books)
        try:
            return _reconcile(run)
        except OutsideError as missing:
            return _wait(run, missing)


def _morning(context: MoneyContext, day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), MORNING, context.zone)


def _stream(ref: str) -> str:
    return f"{topics.RECONCILE}:{ref}"


def _reconcile(run: Run) -> Reconciliation:
    the_day, sums = run.the_day, Sums()
    context, account, day = the_day.context, the_day.wallet_account, the_day.day
    run.come_to(Step.BILL)
    bill = run.hold(SortedRows(bill_rows(context, day, _bill(the_day), partial(run.come_to, Step.BILL))))
    sales, differing, channels = _against_ledger(run, bill, sums)
    if catch_up(context, account, differing):
        sums = Sums()
        sales, differing, channels = _against_ledger(run, bill, sums)
    at_sales = _at_sales(run, sales, sums)
    by_hand = run.hold(SortedRows())
    theirs = run.hold(by_order(without_paid_by_hand(the_day, differing, by_hand)))
    left = without_adopted(context, theirs, sums)
    found = run.hold(SortedRows(map(_row, sort_out(the_day, left, channels))))
    found.extend(map(_row, at_sales))
    found.extend(map(_row, paid_by_hand(by_hand)))
    found.extend(map(_row, _at_bank(the_day, channels)))
    return _keep(run, found, sums, channels)


def _bill(the_day: TheDay) -> Iterable[BillEntry]:
    """The lines of the wallet's bill: none where it has none of a day that is long over, and our ledger nothing."""
    context, account, day = the_day.context, the_day.wallet_account, the_day.day
    try:
        return context.wallets[account].download_bill(day)
    except NoBill:
        with context.store.read(context.operator_id) as work:
            has_moved = work.ledger.has_moved(account, day)
        if has_moved or not the_day.is_settled:
            raise
        return ()


def _against_ledger(run: Run, bill: SortedRows, sums: Sums) -> tuple[SortedRows, SortedRows, Channels]:
    """Our sales, and the rows on which our ledger and the bill differ, as they stand now; the bill is counted."""
    run.come_to(Step.LEDGER)
    ledger, sales = map(run.hold, our_books(run.the_day.context, run.the_day.wallet_account, run.the_day.day))
    at_wallets = ((*row, ABSENT) for row in ledger)
    if not bill and should_be_told(run.the_day, without_paid_by_hand(run.the_day, at_wallets, SortedRows())):
        raise Malformed("the bill is empty although money moved")
    channels = Channels.of(run.the_day.context.bill_channels, run.the_day.wallet_account)
    return sales, run.hold(SortedRows(at_wallet(ledger, bill, sums, channels))), channels


def _at_sales(run: Run, sales: SortedRows, sums: Sums) -> Iterator[Difference]:
    """What is to be said of the lists; where none is told, only what waits for the fulfilling system's answer."""
    the_day, lists = run.the_day, Lists(run.the_day.context, partial(run.come_to, Step.LIST))
    run.come_to(Step.LIST)
    listed = run.hold(SortedRows())
    try:
        listed.extend(lists.rows(the_day.day))
    except Refused as refusal:
        # What was compared three ways is not replaced by a comparison of two.
        if refusal.reason is not Reason.NOT_ALLOWED or _was_listed(the_day):
            raise
        run.unlisted = _reason(refusal)
    run.come_to(Step.COMPARE)
    if run.unlisted:
        return (one for one in at_sale(sales, (), Sums()) if one.finding is Finding.UNFULFILLED)
    return sort_out_sales(the_day, at_sale(sales, listed, sums), lists, sums)


def _was_listed(the_day: TheDay) -> bool:
    with the_day.context.store.read(the_day.context.operator_id) as work:
        standing = work.reconciliations.find(the_day.wallet_account, the_day.day)
    return standing is not None and standing.state is RunState.DONE


def _at_bank(the_day: TheDay, channels: Channels) -> Iterator[Difference]:
    """Where the bank has credited another sum for the day than all lines of the bill bring the merchant."""
    with the_day.context.store.read(the_day.context.operator_id) as work:
        credit = BankCredits(work).find(the_day.wallet_account, the_day.day)
    if credit is not None and credit.amount_fen != channels.whole.net_fen:
        sums = Fen(channels.whole.net_fen), credit.amount_fen
        yield Difference(Finding.BANK_AMOUNT, EntryKind.PAYMENT, the_day.day.isoformat(), *sums)


def _keep(run: Run, found: SortedRows, sums: Sums, channels: Channels) -> Reconciliation:
    """Differences in small commits, for they may be many; what the run says of the day in the last one."""
    context, account, day = run.the_day.context, run.the_day.wallet_account, run.the_day.day
    for batch in in_batches(last_of_each(found, 3)):
        with context.store.begin(context.operator_id) as work:
            work.differences.note(account, day, [_difference(row) for row in batch], run.run_id)
    ours = channels.less_tills()
    result = Reconciliation(
        account,
        day,
        RunState.UNLISTED if run.unlisted else RunState.DONE,
        run.run_at,
        matched=sums.matched,
        wallet_fen=Fen(ours.paid_fen - ours.refunded_fen),
        ledger_fen=Fen(sums.ledger_fen),
        sale_fen=Fen(sums.sale_fen),
        fee_fen=Fen(ours.fee_fen),
        reason=run.unlisted,
    )
    with context.store.begin(context.operator_id) as work:
        work.differences.clear_unseen(account, day, run.run_id)
        work.reconciliations.keep(result, starmap(_sums_of, channels.tallies().items()))
        left = work.reconciliations.reckon(account, day)
    return replace(result, unexplained_fen=left)


def _wait(run: Run, missing: OutsideError) -> Reconciliation:
    context, account, day = run.the_day.context, run.the_day.wallet_account, run.the_day.day
    waiting = Reconciliation(account, day, RunState.WAITING, run.run_at, reason=_reason(missing))
    with context.store.begin(context.operator_id) as work:
        work.reconciliations.wait(waiting)
    return waiting


def _reason(outcome: OutsideError) -> str:
    return f"{type(outcome).__name__}: {outcome.text}"[:200]


def _sums_of(channel: str, tally: Tally) -> ChannelSums:
    sums = (Fen(getattr(tally, name)) for name in ("paid_fen", "refunded_fen", "fee_fen", "discount_fen"))
    paid, refunded, fee, discount = sums
    return ChannelSums(channel, tally.payments, paid, tally.refunds, refunded, fee, discount)


def _row(one: Difference) -> Row:
    sums = int(one.ours_fen), int(one.theirs_fen)
    return one.finding.value, one.kind.value, one.reference, *sums, one.progress.value, str(one.clue), one.explanation


def _difference(row: Row) -> Difference:
    finding, kind, reference, ours, theirs, progress, clue, explanation = map(str, row)
    sums = Fen(int(ours)), Fen(int(theirs))
    return Difference(
        Finding(finding), EntryKind(kind), reference, *sums, Progress(progress), clue=clue, explanation=explanation
    )
