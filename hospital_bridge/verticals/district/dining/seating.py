"""What the restaurant's host does: calls the next party to a free table, seats it, passes over it, clears the table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.dining.lines import open_today
from hospital_bridge.verticals.district.waitlist import next_for, passed_by
from queueing.commands import Act, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.dining.restaurant import Restaurant
    from hospital_bridge.verticals.district.waitlist import Table
    from queueing.ticket import Ticket


class Press(StrEnum):
    """CALL the next party that fits; SEAT who was called; PASS over who did not come; FREE the table; UNDO the last."""

    CALL = "call"
    SEAT = "seat"
    PASS = "pass"  # noqa: S105 - passed over, not a password
    FREE = "free"
    UNDO = "undo"


_OF_HELD = {Press.SEAT: Act.START, Press.PASS: Act.PASS_OVER, Press.FREE: Act.FINISH}


@dataclass(frozen=True, slots=True)
class TableView:
    """A table, whom it holds, and else whom it would call, with those who came earlier and why they go on waiting."""

    table: Table
    held: Ticket | None = None
    coming: Ticket | None = None
    passed: Sequence[tuple[Ticket, str]] = ()

    @property
    def state(self) -> str:
        """`free`, `called` or `serving`."""
        return self.held.state.value if self.held else "free"


@dataclass(frozen=True, slots=True)
class HouseView:
    """A restaurant at this moment: its tables, and who waits in the order of coming."""

    tables: Sequence[TableView]
    waiting: Sequence[Ticket]


def press(work: VerticalWork, place: Restaurant, table: Table, what: Press, host: str) -> None:
    """Do it at the table; `Refused` or `IllegalTransition` where the line does not allow it, and nothing changed."""
    open_today(work, place)
    desk_id = place.desk_id(table)
    if what is Press.CALL:
        work.lines.act(Command(Act.CALL_NEXT, work.ids.new(), host, desk_id=desk_id))
    elif what is Press.UNDO:
        work.lines.act(Command(Act.UNDO, work.ids.new(), host, desk_id=desk_id))
    else:
        for ticket in work.lines.desk(desk_id).tickets:
            work.lines.act(Command(_OF_HELD[what], work.ids.new(), host, ticket_id=ticket.ticket_id, desk_id=desk_id))


def look(work: VerticalWork, place: Restaurant) -> HouseView:
    """How the restaurant stands; a day on which nobody took a number yet has free tables alone."""
    today = set(work.lines.of_today())
    lines = [line_id for line_id in place.line_ids if line_id in today]
    waiting = [row.ticket for line_id in lines for row in work.lines.waiting(line_id)]
    desks = {desk.desk_id: desk for desk in work.lines.desks()} if lines else {}
    views = []
    for table in place.tables:
        desk = desks.get(place.desk_id(table))
        held = next(iter(desk.tickets), None) if desk else None
        coming = None if held else next_for(table, waiting)
        views.append(TableView(table, held, coming, passed_by(table, coming, waiting) if coming else ()))
    return HouseView(views, sorted(waiting, key=lambda one: (one.anchor, one.sequence)))


def parties_waiting(work: VerticalWork, place: Restaurant) -> int:
    """How many parties wait at the restaurant."""
    today = set(work.lines.of_today())
    return sum(len(work.lines.waiting(line_id)) for line_id in place.line_ids if line_id in today)
