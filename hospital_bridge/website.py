"""The site that the pages stand on, put together from a built bridge."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from adapters import registry
from hospital_bridge.administration import Administration
from hospital_bridge.fetching import look_now
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.identity.sign_in import CONSENT_VERSION, complete_sign_in
from hospital_bridge.inbound import message_desk_of
from hospital_bridge.metrics import exposition
from hospital_bridge.order_desk import OrderDesk
from hospital_bridge.pace.paced import Paced
from hospital_bridge.patience import Patience
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.refund_desk import RefundDesk
from hospital_bridge.store.engine import answers
from hospital_bridge.telling.wallet import AGREEMENT
from hospital_bridge.web.passwords import PasswordLogin
from hospital_bridge.web.site import Consent, ConsentText, Operator, Plugged, Probe, Purpose, Site, Wallet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hospital_bridge.bootstrap import Bridge, OperatorParts
    from hospital_bridge.facade import OperatorScope
    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.slot import Vertical
    from hospital_bridge.store.unit_of_work import Store

CONSENT = ConsentText(
    version=CONSENT_VERSION,
    purposes=(
        Purpose(
            "real_name",
            "My real name",
            "Your wallet tells us your name, ID number and mobile number, so that we know that it is you.",
        ),
        Purpose(
            "medical_record",
            "My bookings",
            "We keep what you book and buy here, so that you can see it, pay for it and use it.",
        ),
        Purpose(
            AGREEMENT,
            "Messages in my wallet",
            "Your wallet tells you when you are called, when a payment is done or when there is news for you. "
            "Without this you find every message here, under “My messages”.",
            required=False,
        ),
    ),
)


def site_of(bridge: Bridge) -> Site:
    """Everything that `web.create_app` needs."""
    shared = bridge.settings.bridge

    def money(operator_id: str) -> MoneyContext:
        return bridge.operators[operator_id].money

    patience = Patience(max(1, shared.web.threads // 2), bridge.outside.clock)
    return Site(
        public_url=shared.public_url,
        version=version("hospital-bridge"),
        operators={parts.settings.id: _operator(bridge, parts, patience) for parts in bridge.operators.values()},
        store=bridge.store,
        clock=bridge.outside.clock,
        ids=bridge.outside.ids,
        authenticate=PasswordLogin(bridge.store, bridge.outside.ids),
        admin=Administration(bridge.store, _listening(bridge), partial(_resting, bridge)),
        finance=FinanceDesk(money),
        orders=OrderDesk(money),
        refunds=RefundDesk(money),
        received=message_desk_of(bridge),
        metrics=lambda: exposition(bridge.store),
        readiness=partial(_readiness, bridge.store),
        trusted_proxies=shared.trusted_proxies,
        metrics_networks=shared.metrics_networks,
    )


def _listening(bridge: Bridge) -> frozenset[str]:
    return frozenset(operator.id for operator in bridge.settings.operators if operator.peers)


def _resting(bridge: Bridge, operator_id: str) -> Sequence[str]:
    systems = bridge.operators[operator_id].systems.values()
    return [
        f"{system.name} · {rest.operation}"
        for system in systems
        if isinstance(system.adapter, Paced)
        for rest in system.adapter.resting()
    ]


def _operator(bridge: Bridge, parts: OperatorParts, patience: Patience) -> Operator:
    settings = parts.settings
    return Operator(
        id=settings.id,
        names={"zh-CN": settings.name, "en": settings.name_en or settings.name},
        timezone=settings.timezone,
        phone=settings.phone,
        language=settings.locale,
        consent=CONSENT,
        most_family_members=settings.most_family_members,
        wallets={account: _wallet(bridge, parts, account) for account in parts.wallets},
        hints={name: _hint(bridge, parts, name) for name, system in parts.systems.items() if system.hints},
        verticals={name: _plugged(bridge.verticals[name], scope, patience) for name, scope in parts.scopes.items()},
    )


def _plugged(vertical: Vertical, scope: OperatorScope, patience: Patience) -> Plugged:
    return Plugged(vertical, scope, lambda: scope.for_page(patience.page()))


def _wallet(bridge: Bridge, parts: OperatorParts, account: str) -> Wallet:
    wallet = parts.wallets[account]

    def complete(code: str, consent: Consent, *, locale: str) -> str:
        return complete_sign_in(
            bridge.store, parts.settings.id, account, wallet, code, purposes=consent.purposes, locale=locale
        ).wallet_user_id

    return Wallet(
        account=account,
        title=registry.manifest(parts.settings.wallets[account].adapter).title,
        authorise_url=wallet.authorise_url,
        complete=complete,
        receive_notice=lambda body, headers: receive_notice(parts.money, account, body, headers),
    )


def _hint(bridge: Bridge, parts: OperatorParts, name: str) -> Callable[[bytes, Mapping[str, str]], None]:
    hints = parts.systems[name].hints

    def take(body: bytes, headers: Mapping[str, str]) -> None:
        feeds = hints.read_hint(body, headers) if hints else ()
        with bridge.store.begin(parts.settings.id) as work:
            look_now(work, name, feeds)

    return take


def _readiness(store: Store) -> Sequence[Probe]:
    try:
        answers(store.engine)
    except Exception as fault:  # noqa: BLE001 - whatever keeps the database away, the bridge is not ready
        return [Probe("database", ok=False, detail=type(fault).__name__)]
    return [Probe("database", ok=True)]
