"""The bank's credits of some days, each kept and held against the bill of its day, fees taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.reconcile.run import reconcile_day
from hospital_bridge.store.bank_credits import BankCredit, BankCredits
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Credited:
    """One day: what the bank credited, and what the bill comes to less fees, or why that is not known; sums in fen."""

    day: date
    credited_fen: Fen
    is_news: bool
    net_fen: int | None = None
    reason: str = ""


def take_in(context: MoneyContext, wallet_account: str, told: Mapping[date, Fen], by: str) -> Sequence[Credited]:
    """Keep what the bank credited for each of the days and compare them; repeated it changes nothing."""
    return [_take_in(context, wallet_account, day, told[day], by) for day in sorted(told)]


def _take_in(context: MoneyContext, account: str, day: date, amount: Fen, by: str) -> Credited:
    with context.store.begin(context.operator_id) as work:
        is_news = keep_credit(work, account, day, amount, by)
    run = reconcile_day(context, account, day)
    if not run.is_compared:
        return Credited(day, amount, is_news, reason=run.reason)
    with context.store.read(context.operator_id) as work:
        channels = work.reconciliations.channels(account, day)
    return Credited(day, amount, is_news, sum(one.net_fen for one in channels))


def keep_credit(work: Work, wallet_account: str, day: date, amount: Fen, by: str) -> bool:
    """Keep what the bank credited for a day, in fen; whether nobody has told this sum of it before."""
    standing = BankCredits(work).find(wallet_account, day)
    if standing is not None and standing.amount_fen == amount:
        return False
    BankCredits(work).keep(BankCredit(wallet_account, day, amount, by, work.now))
    work.audit.record(by, "bank_credit.told", f"{wallet_account}:{day.isoformat()}", amount_fen=str(amount))
    return True
