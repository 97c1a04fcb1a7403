"""Who stands in a line under two record numbers stands there once, as soon as the hospital says that they are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.news import RecordsMerged, VisitRegistered
from hospital_bridge.verticals.hospital.store import visits
from queueing.commands import Act, Command
from queueing.line import DeskState
from queueing.ticket import Ticket, TicketState
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import ANNA, BERT, record
from tests.verticals.hospital.merged import A, B, C, Hospital, merge, unmerge
from tests.verticals.hospital.test_visits import NEWS as VISIT

LINE = "hospital.0501.D1"


class Hall:
    """The hospital with its hall, in which visits are named by the record number of who came."""

    def __init__(self, hospital: Hospital, clock: FakeClock) -> None:
        self.hospital = hospital
        self._clock = clock

    def comes(self, number: str, name: str = ANNA.name, *, booked: bool = False) -> None:
        """Somebody registers at the window, or has an appointment for later; a minute passes."""
        starts = self._clock.now() + timedelta(minutes=60 if booked else 0)
        visit: VisitRegistered = replace(VISIT, filler_id=number, patient=record(number, name), starts_at=starts)
        self.hospital.hear(replace(visit, ends_at=starts if booked else None))
        self._clock.advance(timedelta(minutes=1))

    def at_the_desk(self, *acts: Act) -> None:
        with self.hospital.scope.begin() as work:
            work.lines.set_desk(LINE, DeskState.OPEN, "nurse1")
            called = work.lines.act(Command(Act.CALL_NEXT, work.ids.new(), "nurse1", desk_id=LINE)).ticket
            for act in acts:
                assert called is not None
                ticket_id = called.ticket_id
                work.lines.act(Command(act, work.ids.new(), "nurse1", ticket_id=ticket_id, desk_id=LINE))

    def place(self, number: str) -> Ticket:
        """The place in the line that the visit of that number has."""
        with self.hospital.scope.read() as work:
            return work.lines.position(visits.by_filler(work, number).ticket_id).ticket

    def order(self) -> list[str]:
        """Display numbers of those who wait, in the order of calling."""
        with self.hospital.scope.read() as work:
            return [row.ticket.display_number for row in work.lines.waiting(LINE)]


@pytest.fixture
def hall(hospital: Hospital, clock: FakeClock) -> Hall:
    return Hall(hospital, clock)


@pytest.mark.parametrize(
    "word", [merge(A, B), merge(B, A), merge(A, B, in_use=True)], ids=["into B", "into A", "linked"]
)
def test_the_place_that_is_further_ahead_is_kept_whichever_number_stays(hall: Hall, word: RecordsMerged) -> None:
    for number in (A, C, B):
        hall.comes(number, ANNA.name if number != C else BERT.name)
    first, between, last = (hall.place(number) for number in (A, C, B))
    hall.hospital.hear(word, word)
    assert hall.order() == [first.display_number, between.display_number]
    assert hall.place(A).ticket_id == hall.place(B).ticket_id == first.ticket_id != last.ticket_id
    assert hall.hospital.trail("visit.joined") == ["visit.joined"]


@pytest.mark.parametrize(
    ("acts", "kept"),
    [((Act.START,), TicketState.SERVING), ((Act.START, Act.SEND_AWAY), TicketState.AWAY)],
    ids=["at the desk", "at an examination"],
)
def test_whom_the_doctor_knows_already_goes_on_in_that_place(
    hall: Hall, acts: tuple[Act, ...], kept: TicketState
) -> None:
    hall.comes(A)
    hall.at_the_desk(*acts)
    hall.comes(B)
    hall.hospital.hear(merge(A, B))
    assert (hall.place(A).state, hall.order()) == (kept, [])
    assert hall.place(B) == hall.place(A)


def test_who_has_come_keeps_their_place_before_an_appointment_of_theirs(hall: Hall) -> None:
    hall.comes(A, booked=True)
    hall.comes(B)
    hall.hospital.hear(merge(B, A))
    assert hall.place(A) == hall.place(B)
    assert hall.place(A).state is TicketState.WAITING


def test_another_name_and_two_people_who_bound_the_numbers_are_left_to_the_nurse(hall: Hall) -> None:
    hall.comes(A)
    hall.comes(B, BERT.name)
    hall.hospital.hear(merge(A, B))
    assert len(hall.order()) == 2
    hall.hospital.person(ANNA, C)
    hall.hospital.person(replace(BERT, name=ANNA.name), "100004")
    for number in (C, "100004"):
        hall.comes(number)
    hall.hospital.hear(merge(C, "100004"))
    assert len(hall.order()) == 4


def test_who_carries_a_phone_is_told_which_number_is_theirs_now_and_once(hall: Hall) -> None:
    user, _ = hall.hospital.person(ANNA, B)
    hall.comes(A)
    hall.comes(B)
    gone = hall.place(B).display_number
    hall.hospital.hear(merge(A, B), merge(A, B))
    with hall.hospital.scope.money.store.read("h1") as work:
        told = [one for one in work.messages.inbox(user) if one.event == "visit.joined"]
    assert [one.parameters for one in told] == [{"number": gone, "kept": hall.place(A).display_number}]


def test_once_they_are_two_again_each_has_a_place(hall: Hall) -> None:
    for number in (A, B):
        hall.comes(number)
    hall.hospital.hear(merge(A, B), unmerge(A, B))
    kept, own = hall.place(A), hall.place(B)
    assert (kept.state, own.state) == (TicketState.WAITING, TicketState.WAITING)
    assert hall.order() == [kept.display_number, own.display_number]
