"""One vertical's lines over a store, as a test uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hospital_bridge.facade import Unit
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.slot import LineOpening, LineRules, Lines, VerticalWork
from hospital_bridge.store.unit_of_work import Store
from queueing.commands import Act, Command, Event
from queueing.line import DeskState
from queueing.service_time import Observed
from queueing.ticket import Ticket
from tests.queueing.line_machine import POLICY

DAY = date(2026, 11, 23)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Clinic:
    """A vertical with lines: what it was told stands in `changes` and `near`."""

    store: Store
    operator_id: str = "h1"
    settings: dict[str, Any] = field(default_factory=dict)
    changes: list[Event] = field(default_factory=list)
    near: list[tuple[str, int]] = field(default_factory=list)
    on_change: Callable[[VerticalWork, Event], None] | None = None
    sent: int = 0

    def __post_init__(self) -> None:
        rules = LineRules(
            policies=lambda settings: {"usual": POLICY},
            changed=self._changed,
            near=lambda work, ticket, ahead: self.near.append((ticket.ticket_id, ahead)),
            near_at=lambda settings: int(settings.get("near_at", 3)),
            name=lambda work, subject: f"王小{subject}",
        )
        self.context = LinesContext("clinic", rules, self.settings, SHANGHAI)

    def _changed(self, work: VerticalWork, event: Event) -> None:
        self.changes.append(event)
        if self.on_change is not None:
            self.on_change(work, event)

    @contextmanager
    def lines(self) -> Iterator[Lines]:
        with self.store.begin(self.operator_id) as work:
            nobody_pays: Any = None
            yield Unit(work, nobody_pays, self.settings, self.context).lines

    def open(self, *line_ids: str, desks: tuple[str, ...] = (), serving: tuple[str, ...] | None = None) -> None:
        with self.lines() as lines:
            for number, line_id in enumerate(line_ids):
                lines.open(LineOpening(line_id, DAY, f"Line {line_id}", "ABCDEFGH"[number], "usual"))
            for desk_id in desks:
                lines.put_desk(desk_id, f"Room {desk_id}", serving or line_ids)
                lines.set_desk(desk_id, DeskState.OPEN, "staff-1")

    def do(self, act: Act, **details: object) -> Ticket:
        event = self.event(act, **details)
        assert event.ticket is not None
        return event.ticket

    def event(self, act: Act, **details: object) -> Event:
        self.sent += 1
        with self.lines() as lines:
            return lines.act(Command(act, f"c{self.sent}", "staff-1", **details))  # type: ignore[arg-type]

    def arrive(self, subject: str, line_id: str = "x", rank: str = "walk_in") -> str:
        issue = {"subject": subject, "line_id": line_id, "rank": rank, "arrived": True}
        return self.do(Act.ISSUE, ticket_id=f"t-{subject}", **issue).ticket_id

    def saw(self, line_id: str, desk_id: str, *minutes: float) -> None:
        seen = Observed()
        for length in minutes:
            seen = seen.seen(timedelta(minutes=length))
        with self.store.begin(self.operator_id) as work:
            work.queue_figures.count_service(line_id, desk_id, DAY - timedelta(days=1), seen)
