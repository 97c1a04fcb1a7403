"""What is found, explained or corrected about a day after its statement was signed: who, when, what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from adapters.values import EntryKind
from hospital_bridge.store.bank_credits import BankCredits
from hospital_bridge.store.difference_groups import MOST_ALONE
from hospital_bridge.store.differences import OpenDifference, Progress
from hospital_bridge.store.reconciliation import Reconciliation
from hospital_bridge.store.statements import SIDES, Statement
from hospital_bridge.store.unit_of_work import Work

FOUND, BANK, SUMS = "found", "bank", "sums"
"""What may be added beside the ways in which a difference ends (`Progress`)."""

Content = Mapping[str, Any]


def added(work: Work, days: Sequence[date], after: datetime) -> Sequence[Content]:
    """What was found, has ended or was credited for those days after that instant, the oldest first.

    `by` is a staff id or `cli`, empty for the bridge itself. More than `MOST_ALONE` that are alike are one, with their
    number, their sums and the last one's instant.
    """
    told = [
        *(each for one in work.differences.changed_after(after, days) for each in _of_difference(one, after)),
        *_of_bank(work, days, after),
    ]
    return sorted(_together(told), key=lambda one: (one["at"], one["day"], one["account"], one["reference"]))


def added_to(work: Work, signed: Statement, sides: Iterable[tuple[Reconciliation, Sequence[int]]]) -> Sequence[Content]:
    """The same of one signed day, with how its sums, as they stand now, differ from what was signed."""
    before = {one["account"]: one for one in json.loads(signed.content)["accounts"]}
    sums = []
    for run, now in sides:
        then = before.get(run.wallet_account, {})
        change = {name: fen - then.get(name, 0) for name, fen in zip(SIDES, now, strict=True)}
        if any(change.values()):
            sums.append({**_addition(run.day, run.wallet_account, SUMS, run.run_at, ""), **change})
    return [*added(work, [signed.day], signed.signed_at), *sums]


def _of_difference(one: OpenDifference, after: datetime) -> Iterator[Content]:
    found, about = one.difference, (one.day, one.wallet_account)
    names = ("finding", "kind", "reference", "ours_fen", "theirs_fen")
    what = {name: getattr(found, name) for name in names}
    if found.found_at is not None and found.found_at > after:
        yield {**_addition(*about, FOUND, found.found_at, ""), **what}
    if found.ended_at is not None and found.ended_at > max(after, found.found_at or after):
        by = found.owner if found.progress is Progress.EXPLAINED else ""
        ended = _addition(*about, found.progress.value, found.ended_at, by)
        yield {**ended, **what, "explanation": found.explanation}


def _of_bank(work: Work, days: Sequence[date], after: datetime) -> Iterator[Content]:
    for credit in BankCredits(work).told_after(after, days):
        told = _addition(credit.day, credit.wallet_account, BANK, credit.told_at, credit.told_by)
        yield {**told, "theirs_fen": credit.amount_fen}


def _addition(day: date, account: str, what: str, at: datetime, by: str) -> dict[str, Any]:
    empty = {"finding": "", "kind": EntryKind.PAYMENT.value, "reference": "", "explanation": "", "count": 1}
    told = {"day": day.isoformat(), "account": account, "what": what, "at": at.isoformat(), "by": by}
    return {**told, **empty, "ours_fen": 0, "theirs_fen": 0}


def _together(told: Iterable[Content]) -> Iterator[Content]:
    alike: defaultdict[tuple[str, ...], list[Content]] = defaultdict(list)
    for one in told:
        alike[tuple(one[name] for name in ("day", "account", "what", "by", "finding", "kind", "explanation"))].append(
            one
        )
    for group in alike.values():
        if len(group) <= MOST_ALONE:
            yield from group
            continue
        sums = {name: sum(one[name] for one in group) for name in ("ours_fen", "theirs_fen")}
        last = max(one["at"] for one in group)
        yield {**group[0], **sums, "reference": "", "at": last, "count": len(group)}
