"""The façade that a vertical is given: the core's own unit of work behind the slot's protocols."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hospital_bridge import slot
from hospital_bridge.cards.case import CardCase, CardsContext
from hospital_bridge.cards.facade import CardsFacade
from hospital_bridge.declared import Declared, OwnJobs, OwnSeal
from hospital_bridge.lines.facade import LinesFacade
from hospital_bridge.lines.hall import Hall, LinesContext
from hospital_bridge.pace.paced import Paced
from hospital_bridge.pace.shown import Shown
from hospital_bridge.patience import Asked, PageWait
from hospital_bridge.payment.effects import EffectsFacade
from hospital_bridge.payment.flows.facade import PaymentsFacade
from hospital_bridge.telling.messages import MessagesFacade, Teller
from hospital_bridge.telling.webhooks import WebhooksFacade

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo

    from hospital_bridge.clock import Clock, Ids
    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.store.unit_of_work import Store, Work


@dataclass(frozen=True, slots=True)
class Unit:
    """One transaction as a vertical sees it (`slot.VerticalWork`)."""

    work: Work
    payments: slot.Payments
    settings: Mapping[str, Any] = field(default_factory=dict)
    declared: LinesContext | None = None
    teller: Teller = field(default_factory=Teller)
    given_out: CardsContext | None = None
    limits: Declared | None = None

    @property
    def operator_id(self) -> str:
        return self.work.operator_id

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def ids(self) -> Ids:
        return self.work.ids

    @property
    def connection(self) -> Any:
        return self.work.connection

    @property
    def seal(self) -> slot.Seal:
        return self.work.seal if self.limits is None else OwnSeal(self.work.seal, self.limits)

    @property
    def subjects(self) -> slot.Subjects:
        return self.work.subjects

    @property
    def lines(self) -> slot.Lines:
        if self.declared is None:
            raise LookupError("this vertical declares no lines")
        return LinesFacade(Hall(self.declared, self, self.work))

    @property
    def cards(self) -> slot.Cards:
        if self.given_out is None:
            raise LookupError("this vertical declares no cards")
        return CardsFacade(CardCase(self.given_out, self, self.work))

    @property
    def messages(self) -> slot.Messages:
        return MessagesFacade(self.teller, self.work)

    @property
    def webhooks(self) -> slot.Webhooks:
        return WebhooksFacade(self.teller.ways.publisher, self.work)

    @property
    def jobs(self) -> slot.Jobs:
        return self.work.jobs if self.limits is None else OwnJobs(self.work.jobs, self.limits)

    @property
    def audit(self) -> slot.Audit:
        return self.work.audit

    def table(self, table: Any) -> Any:
        if self.limits is not None:
            self.limits.must_have_table(table.name)
        return self.work.table(table)


class PortMissing(Exception):
    """A vertical asked for a port that its manifest does not name or that the operator lacks."""


@dataclass(frozen=True, slots=True)
class OperatorScope:
    """What a vertical's handlers of one operator are given (`slot.Scope`)."""

    money: MoneyContext
    settings: Mapping[str, Any]
    clock: Clock
    ports: Mapping[str, Any]
    lines: LinesContext | None = None
    page: PageWait | None = None
    teller: Teller = field(default_factory=Teller)
    cards: CardsContext | None = None
    limits: Declared | None = None

    def for_page(self, page: PageWait) -> OperatorScope:
        """The same scope for one page: who waits for its answer, and how long they may."""
        return replace(self, page=page)

    def over(self, store: Store) -> OperatorScope:
        """The same scope over a store that checks a job's lease at each commit."""
        return replace(self, money=replace(self.money, store=store))

    @property
    def operator_id(self) -> str:
        return self.money.operator_id

    @property
    def timezone(self) -> tzinfo:
        return self.money.zone

    @property
    def effects(self) -> slot.Effects:
        return EffectsFacade(self.money.driver, self.unit, self.money.settling)

    def unit(self, work: Work) -> Unit:
        """The unit of work as the vertical sees it."""
        payments = PaymentsFacade(self.money, work, self.limits)
        return Unit(work, payments, self.settings, self.lines, self.teller, self.cards, self.limits)

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        with self.money.store.begin(self.operator_id) as work:
            yield self.unit(work)

    @contextmanager
    def read(self) -> Iterator[Unit]:
        with self.money.store.read(self.operator_id) as work:
            yield self.unit(work)

    def now(self) -> datetime:
        return self.clock.now()

    def port(self, name: str) -> Any:
        try:
            return self.ports[name] if self.page is None else Asked(self.ports[name], self.page)
        except KeyError:
            raise PortMissing(f"{name} is not among the ports of this vertical at {self.operator_id}") from None

    def has_port(self, name: str) -> bool:
        return name in self.ports

    def shown(self, name: str) -> Any:
        adapter = self.ports.get(name)
        return Shown(adapter, self.page) if isinstance(adapter, Paced) else self.port(name)

    def closed_until(self) -> datetime | None:
        times = (adapter.closed_until() for adapter in self.ports.values() if isinstance(adapter, Paced))
        return max(filter(None, times), default=None)

    def waiting(self) -> AbstractContextManager[None]:
        return nullcontext() if self.page is None else self.page.place()
