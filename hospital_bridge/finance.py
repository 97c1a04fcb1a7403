"""The money that waits for a person and what people decide of it, over the store and the flows of money."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from adapters.values import Fen
from hospital_bridge.finance_differences import difference_row, difference_rows, settle
from hospital_bridge.invoices_told import kept_invoice
from hospital_bridge.money_rows import money_rows
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.payment.flows import decide
from hospital_bridge.payment.flows.staff_refund import CannotRefund, needs_second
from hospital_bridge.payment.flows.undecided import NothingToDecide
from hospital_bridge.payment.model import Route
from hospital_bridge.payment.reconcile import ask_again
from hospital_bridge.payment.reconcile.bank import keep_credit
from hospital_bridge.payment.reconcile.bank_file import Reading, read
from hospital_bridge.payment.reconcile.bill_days import first_day
from hospital_bridge.payment.reconcile.statement import (
    SIGNED,
    NotReady,
    accounts_of,
    additions_of,
    sign,
    statement_of,
    why_not,
    written,
)
from hospital_bridge.store.payments import UnknownPayment
from hospital_bridge.store.refunds import UnknownRefund
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.statements import Statements, digest_of
from hospital_bridge.web.finance_reads import (
    GIVES_BACK,
    BankFileRead,
    CannotSign,
    Decision,
    DifferenceRow,
    Explanation,
    FinanceFigures,
    MoneyRow,
    NotYet,
    RunRow,
    SomebodyWasFaster,
    StatedCredit,
    StatementView,
    Told,
    UnderWayRow,
)
from hospital_bridge.web.refund_reads import NotRefundable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hospital_bridge.payment.context import MoneyContext
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
                open_differences=work.differences.open_count(),
            )

    def waiting(self, operator_id: str) -> Sequence[MoneyRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            context = self.money(operator_id)
            return [_weighed(context, work, row) for row in money_rows(work)]

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
            return difference_rows(work)

    def all_differences(self, operator_id: str) -> Iterator[DifferenceRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            yield from (difference_row(work, one) for one in work.differences.open())

    def under_way(self, operator_id: str) -> Sequence[UnderWayRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            runs = work.reconciliations.under_way()
        return [UnderWayRow(run.wallet_account, run.day, run.step, run.rows_read, run.told_at) for run in runs]

    def compare_again(self, operator_id: str, day: date, *, by: str) -> None:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            _must_have_a_bill(context, work, day)
            ask_again(context, work, day)
            work.audit.record(by, "reconciliation.asked", day.isoformat())

    def statement(self, operator_id: str, day: date) -> StatementView:
        context = self.money(operator_id)
        with context.store.read(operator_id) as work:
            signed = Statements(work).find(day)
            if signed is None:
                content = statement_of(context, work, day)
                compared = {one["account"] for one in content["accounts"]}
                return StatementView(
                    content,
                    why_not(context, work, day),
                    digest=digest_of(written(content)),
                    names=_names(work, {one["by"] for one in content["additions"]}),
                    uncompared=sorted(accounts_of(context, work, day) - compared),
                )
            content, additions = json.loads(signed.content), additions_of(work, signed)
            names = _names(
                work, {one["by"] for one in (*additions, *content.get("additions", ()))} | {signed.signed_by}
            )
        told = (names.get(signed.signed_by, ""), signed.signed_at, signed.digest)
        return StatementView(content, SIGNED, *told, additions, names)

    def tell_bank_credit(self, operator_id: str, day: date, account: str, amount_fen: int, *, by: str) -> None:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            if account not in context.wallets:
                raise NotYet(account)
            _must_have_a_bill(context, work, day)
            keep_credit(work, account, day, Fen(amount_fen), by)
            ask_again(context, work, day)

    def read_bank_file(
        self, operator_id: str, account: str, raw: bytes, settled_after: int, sent_by: str, *, by: str
    ) -> BankFileRead:
        context = self.money(operator_id)
        if account not in context.wallets:
            raise NotYet(account)
        with context.store.read(operator_id) as work:
            today = context.business_date(work.now)
        found = read(raw, Reading(today, settled_after, sent_by))
        if found.faults:
            return BankFileRead(found.faults, len(found.foreign))
        with context.store.begin(operator_id) as work:
            days = [
                StatedCredit(day, amount, keep_credit(work, account, day, amount, by))
                for day, amount in sorted(found.credits.items())
            ]
            for one in days:
                ask_again(context, work, one.day)
        return BankFileRead((), len(found.foreign), days)

    def sign(self, operator_id: str, day: date, *, by: str, seen: str) -> None:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            try:
                sign(context, work, day, by, seen=seen)
            except NotReady as obstacle:
                raise CannotSign(str(obstacle)) from obstacle

    def decide(self, operator_id: str, about: str, decision: Decision, told: Told) -> None:
        context = self.money(operator_id)
        try:
            looked = _looked(context, about, decision, told)
            with context.store.begin(operator_id) as work:
                _carry_out(context, work, about, decision, told, looked)
        except (NothingToDecide, UnknownPayment, UnknownRefund) as over:
            raise SomebodyWasFaster(about) from over
        except CannotRefund as refusal:
            raise NotRefundable(refusal.obstacle) from refusal

    def explain(self, operator_id: str, key: str, explanation: Explanation | None, *, by: str) -> None:
        with self.money(operator_id).store.begin(operator_id) as work:
            settle(work, key, explanation, by)


def _looked(context: MoneyContext, about: str, decision: Decision, told: Told) -> decide.Looked:
    """Who decides, and how the e-invoice stands: one may have been issued since the wallet refused; NotRefundable."""
    looked = decide.Looked(told.by, proved=told.proved, seen_fen=told.seen_fen)
    if decision is not Decision.REFUND_AGAIN:
        return looked
    invoice, is_told = kept_invoice(context, about, told.invoice)
    return replace(looked, invoice=invoice, invoice_told=is_told)


def _must_have_a_bill(context: MoneyContext, work: Work, day: date) -> None:
    """NotYet for a day whose bill is not to be had, and would be asked for without end."""
    today = context.business_date(work.now)
    if not first_day(today) <= day <= today:
        raise NotYet(day)


def _names(work: Work, staff_ids: Iterable[str]) -> dict[str, str]:
    found = (StaffAccounts(work).find(staff_id) for staff_id in staff_ids)
    return {staff.staff_id: staff.display_name for staff in found if staff is not None}


def _weighed(context: MoneyContext, work: Work, row: MoneyRow) -> MoneyRow:
    """With whether a second person has to approve what goes back."""
    if not GIVES_BACK.intersection(row.decisions):
        return row
    second = needs_second(context, work.payments.get(row.about), row.amount_fen, Route.WALLET)
    return replace(row, needs_second=second)


def _carry_out(
    context: MoneyContext, work: Work, about: str, decision: Decision, told: Told, looked: decide.Looked
) -> None:
    match decision:
        case Decision.FULFILLED:
            decide.decide_fulfilled(context, work, about, told.receipt_no, by=told.by)
        case Decision.REFUSED:
            decide.decide_refused(context, work, about, looked)
        case Decision.AGAIN:
            decide.decide_again(work, about, by=told.by)
        case Decision.REVERSED:
            decide.decide_reversed(work, about, by=told.by)
        case Decision.REFUND_AGAIN:
            decide.decide_refund_again(context, work, about, looked)
        case Decision.RETURNED:
            decide.decide_returned(work, about, by=told.by)
