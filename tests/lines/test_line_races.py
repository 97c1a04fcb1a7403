"""Threads at one line: whatever their order, nobody is called twice and no desk holds two."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hospital_bridge.store.unit_of_work import Store
from queueing.commands import Act, Command, Refusal, Refused
from queueing.line import fold
from tests.fixtures_store import Database
from tests.lines.halls import DAY, Clinic
from tests.lines.test_lines_in_the_store import blank, rows_of
from tests.steered import CountedIds, FakeClock

_THREADS = 8
_postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def clinic(database: Database) -> Clinic:
    clock = FakeClock()
    clinic = Clinic(Store(database.engine, clock, CountedIds(clock)))
    clinic.open("x", desks=tuple(f"d{number}" for number in range(_THREADS)))
    return clinic


def at_once(clinic: Clinic, commands: list[Command]) -> list[str]:
    """All commands from as many threads; the ticket of each answer, or the word of its refusal."""
    barrier = Barrier(len(commands))

    def send(command: Command) -> str:
        barrier.wait()
        try:
            with clinic.lines() as lines:
                ticket = lines.act(command).ticket
        except Refused as refused:
            return refused.refusal.value
        return "" if ticket is None else ticket.ticket_id

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(send, commands))


def call_next(number: int, desk_id: str) -> Command:
    return Command(Act.CALL_NEXT, f"call-{number}", "staff", desk_id=desk_id)


@_postgresql_only
def test_as_many_desks_call_as_many_tickets(clinic: Clinic) -> None:
    tickets = [clinic.arrive(f"s{number}") for number in range(_THREADS + 2)]
    called = at_once(clinic, [call_next(number, f"d{number}") for number in range(_THREADS)])
    assert sorted(called) == tickets[:_THREADS]
    with clinic.store.read("h1") as work:
        log = work.queue_events.of_line("x", DAY)
        assert fold(blank("x"), log).tickets == rows_of(work, "x")


@_postgresql_only
def test_one_desk_gets_one_ticket(clinic: Clinic) -> None:
    for number in range(_THREADS):
        clinic.arrive(f"s{number}")
    called = at_once(clinic, [call_next(number, "d0") for number in range(_THREADS)])
    assert Counter(called) == {"t-s0": 1, Refusal.DESK_TAKEN.value: _THREADS - 1}


@_postgresql_only
def test_a_desk_of_many_lines_gets_one_ticket(clinic: Clinic) -> None:
    line_ids = [f"line-{number}" for number in range(_THREADS)]
    clinic.open(*line_ids, desks=("all",))
    calls = []
    for line_id in line_ids:
        ticket_id = clinic.arrive(f"of-{line_id}", line_id)
        calls.append(Command(Act.CALL, f"c-{line_id}", "staff", "kind", ticket_id=ticket_id, desk_id="all"))
    called = Counter(at_once(clinic, calls))
    assert called.pop(Refusal.DESK_TAKEN.value) == _THREADS - 1
    assert len(called) == 1


@_postgresql_only
def test_one_command_sent_by_all_is_done_once(clinic: Clinic) -> None:
    clinic.arrive("ann")
    clinic.arrive("ben")
    assert at_once(clinic, [call_next(1, "d0")] * _THREADS) == ["t-ann"] * _THREADS


@_postgresql_only
def test_a_subject_gets_one_ticket_however_often_they_are_issued(clinic: Clinic) -> None:
    issues = [
        Command(
            Act.ISSUE, f"issue-{number}", "staff", ticket_id=f"t{number}", line_id="x", subject="ann", rank="walk_in"
        )
        for number in range(_THREADS)
    ]
    answers = Counter(at_once(clinic, issues))
    assert answers.pop(Refusal.ALREADY_IN_LINE.value) == _THREADS - 1
    assert sorted(answers.values()) == [1]


@_postgresql_only
def test_two_transfers_that_cross_do_not_wait_for_each_other(clinic: Clinic) -> None:
    clinic.open("x", "y")
    clinic.arrive("ann", "x")
    clinic.arrive("ben", "y")
    crossing = [
        Command(Act.TRANSFER, "to-y", "staff", ticket_id="t-ann", line_id="y"),
        Command(Act.TRANSFER, "to-x", "staff", ticket_id="t-ben", line_id="x"),
    ]
    assert len(set(at_once(clinic, crossing))) == 2
