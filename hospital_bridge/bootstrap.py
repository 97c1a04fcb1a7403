"""The one composition root: Settings -> store, adapters, verticals, flows and job handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from adapters import registry
from adapters.hl7.sender import MllpClient
from adapters.http import Transport, UrllibTransport
from adapters.manifest import AdapterContext, OpenLink, OpenTransport
from adapters.ports import WalletCards, WalletMessages
from adapters.webhook import Resolve, resolved
from hospital_bridge.cards.case import CardsContext
from hospital_bridge.clock import Clock, Ids, RandomIds, SystemClock, chance
from hospital_bridge.contract import BROKEN
from hospital_bridge.counted_outside import CountedTransport, counted_links, counted_transports
from hospital_bridge.declared import Declared
from hospital_bridge.errors import BridgeError
from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.loading import VerticalFault, load_verticals, missing_ports, offered_by
from hospital_bridge.pace.paced import Paced
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.pacing import at_its_pace
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.settings import AdapterChoice, OperatorSettings, Settings
from hospital_bridge.slot import Vertical
from hospital_bridge.store.cipher import Algorithm
from hospital_bridge.store.engine import Engine, answers, make_engine, role_of
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.migrations.runner import (
    OtherSchema,
    StrangeTables,
    is_current,
    is_vertical_current,
    migrate,
    migrate_vertical,
)
from hospital_bridge.store.seal import INDEX
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.systems import System, ports_of, systems_of
from hospital_bridge.telling.messages import Teller, Ways
from hospital_bridge.telling.wallet import WalletPost
from hospital_bridge.telling.webhooks import Publisher

ON_THE_WAY = timedelta(seconds=5)
"""How long a message may travel on after its sender gave up waiting."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Time, chance and the network: what a simulation replaces, and nothing else does.

    With `database_time` each unit of work takes the database's own time, which all processes share.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=lambda: RandomIds(SystemClock()))
    transport: Transport = field(default_factory=UrllibTransport)
    open_link: OpenLink = MllpClient
    open_transport: OpenTransport = UrllibTransport
    resolve: Resolve = resolved
    chance: Callable[[], float] = chance
    database_time: bool = True


@dataclass(frozen=True, slots=True)
class OperatorParts:
    """One operator, put together: its wallets by account, its hospital's systems, its verticals' scopes, its money."""

    settings: OperatorSettings
    wallets: Mapping[str, Any]
    systems: Mapping[str, System]
    scopes: Mapping[str, OperatorScope]
    money: MoneyContext
    ways: Ways


@dataclass(frozen=True, slots=True)
class Bridge:
    """The whole bridge before anything of it runs."""

    settings: Settings
    outside: Outside
    store: Store
    verticals: Mapping[str, Vertical]
    operators: Mapping[str, OperatorParts]

    def close(self) -> None:
        """Hang up at every hospital system and database; nothing of the bridge may run any more."""
        for parts in self.operators.values():
            for system in parts.systems.values():
                system.close()
        self.store.engine.dispose()


def build(settings: Settings, outside: Outside | None = None, *, engine: Engine | None = None) -> Bridge:
    """Put the bridge together; BridgeError when an adapter or a vertical does not fit. Nothing runs yet."""
    outside = outside or Outside()
    engine = engine or make_engine(settings.bridge.database_url)
    keys = root_keys(settings)
    store = Store(engine, None if outside.database_time else outside.clock, outside.ids, keys)
    verticals = verticals_of(settings)
    operators = {o.id: _operator(o, outside, store, verticals, settings) for o in settings.operators}
    return Bridge(settings, outside, store, verticals, operators)


def root_keys(settings: Settings) -> RootKeys:
    """The keys that the configuration names, and the algorithm that seals from now on."""
    algorithm = Algorithm[settings.bridge.algorithm.replace("-", "_").upper()]
    return RootKeys(settings.bridge.root_key, settings.bridge.older_root_keys, algorithm)


def refuse_wrong_root_key(store: Store) -> None:
    """HB-C017 where some stored key was wrapped with a root key that is not configured: nothing of it would open."""
    strange = [operator_id for operator_id in store.operator_ids() if _has_strange_keys(store, operator_id)]
    if strange:
        raise BridgeError("HB-C017", ", ".join(strange))


def _has_strange_keys(store: Store, operator_id: str) -> bool:
    with store.read(operator_id) as work:
        return bool(work.seal.data_keys.strange_roots())


def verticals_of(settings: Settings) -> dict[str, Vertical]:
    """The verticals that the configuration names; BridgeError when one breaks the slot's contract."""
    return load_verticals(name for operator in settings.operators for name in operator.verticals)


def prepare_database(settings: Settings, *, grant_again: bool = False) -> None:
    """Bring the schema up to date, the core's and each vertical's, and make every operator known.

    A schema that is up to date is left alone, for granting locks every table and others may be at work;
    `grant_again` puts grants, policies and triggers back all the same.
    """
    try:
        settings.bridge.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BridgeError("HB-C011", f"{settings.bridge.data_dir}: {fault.strerror}") from fault
    role = role_of(settings.bridge.database_url)
    owner = make_engine(settings.bridge.owner_database_url)
    if grant_again or not is_current(owner):
        migrate(owner, role)
    for name, vertical in verticals_of(settings).items():
        if vertical.tables is None or vertical.migrations is None:
            continue
        with blamed(name, owner):
            if grant_again or not is_vertical_current(owner, name, vertical.migrations, vertical.tables):
                migrate_vertical(owner, name, vertical.migrations, vertical.tables, role)
    owner.dispose()
    engine = make_engine(settings.bridge.database_url)
    store = Store(engine, None, RandomIds(SystemClock()), root_keys(settings))
    for operator in settings.operators:
        with store.begin(operator.id) as work:
            work.operators.register(operator.name, operator.timezone.key)
            work.seal.data_keys.ensure(INDEX)
    engine.dispose()


@contextmanager
def blamed(name: str, engine: Engine) -> Iterator[None]:
    """What goes wrong in a vertical's migrations is told with its package's name, unless the database is away."""
    try:
        yield
    except Exception as error:
        answers(engine)
        # What a driver says may hold values; these speak of files, revisions and tables.
        said = f": {error}" if isinstance(error, OtherSchema | StrangeTables | SyntaxError | ImportError) else ""
        who = f"the vertical {name!r} of the package {offered_by(name)}"
        raise VerticalFault(BROKEN, f"{who} has migrations that do not run: {type(error).__name__}{said}") from error


def has_current_schema(bridge: Bridge) -> bool:
    """Whether the tables of the core and of each vertical are the ones that this program was written for."""
    engine = bridge.store.engine
    return is_current(engine) and all(
        is_vertical_current(engine, name, vertical.migrations, vertical.tables)
        for name, vertical in bridge.verticals.items()
        if vertical.migrations is not None
    )


def _operator(
    settings: OperatorSettings, outside: Outside, store: Store, verticals: Mapping[str, Vertical], whole: Settings
) -> OperatorParts:
    wallets = {account: _adapter(choice, outside) for account, choice in settings.wallets.items()}
    systems = systems_of(settings, partial(_paced, settings, outside, store))
    ports, zone = _ports(settings, wallets, systems), settings.timezone
    counters: dict[str, Counter] = {}
    money = MoneyContext(
        settings.id,
        store,
        zone,
        wallets,
        counters,
        config_digest=whole.digest,
        settling=settling_of(*settings.all_systems),
        time_off=Maintenance([w for each in settings.all_systems for w in each.pace.maintenance], zone).time_off,
        bill_channels=settings.bill_channels,
        second_person_from=settings.refunds.second_person_from,
    )
    ways = Ways(
        Publisher(settings.webhooks, whole.bridge.public_url),
        WalletPost(_those_with(WalletMessages, settings, wallets), zone),
    )
    scopes = {}
    for name, chosen in settings.verticals.items():
        scope = _scope(verticals[name], chosen, settings, outside, money, ports, ways)
        scopes[name] = scope
        counters |= {
            sale.kind: Counter(sale, scope, scope.unit, verticals[name].guards) for sale in verticals[name].sales
        }
    return OperatorParts(settings, wallets, systems, scopes, money, ways)


def _those_with(port: type, settings: OperatorSettings, wallets: Mapping[str, Any]) -> Mapping[str, Any]:
    """The accounts whose wallets have the port."""
    provided = {account: registry.manifest(choice.adapter).provides for account, choice in settings.wallets.items()}
    return {account: wallets[account] for account, ports in provided.items() if port.__name__ in ports}


def settling_of(*systems: AdapterChoice) -> timedelta:
    """How long a change may still be under way to one of a hospital's systems after we lost sight of it.

    A process that died may have left a call behind that waits for its whole reply timeout.
    """
    answers_within = (system.settings.get("reply_timeout", 0.0) for system in systems)
    return timedelta(seconds=max(answers_within, default=0.0)) + ON_THE_WAY


def _paced(settings: OperatorSettings, outside: Outside, store: Store, name: str, choice: AdapterChoice) -> Paced:
    return at_its_pace(settings, name, choice, _adapter(choice, outside), store, outside.clock)


def _adapter(choice: AdapterChoice, outside: Outside) -> Any:
    transport = CountedTransport(choice.adapter, outside.transport)
    links = counted_links(choice.adapter, outside.open_link)
    transports = counted_transports(choice.adapter, outside.open_transport)
    context = AdapterContext(outside.clock.now, transport, outside.ids.new, links, transports)
    try:
        return registry.build(registry.manifest(choice.adapter), choice.settings, context)
    except registry.AdapterFault as fault:
        raise BridgeError("HB-C013", str(fault)) from fault
    except OSError as fault:
        raise BridgeError("HB-C010", f"{choice.adapter}: {fault}") from fault


def _ports(settings: OperatorSettings, wallets: Mapping[str, Any], systems: Mapping[str, System]) -> dict[str, Any]:
    """Port name -> adapter; a vertical that sells needs some wallet, whichever account its payer uses."""
    provided: dict[str, Any] = {}
    for account, choice in settings.wallets.items():
        for port in registry.manifest(choice.adapter).provides:
            provided.setdefault(port, wallets[account])
    return provided | ports_of(systems)


def _scope(
    vertical: Vertical,
    chosen: Mapping[str, Any],
    settings: OperatorSettings,
    outside: Outside,
    money: MoneyContext,
    provided: Mapping[str, Any],
    ways: Ways,
) -> OperatorScope:
    if missing := missing_ports(vertical, provided):
        name = vertical.manifest.name
        who = f"{settings.id}: the vertical {name!r} of the package {offered_by(name)}"
        raise BridgeError("HB-C016", f"{who} needs {', '.join(missing)}")
    named = vertical.manifest.ports | vertical.manifest.optional_ports
    ports = {port: adapter for port, adapter in provided.items() if port in named}
    teller = Teller.of(vertical.manifest.name, vertical.messages, ways)
    lines, cards = _lines(vertical, chosen, settings), _cards(vertical, settings, money.wallets)
    limits = Declared.of(vertical)
    return OperatorScope(money, chosen, outside.clock, ports, lines, teller=teller, cards=cards, limits=limits)


def _lines(vertical: Vertical, chosen: Mapping[str, Any], settings: OperatorSettings) -> LinesContext | None:
    if vertical.lines is None:
        return None
    return LinesContext(vertical.manifest.name, vertical.lines, chosen, settings.timezone, vertical.guards)


def _cards(vertical: Vertical, settings: OperatorSettings, wallets: Mapping[str, Any]) -> CardsContext | None:
    if not vertical.cards:
        return None
    kinds = {card.kind: card for card in vertical.cards}
    holders = _those_with(WalletCards, settings, wallets)
    return CardsContext(vertical.manifest.name, kinds, settings.timezone, holders)
