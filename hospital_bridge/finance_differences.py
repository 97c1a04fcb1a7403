"""Open differences as people see them: one by one, or as one matter where many are alike; and what they decide."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from adapters.values import EntryKind
from hospital_bridge.store.difference_groups import DifferenceGroup, DifferenceGroups
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.web.finance_reads import DifferenceRow, Explanation, SomebodyWasFaster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.store.differences import Difference, OpenDifference
    from hospital_bridge.store.unit_of_work import Work

MOST_SHOWN = 500
"""Open differences that one page shows, the oldest first; the export has them all."""

_GROUP = "*"


def difference_rows(work: Work) -> Sequence[DifferenceRow]:
    """What waits for its owner: many that are alike as one row, which comes first."""
    groups = DifferenceGroups(work)
    found = groups.open()
    return [
        *(_group_row(work, one) for one in found),
        *(difference_row(work, one) for one in groups.alone(found, MOST_SHOWN)),
    ]


def difference_row(work: Work, one: OpenDifference) -> DifferenceRow:
    """One difference."""
    found = one.difference
    return DifferenceRow(
        key=_key(one),
        account=one.wallet_account,
        day=one.day,
        finding=found.finding,
        kind=found.kind,
        reference=found.reference,
        ours_fen=found.ours_fen,
        theirs_fen=found.theirs_fen,
        since=found.found_at,
        owner=_name(work, found.owner),
        clue=found.clue,
    )


def settle(work: Work, key: str, explanation: Explanation | None, by: str) -> None:
    """Explain what that key names or, without an explanation, take it over; SomebodyWasFaster."""
    if key.startswith(_GROUP):
        _settle_group(work, key, explanation, by)
        return
    one = _found(work, key)
    if one is None:
        raise SomebodyWasFaster(key)
    about = {"finding": one.difference.finding}
    if explanation is None:
        work.differences.take_over(one, by)
        work.audit.record(by, "difference.taken_over", one.difference.reference, **about)
        return
    work.differences.explain(one, by, explanation)
    work.reconciliations.reckon(one.wallet_account, one.day)
    work.audit.record(by, "difference.explained", one.difference.reference, **about, reason=explanation)


def _settle_group(work: Work, key: str, explanation: Explanation | None, by: str) -> None:
    groups = DifferenceGroups(work)
    # The key tells their number and sums: what has joined them or changed since was not seen by who decides.
    group = next((each for each in groups.open() if _group_key(each) == key), None)
    if group is None:
        raise SomebodyWasFaster(key)
    about = {"finding": group.finding.value, "count": str(group.count)}
    target = f"{group.wallet_account}:{group.day.isoformat()}"
    if explanation is None:
        groups.take_over(group, by)
        work.audit.record(by, "difference.taken_over", target, **about)
        return
    groups.explain(group, by, explanation)
    work.reconciliations.reckon(group.wallet_account, group.day)
    work.audit.record(by, "difference.explained", target, **about, reason=explanation)


def _group_row(work: Work, group: DifferenceGroup) -> DifferenceRow:
    return DifferenceRow(
        key=_group_key(group),
        account=group.wallet_account,
        day=group.day,
        finding=group.finding,
        kind=group.kind,
        reference="",
        ours_fen=group.ours_fen,
        theirs_fen=group.theirs_fen,
        since=group.found_at,
        owner=_name(work, group.owner),
        clue=group.clue,
        count=group.count,
    )


def _group_key(group: DifferenceGroup) -> str:
    told = (group.finding, group.kind, group.clue, group.owner, str(group.count))
    return "/".join((_GROUP, group.wallet_account, group.day.isoformat(), *told, *_sums(group)))


def _key(one: OpenDifference) -> str:
    finding, kind, reference = one.difference.key
    return "/".join((one.wallet_account, one.day.isoformat(), finding, kind, *_sums(one.difference), reference))


def _sums(of: Difference | DifferenceGroup) -> tuple[str, str]:
    return str(of.ours_fen), str(of.theirs_fen)


def _found(work: Work, key: str) -> OpenDifference | None:
    """The one of that key, unless its sums are others by now: they were not seen by who decides."""
    try:
        account, day, finding, kind, _, _, reference = key.split("/", 6)
        about = (Finding(finding), EntryKind(kind), reference)
        one = work.differences.find_open(account, date.fromisoformat(day), about)
    except ValueError:
        return None
    return one if one is not None and _key(one) == key else None


def _name(work: Work, staff_id: str) -> str:
    owner = StaffAccounts(work).find(staff_id)
    return owner.display_name if owner else ""
