"""A small site on a real store: two operators, one scripted wallet, read models that a test fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher

from adapters.errors import OutsideError
from adapters.values import Acknowledgement, WalletAccount
from hospital_bridge.administration import BEING_ASKED
from hospital_bridge.clock import Clock, Ids
from hospital_bridge.message_desk import MessageDesk
from hospital_bridge.money_rows import NOT_GIVEN_BACK, ON_A_BOOKING, UNDECIDED
from hospital_bridge.order_desk import OrderDesk
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.refund_desk import RefundDesk
from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.systems import Sender
from hospital_bridge.web.admin_reads import (
    AuditRow,
    DeadJobRow,
    Dismissal,
    EffectRow,
    Light,
    LinkRow,
    SecurityRow,
)
from hospital_bridge.web.finance_reads import (
    CannotSign,
    Decision,
    DifferenceRow,
    Explanation,
    FinanceFigures,
    MoneyRow,
    NotYet,
    RunRow,
    SomebodyWasFaster,
    StatementView,
    Told,
    UnderWayRow,
)
from hospital_bridge.web.passwords import PasswordLogin
from hospital_bridge.web.refund_reads import NotRefundable
from hospital_bridge.web.site import Consent, Operator, Plugged, Probe, Site, Wallet
from hospital_bridge.website import CONSENT
from tests.web.money_here import money_of
from tests.web.scripted_hospital import SHANGHAI, ScriptedScope, scripted_vertical

PASSWORD = "correct horse battery"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
AGAIN = (Decision.REFUND_AGAIN,)
SEEN = datetime(2026, 11, 23, 0, 29, 30, tzinfo=UTC)


@dataclass
class ScriptedWallet:
    """A wallet that knows its users by the code that it gave them."""

    store: Store
    operator_id: str
    page: str
    fails_with: OutsideError | None = None
    consents: list[Consent] = field(default_factory=list)
    notices: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    def authorise_url(self, *, redirect_uri: str, state: str) -> str:
        return f"{self.page}?{urlencode({'redirect_uri': redirect_uri, 'state': state})}"

    def complete(self, code: str, consent: Consent, *, locale: str) -> str:
        if self.fails_with is not None:
            raise self.fails_with
        self.consents.append(consent)
        with self.store.begin(self.operator_id) as work:
            user = work.wallet_users.keep("alipay", WalletAccount(code), locale)
            for purpose in consent.purposes:
                work.wallet_users.consent(user, purpose, consent.version)
        return user

    def receive_notice(self, body: bytes, headers: Mapping[str, str]) -> Acknowledgement:
        self.notices.append((body, headers))
        return Acknowledgement(b"success")


@dataclass
class ScriptedAdmin:
    """Read models by operator."""

    jobs: dict[str, list[DeadJobRow]] = field(default_factory=dict)
    replayed: list[tuple[str, str, str]] = field(default_factory=list)
    dismissed: list[tuple[str, str, Dismissal, str]] = field(default_factory=list)
    rows: bool = True

    def links(self, operator_id: str) -> list[LinkRow]:
        return [
            LinkRow(f"alipay {operator_id}", "wallet", Light.GREEN, SEEN),
            LinkRow("his", "his", Light.AMBER, SEEN, "", "Nobody has asked lately: is a worker running?"),
            LinkRow("listener", "listener", Light.RED, None, "", "Check address, network and the other side."),
        ]

    def unknown_effects(self, operator_id: str, limit: int) -> list[EffectRow]:
        return [EffectRow("e" * 32, f"wallet.refund {operator_id}", SEEN, SEEN, 3, BEING_ASKED, "no answer")]

    def dead_jobs(self, operator_id: str, limit: int) -> list[DeadJobRow]:
        return self.jobs.get(operator_id, [])

    def audit(self, operator_id: str, limit: int) -> list[AuditRow]:
        return [AuditRow(SEEN, f"staff of {operator_id}", "staff.signed_in", "a" * 32)]

    def security(self, operator_id: str, limit: int) -> list[SecurityRow]:
        return [SecurityRow(SEEN, "notice.forged", f"alipay {operator_id}", "bad signature")]

    def replay_job(self, operator_id: str, job_id: str, actor: str) -> bool:
        if all(job.job_id != job_id for job in self.jobs.get(operator_id, [])):
            return False
        self.replayed.append((operator_id, job_id, actor))
        return True

    def dismiss_job(self, operator_id: str, job_id: str, reason: Dismissal, actor: str) -> bool:
        if all(job.job_id != job_id for job in self.jobs.get(operator_id, [])):
            return False
        self.dismissed.append((operator_id, job_id, reason, actor))
        return True


_ADDED = {"day": "2026-11-20", "account": "alipay", "at": SEEN.isoformat(), "kind": "payment", "explanation": ""}
_NUMBERS = {"count": 1, "ours_fen": 0, "theirs_fen": 700, "finding": "", "reference": ""}
ADDED: list[dict[str, Any]] = [
    {**_ADDED, **_NUMBERS, "what": "found", "by": "", "finding": "sale_only", "reference": "=late"},
    {**_ADDED, **_NUMBERS, "what": "explained", "by": "s1", "finding": "sale_only", "explanation": "another_day"},
    {**_ADDED, **_NUMBERS, "what": "bank", "by": "cli"},
    {**_ADDED, **_NUMBERS, "what": "sums", "by": "", "sale_fen": 700, "wallet_fen": 0, "ledger_fen": 0, "fee_fen": 0},
]


@dataclass
class ScriptedFinance:
    """Money by operator: one payment that nobody can tell of, one refused refund, one difference."""

    decided: list[tuple[str, str, Decision, str, str]] = field(default_factory=list)
    explained: list[tuple[str, str, Explanation | None, str]] = field(default_factory=list)
    too_late: bool = False
    refusal: str = ""
    needs_second: bool = False
    obstacle: str = ""
    signed: list[tuple[str, date, str]] = field(default_factory=list)
    compared: list[tuple[str, date, str]] = field(default_factory=list)
    credited: dict[date, int] = field(default_factory=dict)
    listed: bool = True

    def figures(self, operator_id: str) -> FinanceFigures:
        return FinanceFigures(1, 2, 0)

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
        return StatementView(content, self.obstacle)

    def tell_bank_credit(self, operator_id: str, day: date, account: str, amount_fen: int, *, by: str) -> None:
        if account != "alipay":
            raise NotYet(account)
        if self.obstacle:
            raise CannotSign(self.obstacle)
        self.credited[day] = amount_fen

    def sign(self, operator_id: str, day: date, *, by: str) -> None:
        if self.obstacle:
            raise CannotSign(self.obstacle)
        self.signed.append((operator_id, day, by))

    def decide(self, operator_id: str, about: str, decision: Decision, told: Told) -> None:
        if self.too_late:
            raise SomebodyWasFaster(about)
        if self.refusal:
            raise NotRefundable(self.refusal)
        self.decided.append((operator_id, about, decision, told.receipt_no, told.by))

    def explain(self, operator_id: str, key: str, explanation: Explanation | None, *, by: str) -> None:
        if key != "one":
            raise SomebodyWasFaster(key)
        self.explained.append((operator_id, key, explanation, by))


@dataclass
class SiteKit:
    """The site and the parts of it that a test steers."""

    site: Site
    wallets: dict[str, ScriptedWallet]
    scopes: dict[str, ScriptedScope]
    admin: ScriptedAdmin
    finance: ScriptedFinance
    probes: list[Probe]
    money: Callable[[str], MoneyContext]

    def add_staff(self, operator_id: str, name: str, *grants: RoleGrant) -> str:
        """A staff member with `PASSWORD`; returns the staff id."""
        with self.site.store.begin(operator_id) as work:
            return StaffAccounts(work).add(name, f"护士 {name}", QUICK_HASHER.hash(PASSWORD), frozenset(grants))


def make_kit(
    store: Store,
    clock: Clock,
    ids: Ids,
    *,
    public_url: str = "https://bridge.example",
    wallet_page: str = "https://wallet.example/authorise",
    pay_page: str = "https://wallet.example/pay",
) -> SiteKit:
    """A site of the operators h1 and h2."""
    wallets = {each: ScriptedWallet(store, each, wallet_page) for each in ("h1", "h2")}
    scopes = {each: ScriptedScope(each, pay_page=pay_page, store=store) for each in ("h1", "h2")}
    admin, finance, probes = ScriptedAdmin(), ScriptedFinance(), [Probe("database", ok=True)]
    for operator_id in wallets:
        admin.jobs[operator_id] = [
            DeadJobRow(f"job-{operator_id}", "payment.settle", "r" * 32, 8, SEEN, "HB-H001"),
            DeadJobRow(f"read-{operator_id}", "hl7.apply", "m" * 32, 1, SEEN, "Malformed: OBR is missing", True),
        ]
    vertical, money = scripted_vertical(), money_of(store, clock, ("h1", "h2"))
    operators = {
        each: _operator(each, wallets[each], Plugged(vertical, _as_scope(scopes[each]))) for each in ("h1", "h2")
    }
    site = Site(
        public_url=public_url,
        version="0.1.0",
        operators=operators,
        store=store,
        clock=clock,
        ids=ids,
        authenticate=PasswordLogin(store, ids, QUICK_HASHER),
        admin=admin,
        finance=finance,
        orders=OrderDesk(money),
        refunds=RefundDesk(money),
        received=MessageDesk(store, lambda _peer: Sender(None, None)),
        metrics=lambda: "# HELP hb_up The bridge runs.\nhb_up 1\n",
        readiness=lambda: probes,
        trusted_proxies=(ip_network("10.0.0.0/8"),),
        metrics_networks=(ip_network("127.0.0.0/8"), ip_network("192.0.2.0/24")),
    )
    return SiteKit(site, wallets, scopes, admin, finance, probes, money)


def _as_scope(scope: ScriptedScope) -> Any:
    return scope


def _operator(operator_id: str, wallet: ScriptedWallet, hospital: Plugged) -> Operator:
    alipay = Wallet("alipay", "Alipay", wallet.authorise_url, wallet.complete, wallet.receive_notice)
    return Operator(
        id=operator_id,
        names={"zh-CN": f"示例医院 {operator_id}", "en": f"Example Hospital {operator_id}"},
        timezone=SHANGHAI,
        phone="010-00000000",
        language="zh-CN",
        consent=CONSENT,
        wallets={"alipay": alipay},
        hints={"his": lambda _body, _headers: None},
        verticals={"hospital": hospital},
    )
