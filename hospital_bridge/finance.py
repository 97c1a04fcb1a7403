"""The money that waits for a person and what people decide of it, over the store and the flows of money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.money_rows import money_rows
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.payment.flows import decide
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.web.finance_reads import (
    Decision,
    DifferenceRow,
    Explanation,
    FinanceFigures,
    MoneyRow,
    RunRow,
    SomebodyWasFaster,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.store.reconciliation import OpenDifference
    from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class FinanceDesk:
    """`web.finance_reads.Finance`; `money` gives an operator's dependencies."""

    money: Callable[[str], MoneyContext]

    def figures(self, operator_id: str) -> FinanceFigures:
        with self.money(operator_id).store.read(operator_id) as work:
            return FinanceFigures(
                long_unknown=len(work.effects.unknown_since(work.now - PATIENCE)),
                for_person=len(money_rows(work)),
                open_differences=len(work.reconciliations.open_differences()),
            )

    def waiting(self, operator_id: str) -> Sequence[MoneyRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            return money_rows(work)

    def runs(self, operator_id: str, limit: int) -> Sequence[RunRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            return [
                RunRow(
                    account=run.wallet_account,
                    day=run.day,
                    state=run.state,
                    run_at=run.run_at,
                    matched=run.matched,
                    wallet_fen=run.wallet_fen,
                    ledger_fen=run.ledger_fen,
                    sale_fen=run.sale_fen,
                    unexplained_fen=run.unexplained_fen,
                    reason=run.reason,
                )
                for run in work.reconciliations.latest(limit)
            ]

    def differences(self, operator_id: str) -> Sequence[DifferenceRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            return [_difference_row(work, one) for one in work.reconciliations.still_open()]

    def decide(self, operator_id: str, about: str, decision: Decision, *, receipt_no: str, by: str) -> None:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            try:
                _carry_out(context, work, about, decision, receipt_no, by)
            except decide.NothingToDecide as over:
                raise SomebodyWasFaster(about) from over

    def explain(self, operator_id: str, key: str, explanation: Explanation | None, *, by: str) -> None:
        with self.money(operator_id).store.begin(operator_id) as work:
            known = {_key(one): one for one in work.reconciliations.still_open()}
            if key not in known:
                raise SomebodyWasFaster(key)
            _settle(work, known[key], explanation, by)


def _carry_out(context: MoneyContext, work: Work, about: str, decision: Decision, receipt_no: str, by: str) -> None:
    match decision:
        case Decision.FULFILLED:
            decide.decide_fulfilled(context, work, about, receipt_no, by=by)
        case Decision.REFUSED:
            decide.decide_refused(context, work, about, by=by)
        case Decision.AGAIN:
            decide.decide_again(work, about, by=by)
        case Decision.REVERSED:
            decide.decide_reversed(work, about, by=by)
        case Decision.REFUND_AGAIN:
            decide.decide_refund_again(context, work, about, by=by)
        case Decision.RETURNED:
            decide.decide_returned(work, about, by=by)


def _settle(work: Work, one: OpenDifference, explanation: Explanation | None, by: str) -> None:
    run = work.reconciliations.find(one.wallet_account, one.day)
    if run is None:
        raise SomebodyWasFaster(_key(one))
    if explanation is None:
        work.reconciliations.take_over(run, one.difference, by)
        work.audit.record(by, "difference.taken_over", one.difference.reference, finding=one.difference.finding)
        return
    work.reconciliations.explain(run, one.difference, by)
    work.audit.record(
        by, "difference.explained", one.difference.reference, finding=one.difference.finding, reason=explanation
    )


def _difference_row(work: Work, one: OpenDifference) -> DifferenceRow:
    found = one.difference
    owner = StaffAccounts(work).find(found.owner)
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
        owner=owner.display_name if owner else "",
    )


def _key(one: OpenDifference) -> str:
    return "/".join((one.wallet_account, one.day.isoformat(), *one.difference.key))
