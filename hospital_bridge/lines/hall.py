"""What every flow of the lines is given: one vertical's rules, and the unit of work they act in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hospital_bridge.guarding import ask
from hospital_bridge.slot import Guard, Guarded, LineRules, VerticalWork
from hospital_bridge.store.unit_of_work import Work
from queueing.commands import Act, Event

_GUARDED = {Act.ISSUE: Guarded.ISSUE, Act.CALL: Guarded.CALL, Act.CALL_NEXT: Guarded.CALL}


@dataclass(frozen=True, slots=True)
class LinesContext:
    """One operator's lines of one vertical, outside any transaction."""

    vertical: str
    rules: LineRules
    settings: Mapping[str, Any]
    zone: ZoneInfo
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Hall:
    """The same within one transaction; `unit` is what the vertical's callbacks are given."""

    context: LinesContext
    unit: VerticalWork
    work: Work

    @property
    def rules(self) -> LineRules:
        """What the vertical declared."""
        return self.context.rules

    @property
    def today(self) -> date:
        """The operator's business date."""
        return self.day_of(self.work.now)

    def ask(self, event: Event) -> None:
        """Let the vertical forbid it; raises Vetoed or GuardFailed, and nothing was written."""
        on = _GUARDED.get(event.act)
        if on is not None and event.ticket is not None:
            ask(self.context.guards, on, self.unit, event)

    def day_of(self, instant: datetime) -> date:
        """The operator's calendar day of an instant."""
        return instant.astimezone(self.context.zone).date()
