"""The state machine of tests/queueing through the store: the rows, the log and the naive model agree."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from hospital_bridge.store.queue_tickets import QUEUE_TICKET
from hospital_bridge.store.records import record_of
from hospital_bridge.store.unit_of_work import Store, Work
from queueing.commands import Act, Command, Event, Refusal, Refused
from queueing.line import Desk, Line
from queueing.ticket import IllegalTransition, Ticket
from tests.fixtures_store import Database
from tests.lines.halls import DAY, Clinic
from tests.queueing.line_machine import DESKS, MORNING, LineMachine
from tests.steered import CountedIds, FakeClock

_operators = count()


def blank(line_id: str) -> Line:
    """The line before anything happened in it."""
    return Line(line_id, DAY, "A", {desk_id: Desk(desk_id) for desk_id in DESKS})


def rows_of(work: Work, line_id: str) -> dict[str, Ticket]:
    """The projected tickets of a line."""
    rows = work.table(QUEUE_TICKET).all(QUEUE_TICKET.c.line_id == line_id)
    return {row.ticket_id: record_of(Ticket, row) for row in rows}


class Crash(Exception):
    """The process dies before the commit."""


class StoredLine(LineMachine):
    """Each command in its own transaction; each third one dies before its commit and is sent again."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.clock = FakeClock(MORNING)
        store = Store(database.engine, self.clock, CountedIds(self.clock))
        self.clinic = Clinic(store, f"clinic-{next(_operators)}")
        with store.begin(self.clinic.operator_id) as work:
            work.operators.register("Clinic")
        self.clinic.open("line", desks=DESKS)
        self.clinic.open("line", "other")
        self.log: list[Event] = []
        self.rows: dict[str, Ticket] = {}
        self.sendings = 0

    def advance(self, by: timedelta) -> None:
        super().advance(by / 5)
        self.clock.advance(by / 5)

    def send(self, command: Command) -> Event:
        command = replace(command, line_id="other" if command.act is Act.TRANSFER else "line")
        self.sendings += 1
        try:
            if self.sendings % 3 == 0:
                self._die_before_the_commit(command)
            with self.clinic.lines() as lines:
                event = lines.act(command)
        finally:
            self._look()
        return next(one for one in self.log if one.command_id == event.command_id.removesuffix(".to"))

    def _die_before_the_commit(self, command: Command) -> None:
        with suppress(Crash, Refused, IllegalTransition), self.clinic.lines() as lines:
            lines.act(command)
            raise Crash

    def _look(self) -> None:
        with self.clinic.store.read(self.clinic.operator_id) as work:
            self.log = list(work.queue_events.of_line("line", DAY))
            self.rows = rows_of(work, "line")

    def events(self) -> list[Event]:
        return self.log

    def tickets(self) -> dict[str, Ticket]:
        return self.rows

    def blank(self) -> Line:
        return blank("line")


def test_the_store_agrees_with_the_naive_line(database: Database) -> None:
    class Here(StoredLine):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_transfer_leaves_nothing_behind_when_the_other_line_refuses(store: Store) -> None:
    clinic = Clinic(store)
    clinic.open("x", "y", desks=("1",))
    clinic.arrive("ann", "x")
    clinic.do(Act.ISSUE, ticket_id="t-2", subject="ann", line_id="y", rank="walk_in", arrived=True)
    with pytest.raises(Refused) as refused:
        clinic.do(Act.TRANSFER, ticket_id="t-ann", line_id="y")
    assert refused.value.refusal is Refusal.ALREADY_IN_LINE
    clinic.do(Act.CANCEL, ticket_id="t-2")
    moved = clinic.do(Act.TRANSFER, ticket_id="t-ann", line_id="y", rank="priority")
    assert (moved.line_id, moved.rank, moved.subject) == ("y", "priority", "ann")
    with pytest.raises(IllegalTransition):
        clinic.do(Act.CANCEL, ticket_id="t-ann")
