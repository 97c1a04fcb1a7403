"""A doctor's own system calls by the API: its repeats, late or after a death, take nobody away from the doctor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from hospital_bridge.sandbox.calling_system import CallingSystem
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.web.api import QUEUE_CALL
from hospital_bridge.web.desk_acts import Button, Pressed, press
from queueing.commands import Act, Command
from queueing.line import DeskState
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

DOCTOR = "D09021"
DESK = f"hospital.0902.{DOCTOR}"
RECORDS = ("100002", "100003", "100004")


@pytest.fixture(autouse=True)
def waiting(steered: SteeredBridge) -> Iterator[Sequence[str]]:
    """Three who came to the window wait; whoever is left over goes home."""
    visits = [steered.town.hospital.staff.register(mrn, DOCTOR) for mrn in RECORDS]
    for visit in visits:
        steered.exchange(visit.raw)
    steered.work()
    with steered.bridge.operators[OPERATOR].scopes["hospital"].begin() as work:
        work.lines.set_desk(DESK, DeskState.CLOSED, "test")
        numbers = [row.ticket.display_number for row in work.lines.waiting(DESK)]
    yield numbers
    with steered.bridge.operators[OPERATOR].scopes["hospital"].begin() as work:
        left = [*work.lines.desk(DESK).tickets, *(row.ticket for row in work.lines.waiting(DESK))]
        for ticket in left:
            work.lines.act(Command(Act.CANCEL, f"home.{ticket.ticket_id}", "test", ticket_id=ticket.ticket_id))
        work.lines.set_desk(DESK, DeskState.CLOSED, "test")


@pytest.fixture
def system(steered: SteeredBridge) -> CallingSystem:
    with steered.bridge.store.begin(OPERATOR) as work:
        key = ApiKeys(work).issue("his", frozenset({QUEUE_CALL}))
    return CallingSystem(steered.bridge.settings.bridge.public_url, OPERATOR, key)


def held(system: CallingSystem) -> list[tuple[str, str]]:
    return [(ticket["number"], ticket["state"]) for ticket in system.desk(DESK)["holds"]]


def test_a_call_that_is_repeated_late_does_not_finish_who_came_in(
    system: CallingSystem, waiting: Sequence[str]
) -> None:
    system.press(DESK, "open", "opened")
    system.press(DESK, "next", "first")
    system.press(DESK, "came", "in")
    again = system.press(DESK, "next", "first")
    assert system.status == 200
    assert [(ticket["number"], ticket["state"]) for ticket in again["holds"]] == [(waiting[0], "serving")]
    system.press(DESK, "next", "second")
    system.press(DESK, "came", "second is in")
    system.press(DESK, "next", "second")
    assert (system.status, held(system)) == (200, [(waiting[1], "serving")])


def test_a_call_whose_answer_was_lost_with_its_process_does_not_finish_who_came_in(
    steered: SteeredBridge, waiting: Sequence[str]
) -> None:
    pressed = Pressed(Button.NEXT, "system:1", "once")
    with steered.bridge.operators[OPERATOR].scopes["hospital"].begin() as work:
        work.lines.set_desk(DESK, DeskState.OPEN, "test")
        press(work.lines, DESK, pressed)
        press(work.lines, DESK, Pressed(Button.CAME, "system:1", "in"))
        press(work.lines, DESK, pressed)
        (ticket,) = work.lines.desk(DESK).tickets
    assert (ticket.display_number, ticket.state) == (waiting[0], "serving")


def test_a_pause_that_is_repeated_late_does_not_pause_the_desk_again(system: CallingSystem) -> None:
    for button, key in (("open", "o1"), ("pause", "p1"), ("open", "o2"), ("pause", "p1")):
        system.press(DESK, button, key)
        assert system.status == 200
    assert system.desk(DESK)["state"] == "open"


def test_a_key_that_comes_with_another_press_is_refused(system: CallingSystem, waiting: Sequence[str]) -> None:
    system.press(DESK, "open", "opened")
    system.press(DESK, "next", "key")
    refused = system.press(DESK, "came", "key")
    assert (system.status, refused["code"], held(system)) == (409, "HB-R003", [(waiting[0], "called")])


def test_a_press_without_a_key_is_refused(system: CallingSystem) -> None:
    refused = system.press(DESK, "open", "")
    assert (system.status, refused["code"]) == (400, "HB-R007")
