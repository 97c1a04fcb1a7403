"""What passes between a vertical and the core about lines, tickets and desks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from queueing.board import BoardRow
from queueing.commands import Command, Event
from queueing.estimate import Range, Unknown
from queueing.line import DeskState
from queueing.ordering import Explanation, Policy
from queueing.service_time import Expectation
from queueing.ticket import Ticket

if TYPE_CHECKING:
    from hospital_bridge.slot.facade import VerticalWork

NEAR = 3
"""How many may be ahead of who is told that it is soon their turn, unless the vertical says otherwise."""


def _usual_distance(_settings: Mapping[str, Any]) -> int:
    return NEAR


def _usual_expectation(_settings: Mapping[str, Any]) -> Expectation:
    return Expectation()


@dataclass(frozen=True, slots=True)
class LineRules:
    """How a vertical's lines work; what is given the settings reads the vertical's own, validated ones.

    `policies` by the name that `LineOpening.policy` uses; a rank label is what a ticket is issued with.
    `changed` follows each event of a ticket in the same transaction. `near` is told of a waiting ticket with at most
    `near_at` ahead of it, once on each of its ways to the front: after the check-in, a return and a rejoining.
    `name` gives a subject's name to be masked on boards; without it boards show numbers alone.
    """

    policies: Callable[[Mapping[str, Any]], Mapping[str, Policy]]
    changed: Callable[[VerticalWork, Event], None]
    near: Callable[[VerticalWork, Ticket, int], None]
    near_at: Callable[[Mapping[str, Any]], int] = _usual_distance
    expectation: Callable[[Mapping[str, Any]], Expectation] = _usual_expectation
    name: Callable[[VerticalWork, str], str] | None = None
    callers: Collection[str] = ()
    """The staff roles that may call at its desks."""


@dataclass(frozen=True, slots=True)
class LineOpening:
    """A line of one day: `line_id` is the same every day; `prefix` leads its display numbers.

    Lines whose numbers stand on one board need different prefixes. `shows_names` allows masked names there.
    """

    line_id: str
    day: date
    title: str
    prefix: str
    policy: str
    shows_names: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """How one ticket stands: `ahead` and `wait` are of who waits, `desk` of who is called or being served.

    `now_serving` are the display numbers that the line's desks have called, the newest first.
    """

    ticket: Ticket
    day: date
    line_title: str
    ahead: int | None
    wait: Range | Unknown
    now_serving: Sequence[str]
    desk: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One who waits, in the order of calling; `because` says why the one in front goes first."""

    ticket: Ticket
    because: Explanation | None


@dataclass(frozen=True, slots=True)
class DeskView:
    """A desk and what it holds; `lines` are those of the day that it calls from, with their titles."""

    desk_id: str
    title: str
    state: DeskState
    lines: Sequence[str]
    line_titles: Sequence[str]
    tickets: Sequence[Ticket]


class Lines(Protocol):
    """The lines of one vertical, inside one unit of work.

    A refusal is `queueing.commands.Refused`, `queueing.ticket.IllegalTransition` or `queueing.ordering.UnknownRank`;
    each is raised before anything was written. A reading unit of work can do what only reads. Who acts in several
    lines within one unit of work does so in the order of their ids, as `act` does, or two may wait for each other.
    """

    def today(self) -> date:
        """The operator's business date of this transaction."""

    def day_of(self, instant: datetime) -> date:
        """The operator's business date of an instant."""

    def open(self, opening: LineOpening) -> None:
        """Make the line of a day, so that tickets can be issued; repeating it changes nothing."""

    def act(self, command: Command) -> Event:
        """Do what is asked and give the event that answers it; the same command id gives the same event again.

        `issue` goes to `command.line_id` on the day of its appointment, or today; without a `ticket_id` it is given
        one. A command about a ticket goes to its line, `call_next` to the lines that `command.desk_id` serves today.
        The answer to a transfer is the event that issued the new ticket.
        """

    def is_done(self, command_id: str) -> bool:
        """Whether a command of that id was done before."""

    def put_desk(self, desk_id: str, title: str, lines: Collection[str], capacity: int = 1) -> None:
        """Set up a desk and the line ids it calls from, or change them; a new one is closed."""

    def set_desk(self, desk_id: str, state: DeskState, actor: str) -> None:
        """Open, pause or close a desk; audited."""

    def desk(self, desk_id: str) -> DeskView:
        """A desk with the tickets it holds."""

    def desks(self) -> Sequence[DeskView]:
        """Every desk of today's lines, by title."""

    def of_today(self) -> Sequence[str]:
        """The line ids that are open today."""

    def position(self, ticket_id: str) -> Position:
        """How a ticket stands, for its holder."""

    def waiting(self, line_id: str) -> Sequence[WaitingRow]:
        """Who waits today, in the order of calling, each with the reason for its place."""

    def held(self, line_id: str) -> Sequence[Ticket]:
        """Who asked to be left out of the line for a while today."""

    def board(self, line_ids: Collection[str]) -> Sequence[BoardRow]:
        """Today's calls of those lines, the newest first, without personal data."""

    def of_subject(self, subject_id: str) -> Sequence[Ticket]:
        """Every ticket of a person, the newest first."""

    def events(self, ticket_id: str) -> Sequence[Event]:
        """What happened to a ticket, in order."""

    def expire(self, before: date) -> int:
        """End the live tickets of the days before; how many there were."""
