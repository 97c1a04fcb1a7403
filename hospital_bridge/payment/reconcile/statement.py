"""The daily statement: how the three books of a day stand, and what has changed in days that were signed before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.reconcile.additions import added, added_to
from hospital_bridge.payment.reconcile.bill_days import first_day
from hospital_bridge.store.bank_credits import BankCredits
from hospital_bridge.store.difference_groups import MOST_ALONE
from hospital_bridge.store.differences import Difference, Progress
from hospital_bridge.store.reconciliation import Reconciliation, RunState
from hospital_bridge.store.statements import SIDES, Statement, StatementLine, Statements, digest_of
from hospital_bridge.store.unit_of_work import Work

LOOK_BACK = timedelta(days=62)
"""How far back other sums of a signed day are looked for; a wallet's bill of a day is final long before."""

Content = Mapping[str, Any]


class NotReady(Exception):
    """The day cannot be signed yet; the text says why, as one of `REASONS`."""


NOT_OVER, NOT_RECONCILED, MOVED_SINCE, SIGNED = "not_over", "not_reconciled", "moved_since", "signed"
CHANGED = "changed"
REASONS = (NOT_OVER, NOT_RECONCILED, MOVED_SINCE, SIGNED, CHANGED)


def statement_of(context: MoneyContext, work: Work, day: date) -> Content:
    """The content of that day's statement as it would be signed now; accounts that were not reconciled are left out."""
    runs = [run for run in work.reconciliations.of_day(day) if run.is_compared]
    return {
        "version": 1,
        "operator": context.operator_id,
        "day": day.isoformat(),
        "accounts": [_account(work, run) for run in runs],
        "linked": [_linked(line) for line in _changes(context, work, day)],
        "additions": _additions(context, work, day),
    }


def additions_of(work: Work, signed: Statement) -> Sequence[Content]:
    """What has been added to a signed day since; its own statement stays as it is."""
    runs = [run for run in work.reconciliations.of_day(signed.day) if run.is_compared]
    return added_to(work, signed, [(run, _sides(work, run)) for run in runs])


def why_not(context: MoneyContext, work: Work, day: date) -> str:
    """Why that day cannot be signed now, one of `REASONS`; empty when it can."""
    if Statements(work).find(day) is not None:
        return SIGNED
    if day >= context.business_date(work.now):
        return NOT_OVER
    runs = {run.wallet_account: run for run in work.reconciliations.of_day(day)}
    for account in accounts_of(context, work, day):
        run = runs.get(account)
        if run is None or not run.is_compared:
            return NOT_RECONCILED
        if run.ledger_fen != work.ledger.net(account, day):
            return MOVED_SINCE
    return ""


def accounts_of(context: MoneyContext, work: Work, day: date) -> set[str]:
    """The wallet accounts whose books a day has: those in use, and one that took money then and was taken out since."""
    return {*context.wallets, *work.ledger.collecting(day)}


def written(content: Content) -> str:
    """A statement's content as it is signed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sign(context: MoneyContext, work: Work, day: date, by: str, *, seen: str) -> Statement:
    """Sign the statement of that day for good; NotReady where it cannot be, or is not that of the digest `seen`."""
    if reason := why_not(context, work, day):
        raise NotReady(reason)
    content = written(statement_of(context, work, day))
    signed = Statement(day, content, digest_of(content), by, work.now)
    if signed.digest != seen:
        raise NotReady(CHANGED)
    runs = [run for run in work.reconciliations.of_day(day) if run.is_compared]
    own = [_line(day, day, run.wallet_account, _sides(work, run)) for run in runs]
    Statements(work).sign(signed, [*own, *_changes(context, work, day)])
    work.audit.record(by, "statement.signed", day.isoformat(), digest=signed.digest)
    return signed


def broken_statements(work: Work) -> Iterator[str]:
    """Signed statements whose content is not the one of their digest, or whose lines say other sums."""
    statements = Statements(work)
    lines: dict[date, list[StatementLine]] = {}
    for line in statements.lines():
        lines.setdefault(line.day, []).append(line)
    for statement in statements.all():
        if not statement.is_intact:
            yield f"the statement of {statement.day} is not the one that was signed"
        elif _told(json.loads(statement.content)) != sorted(
            (*map(str, _names(one)), *one.sides) for one in lines[statement.day]
        ):
            yield f"the statement of {statement.day} does not agree with its lines"


def _additions(context: MoneyContext, work: Work, day: date) -> Sequence[Content]:
    """What was added to signed days since the newest signature, and so stands in no signed statement yet."""
    statements = Statements(work)
    last, today = statements.last_signed_at(), context.business_date(work.now)
    if last is None:
        return []
    # A person may explain what is open, and the bank's file be read in, as long after as a day is compared at all.
    return added(work, [signed for signed in statements.signed_days(first_day(today)) if signed != day], last)


def _changes(context: MoneyContext, work: Work, day: date) -> Sequence[StatementLine]:
    """What has changed in signed days and stands in no signed statement yet."""
    statements = Statements(work)
    found = []
    for signed in statements.signed_days(context.business_date(work.now) - LOOK_BACK):
        if signed == day:
            continue
        told = statements.accounted(signed)
        for run in work.reconciliations.of_day(signed):
            before = told.get(run.wallet_account, (0,) * len(SIDES))
            change = [now - then for now, then in zip(_sides(work, run), before, strict=True)]
            if any(change):
                found.append(_line(day, signed, run.wallet_account, change))
    return found


def _sides(work: Work, run: Reconciliation) -> Sequence[int]:
    return run.wallet_fen, work.ledger.net(run.wallet_account, run.day), run.sale_fen, run.fee_fen


def _line(day: date, about_day: date, account: str, sides: Sequence[int]) -> StatementLine:
    return StatementLine(day, about_day, account, *map(Fen, sides))


def _account(work: Work, run: Reconciliation) -> Content:
    differences = work.differences.of(run.wallet_account, run.day)
    channels = work.reconciliations.channels(run.wallet_account, run.day)
    credit = BankCredits(work).find(run.wallet_account, run.day)
    return {
        "account": run.wallet_account,
        "listed": run.state is not RunState.UNLISTED,
        "bank_fen": credit and credit.amount_fen,
        "matched": run.matched,
        **dict(zip(SIDES, _sides(work, run), strict=True)),
        "unexplained_fen": run.unexplained_fen,
        "channels": [{**asdict(one), "net_fen": one.net_fen} for one in channels],
        "differences": _told_together(one for one in differences if one.progress is not Progress.CLEARED),
    }


def _told_together(differences: Iterable[Difference]) -> Sequence[Content]:
    """What is told of each difference; of more than `MOST_ALONE` that are alike, their number and sums."""
    alike: defaultdict[tuple[str, ...], list[Difference]] = defaultdict(list)
    for one in differences:
        alike[one.finding, one.kind, one.progress, one.explanation].append(one)
    return [
        told
        for group in alike.values()
        for told in (map(_told_alone, group) if len(group) <= MOST_ALONE else [_sum_of(group)])
    ]


def _told_alone(one: Difference) -> Content:
    names = ("finding", "kind", "reference", "ours_fen", "theirs_fen", "progress", "explanation")
    return {name: getattr(one, name) for name in names}


def _sum_of(group: Sequence[Difference]) -> Content:
    sums = {name: sum(getattr(one, name) for one in group) for name in ("ours_fen", "theirs_fen")}
    return {**_told_alone(group[0]), **sums, "reference": "", "count": len(group)}


def _linked(line: StatementLine) -> Content:
    return {
        "day": line.about_day.isoformat(),
        "account": line.wallet_account,
        **dict(zip(SIDES, line.sides, strict=True)),
    }


def _names(line: StatementLine) -> tuple[date, str]:
    return line.about_day, line.wallet_account


def _told(content: Content) -> list[tuple[Any, ...]]:
    """The lines that a content stands for."""
    own = [{"day": content["day"], **one} for one in content["accounts"]]
    return sorted((one["day"], one["account"], *(one[name] for name in SIDES)) for one in (*own, *content["linked"]))
