"""What a vertical is given of the lines (`slot.Lines`), bound to one unit of work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hospital_bridge.lines import views
from hospital_bridge.lines.act import act
from hospital_bridge.lines.hall import Hall
from hospital_bridge.slot import DeskView, LineOpening, Position, WaitingRow
from hospital_bridge.store.queue_lines import LineRow
from queueing.board import BoardRow
from queueing.commands import Act, Command, Event
from queueing.line import DeskState
from queueing.ticket import Ticket

CLOCK = "clock"
"""Who acts when a day has ended."""


@dataclass(frozen=True, slots=True)
class LinesFacade:
    """The lines of one vertical; every change happens in the unit of work that it was made with."""

    hall: Hall

    def today(self) -> date:
        return self.hall.today

    def day_of(self, instant: datetime) -> date:
        return self.hall.day_of(instant)

    def open(self, opening: LineOpening) -> None:
        policy = self.hall.rules.policies(self.hall.context.settings)[opening.policy]
        self.hall.work.queue_lines.open(
            LineRow(
                line_id=opening.line_id,
                day=opening.day,
                vertical=self.hall.context.vertical,
                title=opening.title,
                prefix=opening.prefix,
                policy=policy,
                shows_names=opening.shows_names,
            )
        )

    def act(self, command: Command) -> Event:
        return act(self.hall, command)

    def is_done(self, command_id: str) -> bool:
        return self.hall.work.queue_events.answer_to(command_id) is not None

    def put_desk(self, desk_id: str, title: str, lines: Collection[str], capacity: int = 1) -> None:
        self.hall.work.queue_lines.put_desk(desk_id, title, lines, capacity)

    def set_desk(self, desk_id: str, state: DeskState, actor: str) -> None:
        self.hall.work.queue_lines.set_state(desk_id, state)
        self.hall.work.audit.record(actor, f"desk.{state.value}", desk_id)

    def desk(self, desk_id: str) -> DeskView:
        return views.desk(self.hall, desk_id)

    def desks(self) -> Sequence[DeskView]:
        found = {desk.desk_id for line_id in self.of_today() for desk in self.hall.work.queue_lines.desks_of(line_id)}
        return sorted((self.desk(desk_id) for desk_id in found), key=lambda desk: (desk.title, desk.desk_id))

    def of_today(self) -> Sequence[str]:
        return self.hall.work.queue_lines.of_day(self.hall.context.vertical, self.hall.today)

    def position(self, ticket_id: str) -> Position:
        return views.position(self.hall, ticket_id)

    def waiting(self, line_id: str) -> Sequence[WaitingRow]:
        return views.waiting(self.hall, line_id)

    def held(self, line_id: str) -> Sequence[Ticket]:
        return self.hall.work.queue_tickets.held(line_id, self.hall.today)

    def board(self, line_ids: Collection[str]) -> Sequence[BoardRow]:
        return views.board_of(self.hall, line_ids)

    def of_subject(self, subject_id: str) -> Sequence[Ticket]:
        return [row.ticket for row in self.hall.work.queue_tickets.of_subject(subject_id)]

    def events(self, ticket_id: str) -> Sequence[Event]:
        return self.hall.work.queue_events.of_ticket(ticket_id)

    def expire(self, before: date) -> int:
        overdue = self.hall.work.queue_tickets.live_before(self.hall.context.vertical, before)
        for ticket_id in overdue:
            self.act(Command(Act.EXPIRE, f"expire.{ticket_id}", CLOCK, ticket_id=ticket_id))
        return len(overdue)
