"""A small site on a real store: two operators, one scripted wallet, read models that a test fills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher

from adapters.errors import OutsideError
from adapters.values import Acknowledgement, WalletAccount
from hospital_bridge.administration import BEING_ASKED
from hospital_bridge.clock import Clock, Ids
from hospital_bridge.message_desk import MessageDesk
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
from hospital_bridge.web.passwords import PasswordLogin
from hospital_bridge.web.site import Consent, Operator, Plugged, Probe, Site, Wallet
from hospital_bridge.website import CONSENT
from tests.web.money_here import money_of
from tests.web.scripted_finance import SEEN, ScriptedFinance
from tests.web.scripted_hospital import SHANGHAI, ScriptedScope, scripted_vertical

PASSWORD = "correct horse battery"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


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
        return [SecurityRow(SEEN, "notice.refused", f"alipay-{operator_id}", "reason: Malformed")]

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
