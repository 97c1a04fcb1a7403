"""One reconciliation: the books are fetched with no transaction open, compared, and the result kept in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from adapters.errors import Malformed, OutsideError
from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.reconcile.books import Bill, Book, net, read_bill, read_ledger, read_list, read_sales
from hospital_bridge.payment.reconcile.catch_up import catch_up
from hospital_bridge.payment.reconcile.compare import WALLET, differences, sale_differences, unexplained_fen
from hospital_bridge.payment.reconcile.timing import HOLD, sort_out
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.reconciliation import Finding, Progress, Reconciliation, RunState
from hospital_bridge.store.unit_of_work import Work

MORNING = time(10)
"""Both wallets promise the bill of yesterday by then, in the operator's zone."""

LATER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the outside says of one day."""

    bill: Bill
    listed: Book


def ask_for_reconciliation(context: MoneyContext, work: Work, day: date) -> None:
    """Enqueue that day's reconciliation of every wallet account for the morning after it; once however often asked."""
    run_at = datetime.combine(day + timedelta(days=1), MORNING, context.zone)
    for account in context.wallets:
        topics.add(work, topics.RECONCILE, f"{account}:{day.isoformat()}", run_at=run_at)


def reconcile_job(context: MoneyContext, ref: str) -> None:
    """Reconcile `account:day`, and earlier days whose timing it may clear; raises Again until the books are there."""
    account, _, text = ref.rpartition(":")
    day = date.fromisoformat(text)
    if reconcile_day(context, account, day).state is RunState.WAITING:
        raise Again(LATER)
    for age in range(1, HOLD.days + 1):
        earlier = day - timedelta(days=age)
        if _has_open_timing(context, account, earlier):
            reconcile_day(context, account, earlier)


def reconcile_day(context: MoneyContext, wallet_account: str, day: date) -> Reconciliation:
    """Reconcile one business day of one wallet account; repeated with the same books it says the same.

    Its state is WAITING, with the reason, while a book is not to be had or cannot be believed.
    """
    try:
        fetched = _fetch(context, wallet_account, day)
    except OutsideError as missing:
        return _wait(context, wallet_account, day, missing)
    with context.store.begin(context.operator_id) as work:
        return _compare(context, work, wallet_account, day, fetched)


def _fetch(context: MoneyContext, wallet_account: str, day: date) -> Fetched:
    bill = read_bill(context, day, context.wallets[wallet_account].download_bill(day))
    with context.store.read(context.operator_id) as work:
        is_blank = not bill.sums and bool(read_ledger(work, wallet_account, day))
    if is_blank:
        raise Malformed("the bill is empty although money moved")
    catch_up(context, wallet_account, day, bill)
    # Sales that are booked in one list name the same function, and the list is fetched once.
    lists = {counter.sale.entries: counter.scope for counter in context.counters.values()}
    listed = [entry for entries, scope in lists.items() for entry in entries(scope, day)]
    return Fetched(bill, read_list(listed))


def _compare(context: MoneyContext, work: Work, wallet_account: str, day: date, fetched: Fetched) -> Reconciliation:
    ledger = read_ledger(work, wallet_account, day)
    sales = read_sales(context, work, wallet_account, day)
    at_wallet = differences(ledger, fetched.bill.sums, WALLET)
    today = context.business_date(work.now)
    found = [
        *sort_out(work, wallet_account, day, today, list(at_wallet)),
        *sale_differences(sales, fetched.listed),
    ]
    run = Reconciliation(
        wallet_account=wallet_account,
        day=day,
        state=RunState.DONE,
        run_at=work.now,
        matched=sum(fetched.bill.sums.get(entry) == amount for entry, amount in ledger.items()),
        wallet_fen=Fen(net(fetched.bill.sums)),
        ledger_fen=Fen(net(ledger)),
        sale_fen=Fen(net(fetched.listed)),
        fee_fen=Fen(fetched.bill.fee_fen),
        unexplained_fen=unexplained_fen(found),
    )
    work.reconciliations.keep(run, found)
    return run


def _wait(context: MoneyContext, wallet_account: str, day: date, missing: OutsideError) -> Reconciliation:
    reason = f"{type(missing).__name__}: {missing.text}"[:200]
    with context.store.begin(context.operator_id) as work:
        waiting = Reconciliation(wallet_account, day, RunState.WAITING, work.now, reason=reason)
        work.reconciliations.wait(waiting)
    return waiting


def _has_open_timing(context: MoneyContext, wallet_account: str, day: date) -> bool:
    with context.store.read(context.operator_id) as work:
        found = work.reconciliations.differences(wallet_account, day)
    return any(one.finding is Finding.TIMING and one.progress is Progress.OPEN for one in found)
