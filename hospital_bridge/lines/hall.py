"""What every flow of the lines is given: one vertical's rules, and the unit of work they act in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hospital_bridge.slot import LineRules, VerticalWork
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class LinesContext:
    """One operator's lines of one vertical, outside any transaction."""

    vertical: str
    rules: LineRules
    settings: Mapping[str, Any]
    zone: ZoneInfo


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

    def day_of(self, instant: datetime) -> date:
        """The operator's calendar day of an instant."""
        return instant.astimezone(self.context.zone).date()
