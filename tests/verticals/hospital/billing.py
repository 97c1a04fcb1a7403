"""A hospital that issues bills, a wallet and people who pay, on a real database and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import Reason, Refused
from adapters.news import BillIssued, BillWithdrawn, ChargeItem
from adapters.values import EntryKind, Fen, Identifier, PatientRecord, Posting, PostingEntry, Sex, VerifiedIdentity
from adapters.values import WalletAccount as Account
from hospital_bridge.facade import OperatorScope
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.handlers import handlers
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.ledger import verify
from hospital_bridge.payment.model import Payment, situation_of
from hospital_bridge.settings.pace import MaintenanceWindow
from hospital_bridge.slot import LookAgain, Relation, Right
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.bills import arrival, paying
from hospital_bridge.verticals.hospital.bills.bill import Bill
from hospital_bridge.verticals.hospital.bills.telling import NOTICES
from hospital_bridge.verticals.hospital.cards import keep_number
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.stays.telling import NOTICES as STAY_NOTICES
from hospital_bridge.verticals.hospital.store import bills, metadata
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.fixtures_store import Database
from tests.pace.fragile import paced
from tests.payment.faults import Line
from tests.payment.wallet import InMemoryWallet
from tests.steered import FakeClock

OPERATOR, ACCOUNT = "h1", "main"
SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RECORD, OTHER_RECORD = "100001", "100002"
CANARY = "金丝雀胶囊"


@dataclass
class Cashier:
    """`HisBilling` over a dict: it books what it asks for, once; `line` makes its calls fail."""

    line: Line = field(default_factory=Line)
    owed: dict[str, int] = field(default_factory=dict)
    book: list[Posting] = field(default_factory=list)
    stays: set[str] = field(default_factory=set)
    """The stays onto which it takes deposits."""

    def post(self, posting: Posting) -> PostingEntry:
        return self.line.call("post", lambda: self._post(posting))

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        return self.line.call("find", lambda: next((e for e in self._entries() if e.serial == serial), None))

    def postings(self, day: date) -> Sequence[PostingEntry]:
        return self.line.call(
            "list", lambda: [e for e in self._entries() if e.occurred_at.astimezone(SHANGHAI).date() == day]
        )

    def _post(self, posting: Posting) -> PostingEntry:
        if posting.serial not in {booked.serial for booked in self.book}:
            is_deposit = posting.kind is EntryKind.PAYMENT and bool(posting.stay_no) and not posting.bill_no
            if is_deposit and posting.stay_no not in self.stays:
                raise Refused("no such stay", reason=Reason.CLOSED)
            is_bill = posting.kind is EntryKind.PAYMENT and not is_deposit
            if is_bill and self.owed.get(posting.bill_no) != posting.amount_fen:
                raise Refused("not owed", reason=Reason.ALREADY_PAID)
            self.book.append(posting)
            self.owed.pop(posting.bill_no, None)
        return next(entry for entry in self._entries() if entry.serial == posting.serial)

    def _entries(self) -> list[PostingEntry]:
        return [
            PostingEntry(one.serial, one.kind, one.amount_fen, f"R{number}", one.occurred_at)
            for number, one in enumerate(self.book, 1)
        ]


class BillWorld:
    """`hear` is what the hospital says, `pay` what a phone does, `work` what the workers do.

    In `windows` the hospital's system is in maintenance.
    """

    def __init__(
        self,
        store: Store,
        database: Database,
        clock: FakeClock,
        windows: Sequence[MaintenanceWindow] = (),
        cashier: Cashier | None = None,
    ) -> None:
        database.add_tables(metadata)
        self.store, self.clock = store, clock
        self.wallet, self.cashier = InMemoryWallet(clock), cashier or Cashier()
        counters: dict[str, Counter] = {}
        self.context = MoneyContext(
            OPERATOR,
            store,
            SHANGHAI,
            {ACCOUNT: self.wallet},
            counters,
            time_off=Maintenance(windows, SHANGHAI).time_off,
        )
        self.settings: dict[str, Any] = {
            "pay_minutes": 15,
            "payment_window": "",
            "parked_days": 30,
            "deposit_least": 100,
            "deposit_most": 5_000,
        }
        self.scope = OperatorScope(
            self.context,
            self.settings,
            clock,
            {"HisBilling": paced(self.cashier, clock, windows=windows) if windows else self.cashier},
            teller=Teller.of("hospital", (*NOTICES, *STAY_NOTICES)),
        )
        for sale in VERTICAL.sales:
            counters[sale.kind] = Counter(sale, self.scope, self.scope.unit)
        reactions = {
            reaction.topic: lambda store, job, reaction=reaction: reaction.handler(self.scope.over(store), job.ref)
            for reaction in VERTICAL.reactions
        }
        self.runner = JobRunner(
            store, Handlers(io={**handlers(lambda _: self.context), **reactions}), "worker-1", chance=lambda: 0.5
        )
        self.subject = self.person("999999198503120016")
        self.phone = self.wallet_user("2088000000000001", self.subject)

    # --- people ---

    def person(self, id_number: str) -> str:
        identity = VerifiedIdentity("测试一", "CN_ID", id_number, date(1985, 3, 12), Sex.MALE, "10000000001")
        with self.store.begin(OPERATOR) as work:
            return work.subjects.keep(identity)

    def wallet_user(self, payer: str, subject: str) -> str:
        with self.store.begin(OPERATOR) as work:
            user = work.wallet_users.keep(ACCOUNT, Account(payer, "o"), "zh-CN")
            work.subjects.bind(user, subject, Relation.SELF)
        return user

    def granted(self, payer: str, rights: Iterable[Right]) -> str:
        """A wallet user to whom the person has granted these rights."""
        with self.store.begin(OPERATOR) as work:
            user = work.wallet_users.keep(ACCOUNT, Account(payer, "o"), "zh-CN")
            work.subjects.bind(user, self.subject, Relation.GRANTED, rights)
        return user

    def bind(self, mrn: str = RECORD, subject: str = "") -> None:
        with self.scope.begin() as work:
            keep_number(work, subject or self.subject, mrn)
        self.work()

    # --- the hospital ---

    def hear(self, news: BillIssued | BillWithdrawn) -> None:
        """The message is applied as its job would, and again as long as it must wait."""
        for _ in range(100):
            try:
                with self.scope.begin() as work:
                    if isinstance(news, BillIssued):
                        arrival.issued(work, news)
                    else:
                        arrival.withdrawn(work, news)
                return
            except LookAgain as wait:
                self.work()
                self.clock.advance(wait.after)
        raise AssertionError("the message waited for ever")

    def issue(self, bill_no: str = "B1", **changes: Any) -> Bill:
        news = issued(bill_no, **changes)
        self.cashier.owed[bill_no] = news.self_pay_fen
        self.hear(news)
        return self.bill(bill_no)

    # --- phones, workers and time ---

    def pay(self, bill: Bill, phone: str = "") -> bool:
        return paying.pay(self.scope, phone or self.phone, bill.bill_id, bill.self_pay_fen)

    def opened(self, bill: Bill, phone: str = "") -> Payment:
        """The payment whose order stands at the wallet after the patient has pressed."""
        assert self.pay(bill, phone)
        self.work()
        return self.payment(bill.bill_no)

    def confirm(self, payment: Payment) -> None:
        """The payer confirms in the wallet, which tells us at once."""
        self.wallet.pay(payment.merchant_order_no)
        receive_notice(self.context, ACCOUNT, *self.wallet.notice(payment.merchant_order_no))

    def settled(self, bill: Bill, phone: str = "") -> Payment:
        self.confirm(self.opened(bill, phone))
        self.work()
        return self.payment(bill.bill_no)

    def work(self) -> None:
        while self.runner.run_once(Lane.IO):
            pass

    def pass_time(self, whole: timedelta = timedelta(minutes=30)) -> None:
        end = self.clock.now() + whole
        while self.clock.now() < end:
            self.work()
            self.clock.advance(MINUTE)
        self.work()

    # --- what stands in the database ---

    def bill(self, bill_no: str = "B1") -> Bill:
        with self.scope.read() as work:
            found = bills.find(work, bill_no)
        assert found is not None
        return found

    def payment(self, bill_no: str = "B1") -> Payment:
        with self.store.read(OPERATOR) as work:
            return work.payments.get(self.bill(bill_no).payment_id)

    def situations(self) -> list[str]:
        with self.store.read(OPERATOR) as work:
            return [situation_of(payment).value for payment in work.payments.all()]

    def posted(self) -> list[tuple[str, str, int]]:
        return [(one.kind.value, one.bill_no, one.amount_fen) for one in self.cashier.book]

    def taken_fen(self) -> int:
        """What the wallet took of all payers and has not given back."""
        return sum(one.order.amount_fen - one.refunded_fen for one in self.wallet.orders.values() if one.paid_at)

    def must_be_sound(self) -> None:
        """The ledger is without fault, nothing is unknown, and the hospital has booked what the wallet has taken."""
        with self.store.read(OPERATOR) as work:
            assert verify(work) == []
            assert [effect.key for effect in work.effects.all() if not effect.is_over] == []
            assert work.jobs.dead() == []
        booked = sum(one.amount_fen if one.kind is EntryKind.PAYMENT else -one.amount_fen for one in self.cashier.book)
        assert booked == self.taken_fen()


def record(mrn: str = RECORD) -> PatientRecord:
    return PatientRecord((Identifier(MRN, mrn),), "测试一", date(1985, 3, 12), Sex.MALE)


def issued(
    bill_no: str = "B1",
    *,
    own: int = 3_000,
    insurance: int = 1_000,
    account: int = 0,
    minute: int = 0,
    mrn: str = RECORD,
    at_window: bool = False,
) -> BillIssued:
    """A bill of two items, told so many minutes after the morning began."""
    total = own + insurance + account
    items = (ChargeItem("1", CANARY, "2", Fen(total - 500)), ChargeItem("2", "血常规", "1", Fen(500)))
    return BillIssued(
        bill_no=bill_no,
        patient=record(mrn),
        filler_id="V1",
        department_name="内科",
        practitioner_name="林若海",
        items=items,
        total_fen=Fen(total),
        insurance_fen=Fen(insurance),
        account_fen=Fen(account),
        self_pay_fen=Fen(own),
        at_window=at_window,
        issued_at=MORNING + minute * MINUTE,
    )


def withdrawn(bill_no: str = "B1", *, minute: int = 0, mrn: str = RECORD) -> BillWithdrawn:
    return BillWithdrawn(bill_no, record(mrn), MORNING + minute * MINUTE)
