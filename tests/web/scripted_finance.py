"""Money as the pages are given it, which a test fills and steers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from hospital_bridge.money_rows import NOT_GIVEN_BACK, ON_A_BOOKING, UNDECIDED
from hospital_bridge.payment.reconcile.bank_file import Reading, read
from hospital_bridge.web.finance_reads import (
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

AGAIN = (Decision.REFUND_AGAIN,)
SEEN = datetime(2026, 11, 23, 0, 29, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_ADDED = {"day": "2026-11-20", "account": "alipay", "at": SEEN.isoformat(), "kind": "payment", "explanation": ""}
_NUMBERS = {"count": 1, "ours_fen": 0, "theirs_fen": 700, "finding": "", "reference": ""}
ADDED: list[dict[str, Any]] = [
    {**_ADDED, **_NUMBERS, "what": "found", "by": "", "finding": "sale_only", "reference": "=late"},
    {**_ADDED, **_NUMBERS, "what": "explained", "by": "s1", "finding": "sale_only", "explanation": "another_day"},
    {**_ADDED, **_NUMBERS, "what": "bank", "by": "cli"},
    {**_ADDED, **_NUMBERS, "what": "sums", "by": "", "sale_fen": 700, "wallet_fen": 0, "ledger_fen": 0, "fee_fen": 0},
]

AS_SHOWN = "e" * 64


@dataclass
class ScriptedFinance:
    """Money by operator: one payment that nobody can tell of, one refused refund, one difference."""

    decided: list[tuple[str, str, Decision, str, str]] = field(default_factory=list)
    explained: list[tuple[str, str, Explanation | None, str]] = field(default_factory=list)
    too_late: bool = False
    refusal: str = ""
    needs_second: bool = False
    obstacle: str = ""
    uncompared: tuple[str, ...] = ()
    signed: list[tuple[str, date, str]] = field(default_factory=list)
    compared: list[tuple[str, date, str]] = field(default_factory=list)
    credited: dict[date, int] = field(default_factory=dict)
    listed: bool = True
    open_differences: int = 0
    invoices: list[str] = field(default_factory=list)

    def figures(self, operator_id: str) -> FinanceFigures:
        return FinanceFigures(1, 2, self.open_differences)

    def waiting(self, operator_id: str) -> list[MoneyRow]:
        order_no = f"01a205cf4740700080000000000000{operator_id}"
        return [
            MoneyRow(
                f"paid-{operator_id}",
                UNDECIDED[0],
                SEEN,
                5000,
                order_no,
                UNDECIDED[1],
                "",
                ON_A_BOOKING,
                self.needs_second,
                f"paid-{operator_id}",
            ),
            MoneyRow("q" * 32, NOT_GIVEN_BACK[0], SEEN, 80, order_no, NOT_GIVEN_BACK[1], "not_allowed", AGAIN),
        ]

    def runs(self, operator_id: str, limit: int) -> list[RunRow]:
        days = [date(2026, 11, 22), date(2026, 11, 21)]
        return [
            RunRow("alipay", days[0], "waiting", SEEN, 0, 0, 0, 0, 0, "NotDone: the bill is not ready"),
            RunRow("alipay", days[1], "done", SEEN, 12, 60000, 60000, 55000, 5000),
            RunRow("wechat", days[1], "unlisted", SEEN, 3, 900, 900, 0, 0, "Refused: the settings name no query"),
        ]

    def differences(self, operator_id: str) -> list[DifferenceRow]:
        day, reference = date(2026, 11, 21), f"01a205cf4740700080000000000000{operator_id}"
        return [DifferenceRow("one", "alipay", day, "sale_missing", "payment", reference, 5000, 0, SEEN, "")]

    def all_differences(self, operator_id: str) -> Iterator[DifferenceRow]:
        yield from self.differences(operator_id)

    def under_way(self, operator_id: str) -> list[UnderWayRow]:
        return [UnderWayRow("alipay", date(2026, 11, 22), "bill", 250_000, SEEN)]

    def compare_again(self, operator_id: str, day: date, *, by: str) -> None:
        if day.year < TODAY.year:
            raise NotYet(day)
        self.compared.append((operator_id, day, by))

    def statement(self, operator_id: str, day: date) -> StatementView:
        sides = {"wallet_fen": 60000, "ledger_fen": 60000, "sale_fen": 55000, "fee_fen": 36}
        sums = {"payments": 5, "refunds": 1, "refunded_fen": 1000, "fee_fen": 36, "paid_fen": 61000, "net_fen": 59964}
        one = self.differences(operator_id)[0]
        about = {"kind": one.kind, "finding": one.finding, "reference": one.reference, "explanation": "another_till"}
        account = {
            "account": "alipay",
            "listed": self.listed,
            "matched": 12,
            "unexplained_fen": 5000,
            "bank_fen": self.credited.get(day),
            **sides,
            "channels": [{"channel": "bridge", **sums}, {"channel": "kiosk", **sums}],
            "differences": [{**about, "ours_fen": 5000, "theirs_fen": 0, "progress": "explained"}],
        }
        linked = [{"day": "2026-11-20", "account": "alipay", **sides, "sale_fen": -700}]
        content = {"day": day.isoformat(), "accounts": [account], "linked": linked, "additions": ADDED[:1]}
        if any(signed == day for _, signed, _ in self.signed):
            return StatementView(content, "signed", "王会计", SEEN, "d" * 64, ADDED, {"s1": "王会计"})
        return StatementView(content, self.obstacle, digest=AS_SHOWN, uncompared=self.uncompared)

    def tell_bank_credit(self, operator_id: str, day: date, account: str, amount_fen: int, *, by: str) -> None:
        if account != "alipay":
            raise NotYet(account)
        self.credited[day] = amount_fen

    def read_bank_file(
        self, operator_id: str, account: str, raw: bytes, settled_after: int, sent_by: str, *, by: str
    ) -> BankFileRead:
        if account != "alipay":
            raise NotYet(account)
        found = read(raw, Reading(TODAY, settled_after, sent_by))
        if found.faults:
            return BankFileRead(found.faults, len(found.foreign))
        days = [StatedCredit(day, fen, self.credited.get(day) != fen) for day, fen in sorted(found.credits.items())]
        self.credited |= found.credits
        return BankFileRead((), len(found.foreign), days)

    def sign(self, operator_id: str, day: date, *, by: str, seen: str) -> None:
        if self.obstacle or seen != AS_SHOWN:
            raise CannotSign(self.obstacle or "changed")
        self.signed.append((operator_id, day, by))

    def decide(self, operator_id: str, about: str, decision: Decision, told: Told) -> None:
        if self.too_late:
            raise SomebodyWasFaster(about)
        if self.refusal:
            raise NotRefundable(self.refusal)
        self.invoices += [told.invoice] if told.invoice else []
        self.decided.append((operator_id, about, decision, told.receipt_no, told.by))

    def explain(self, operator_id: str, key: str, explanation: Explanation | None, *, by: str) -> None:
        if key != "one":
            raise SomebodyWasFaster(key)
        self.explained.append((operator_id, key, explanation, by))
