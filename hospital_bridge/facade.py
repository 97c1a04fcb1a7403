"""The façade that a vertical is given: the core's own unit of work behind the slot's protocols."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hospital_bridge import slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from hospital_bridge.clock import Clock, Ids
    from hospital_bridge.store.unit_of_work import Store, Work


@dataclass(frozen=True, slots=True)
class Unit:
    """One transaction as a vertical sees it (`slot.VerticalWork`)."""

    work: Work
    payments: slot.Payments

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
        return self.work.seal

    @property
    def subjects(self) -> slot.Subjects:
        return self.work.subjects

    @property
    def jobs(self) -> slot.Jobs:
        return self.work.jobs

    @property
    def audit(self) -> slot.Audit:
        return self.work.audit

    def table(self, table: Any) -> Any:
        return self.work.table(table)


class PortMissing(Exception):
    """A vertical asked for a port that its manifest does not name or that the operator lacks."""


@dataclass(frozen=True, slots=True)
class OperatorScope:
    """What a vertical's handlers of one operator are given (`slot.Scope`)."""

    operator_id: str
    timezone: tzinfo
    settings: Mapping[str, Any]
    effects: slot.Effects
    store: Store
    clock: Clock
    ports: Mapping[str, Any]
    unit: Callable[[Work], Unit]

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        with self.store.begin(self.operator_id) as work:
            yield self.unit(work)

    @contextmanager
    def read(self) -> Iterator[Unit]:
        with self.store.read(self.operator_id) as work:
            yield self.unit(work)

    def now(self) -> datetime:
        return self.clock.now()

    def port(self, name: str) -> Any:
        try:
            return self.ports[name]
        except KeyError:
            raise PortMissing(f"{name} is not among the ports of this vertical at {self.operator_id}") from None
