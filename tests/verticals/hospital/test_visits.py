"""A visit comes into the line once, wherever it was registered, and checking in is said as often as one likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from adapters.news import AppointmentCalledOff, VisitRegistered
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import VerticalWork
from hospital_bridge.store.keys import SUBJECT_KEY
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import leaving
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.store import metadata, visits
from hospital_bridge.verticals.hospital.visits import registering, telling
from hospital_bridge.verticals.hospital.visits.check_in import CheckIn, check_in
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES
from queueing.commands import Act, Command
from queueing.line import DeskState
from queueing.ticket import Ticket, TicketState
from tests.fixtures_store import Database
from tests.steered import FakeClock

Answer = TypeVar("Answer")
SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LINE = "hospital.0501.D1"
PERSON = VerifiedIdentity("测试一", "CN_ID", "999999198503120016", date(1985, 3, 12), Sex.MALE, "10000000001")
RECORD = PatientRecord((Identifier(MRN, "100001"), Identifier("CN_ID", PERSON.id_number)), "测试一", None, Sex.MALE)
NEWS = VisitRegistered(
    "F1", "", RECORD, "0501", "眼科", "D1", "林若海", "3层5诊室", MORNING, MORNING + timedelta(minutes=20)
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    database.add_tables(metadata)
    clock.advance(MORNING - timedelta(minutes=30) - clock.now())
    settings = HospitalSettings().load({})
    money = MoneyContext("h1", store, SHANGHAI, wallets={}, counters={})
    return OperatorScope(
        money,
        settings,
        clock,
        {},
        LinesContext("hospital", LINE_RULES, settings, SHANGHAI),
        teller=Teller.of("hospital", telling.NOTICES),
    )


def told(scope: OperatorScope, *news: VisitRegistered | AppointmentCalledOff) -> None:
    for each in news:
        with scope.begin() as work:
            if isinstance(each, VisitRegistered):
                registering.registered(work, each)
            else:
                leaving.called_off(work, each)


def checked_in(scope: OperatorScope, filler_id: str = "F1") -> CheckIn:
    with scope.begin() as work:
        return check_in(work, visits.by_filler(work, filler_id), "nurse1")


def state(scope: OperatorScope, filler_id: str = "F1") -> TicketState:
    return asked(scope, lambda work: work.lines.position(visits.by_filler(work, filler_id).ticket_id).ticket.state)


def asked(scope: OperatorScope, ask: Callable[[VerticalWork], Answer]) -> Answer:
    with scope.read() as work:
        return ask(work)


def acts(scope: OperatorScope, act: Act, number: int, filler_id: str = "F1") -> None:
    with scope.begin() as work:
        if act is Act.CALL_NEXT:
            work.lines.set_desk(LINE, DeskState.OPEN, "nurse1")
            work.lines.act(Command(act, f"call.{number}", "nurse1", desk_id=LINE))
            return
        ticket_id = visits.by_filler(work, filler_id).ticket_id
        work.lines.act(Command(act, f"{act}.{number}", "nurse1", ticket_id=ticket_id, desk_id=LINE))


def test_a_notice_that_comes_twice_makes_one_place(scope: OperatorScope) -> None:
    told(scope, NEWS, NEWS)
    assert state(scope) is TicketState.BOOKED
    assert asked(scope, lambda work: len(work.lines.of_subject(visits.by_filler(work, "F1").subject_id))) == 1


def test_who_comes_to_the_window_without_an_appointment_waits_at_once(scope: OperatorScope) -> None:
    told(scope, replace(NEWS, ends_at=None))
    assert state(scope) is TicketState.WAITING


def test_checking_in_twice_is_one_place_in_line(scope: OperatorScope) -> None:
    told(scope, NEWS)
    assert [checked_in(scope) for _ in range(2)] == [CheckIn.IN_LINE, CheckIn.ALREADY_IN_LINE]
    assert state(scope) is TicketState.WAITING


def test_who_missed_the_call_checks_in_again(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    acts(scope, Act.CALL_NEXT, 1)
    acts(scope, Act.PASS_OVER, 1)
    assert checked_in(scope) is CheckIn.BACK_IN_LINE
    assert state(scope) is TicketState.WAITING


def test_who_comes_back_from_an_examination_checks_in_again(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    for number, act in enumerate((Act.CALL_NEXT, Act.START, Act.SEND_AWAY)):
        acts(scope, act, number)
    assert checked_in(scope) is CheckIn.BACK_IN_LINE
    assert state(scope) is TicketState.WAITING


def test_a_visit_that_is_over_takes_nobody_in(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    for number, act in enumerate((Act.CALL_NEXT, Act.START, Act.FINISH)):
        acts(scope, act, number)
    assert checked_in(scope) is CheckIn.OVER


def test_a_visit_of_another_day_takes_nobody_in(scope: OperatorScope, clock: FakeClock) -> None:
    told(scope, replace(NEWS, starts_at=MORNING + timedelta(days=1)))
    assert checked_in(scope) is CheckIn.NOT_TODAY
    clock.advance(timedelta(days=1))
    assert checked_in(scope) is CheckIn.IN_LINE


def test_a_visit_of_the_past_gets_no_place(scope: OperatorScope) -> None:
    told(scope, replace(NEWS, starts_at=MORNING - timedelta(days=2)))
    assert asked(scope, lambda work: visits.by_filler(work, "F1").ticket_id) == ""


def test_a_visit_that_is_called_off_leaves_the_line(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    told(scope, AppointmentCalledOff("", "F1"), AppointmentCalledOff("", "F1"))
    assert state(scope) is TicketState.CANCELLED
    assert checked_in(scope) is CheckIn.CALLED_OFF


def test_another_practitioner_is_another_line(scope: OperatorScope) -> None:
    told(scope, NEWS)
    old = asked(scope, lambda work: visits.by_filler(work, "F1").ticket_id)
    told(scope, replace(NEWS, practitioner_code="D2", practitioner_name="周明"))
    assert asked(scope, lambda work: work.lines.position(old).ticket.state) is TicketState.CANCELLED
    assert asked(scope, lambda work: visits.by_filler(work, "F1").line_id) == "hospital.0501.D2"
    assert state(scope) is TicketState.BOOKED


def ticket(scope: OperatorScope, filler_id: str = "F1") -> Ticket:
    return asked(scope, lambda work: work.lines.position(visits.by_filler(work, filler_id).ticket_id).ticket)


def starts_at(scope: OperatorScope, filler_id: str = "F1") -> datetime:
    return asked(scope, lambda work: visits.by_filler(work, filler_id).starts_at)


AT_WINDOW = replace(NEWS, ends_at=None, starts_at=MORNING - timedelta(minutes=30))
LATER = replace(NEWS, starts_at=MORNING + timedelta(hours=1))


def test_a_visit_that_was_called_off_before_it_was_told_of_puts_nobody_into_a_line(scope: OperatorScope) -> None:
    told(scope, AppointmentCalledOff("", "F1"), AppointmentCalledOff("", "F1"), NEWS)
    visit = asked(scope, lambda work: visits.by_filler(work, "F1"))
    assert (visit.called_off, visit.ticket_id) == (True, "")
    day = (MORNING - timedelta(hours=9), MORNING + timedelta(hours=15))
    assert asked(scope, lambda work: visits.between(work, *day)) == [], "nothing is known of it that could be shown"


def test_of_two_times_the_one_that_was_told_later_holds(scope: OperatorScope) -> None:
    early, late = replace(NEWS, told_at=MORNING), replace(LATER, told_at=MORNING + timedelta(seconds=1))
    told(scope, late, early)
    assert starts_at(scope) == LATER.starts_at
    told(scope, replace(NEWS, told_at=MORNING + timedelta(seconds=2)))
    assert starts_at(scope) == NEWS.starts_at
    told(scope, LATER)
    assert starts_at(scope) == LATER.starts_at, "a hospital that says no time is believed in the order of arrival"


def test_who_waits_stays_in_line_when_the_hospital_names_another_time(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    before = ticket(scope)
    told(scope, LATER)
    assert (ticket(scope), starts_at(scope)) == (before, LATER.starts_at)


def test_who_waits_goes_along_to_another_practitioner(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    told(scope, replace(NEWS, practitioner_code="D2", practitioner_name="周明"))
    assert (ticket(scope).line_id, ticket(scope).state) == ("hospital.0501.D2", TicketState.WAITING)


def test_a_visit_that_was_seen_is_not_put_into_a_line_again(scope: OperatorScope) -> None:
    told(scope, NEWS)
    checked_in(scope)
    for number, act in enumerate((Act.CALL_NEXT, Act.START, Act.FINISH)):
        acts(scope, act, number)
    told(scope, LATER, replace(NEWS, practitioner_code="D2", practitioner_name="周明"))
    assert (ticket(scope).line_id, ticket(scope).state) == (LINE, TicketState.DONE)


def test_who_registers_an_appointment_at_the_window_is_there(scope: OperatorScope) -> None:
    told(scope, NEWS)
    booked = ticket(scope)
    told(scope, AT_WINDOW, AT_WINDOW)
    assert (ticket(scope).ticket_id, ticket(scope).state) == (booked.ticket_id, TicketState.WAITING)
    assert starts_at(scope) == NEWS.starts_at


def test_an_appointment_that_is_told_after_its_patient_came_takes_no_place_away(scope: OperatorScope) -> None:
    told(scope, AT_WINDOW)
    before = ticket(scope)
    told(scope, NEWS)
    assert ticket(scope) == before


@pytest.mark.parametrize("first_is_booked", [True, False])
def test_one_coming_under_two_numbers_of_the_hospital_is_one_place(
    scope: OperatorScope, *, first_is_booked: bool
) -> None:
    pair = [NEWS, replace(AT_WINDOW, filler_id="F2")]
    told(scope, *(pair if first_is_booked else reversed(pair)))
    assert ticket(scope) == ticket(scope, "F2")
    assert state(scope) is TicketState.WAITING
    told(scope, AppointmentCalledOff("", "F1"))
    assert state(scope, "F2") is TicketState.WAITING, "the visit at the window stands"
    told(scope, AppointmentCalledOff("", "F2"))
    assert state(scope, "F2") is TicketState.CANCELLED


def test_two_people_of_one_record_number_are_two_places(scope: OperatorScope) -> None:
    told(scope, NEWS, replace(NEWS, filler_id="F2", patient=replace(RECORD, name="另一人")))
    assert ticket(scope).ticket_id != ticket(scope, "F2").ticket_id


def test_two_visits_with_one_practitioner_on_one_day_share_a_place(scope: OperatorScope, store: Store) -> None:
    with store.begin("h1") as work:
        subject = work.subjects.keep(PERSON)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
    told(scope, NEWS, replace(NEWS, filler_id="F2", starts_at=MORNING + timedelta(hours=1)))
    tickets = asked(scope, lambda work: {visits.by_filler(work, number).ticket_id for number in ("F1", "F2")})
    assert len(tickets) == 1
    told(scope, AppointmentCalledOff("", "F2"))
    assert state(scope) is TicketState.BOOKED


def test_whoever_bound_the_number_under_the_same_name_is_the_person(scope: OperatorScope, store: Store) -> None:
    with store.begin("h1") as work:
        subject = work.subjects.keep(PERSON)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
    other_name = replace(RECORD, name="另一人")
    told(scope, NEWS, replace(NEWS, filler_id="F2", practitioner_code="D2", patient=other_name))
    assert asked(scope, lambda work: visits.by_filler(work, "F1").subject_id) == subject
    assert asked(scope, lambda work: visits.by_filler(work, "F2").subject_id) != subject


@pytest.mark.parametrize("number", ["100001", PERSON.id_number])
def test_a_kiosk_finds_the_visit_by_record_number_or_id_card(scope: OperatorScope, number: str) -> None:
    told(scope, NEWS)
    day = (MORNING - timedelta(hours=9), MORNING + timedelta(hours=15))
    assert asked(scope, lambda work: [one.filler_id for one in visits.by_number(work, number, *day)]) == ["F1"]
    assert asked(scope, lambda work: visits.by_number(work, "100002", *day)) == []


@pytest.mark.parametrize(
    ("born", "rank"), [(date(1946, 11, 24), "priority"), (date(1946, 11, 25), "booked"), (None, "booked")]
)
def test_who_is_eighty_on_the_day_has_priority(scope: OperatorScope, born: date | None, rank: str) -> None:
    told(scope, replace(NEWS, patient=replace(RECORD, birth_date=born)))
    assert asked(scope, lambda work: work.lines.position(visits.by_filler(work, "F1").ticket_id).ticket.rank) == rank


def test_each_line_has_letters_of_its_own(scope: OperatorScope) -> None:
    told(scope, *(replace(NEWS, filler_id=f"F{n}", practitioner_code=f"D{n}") for n in range(30)))
    numbers = asked(
        scope,
        lambda w: [w.lines.position(visits.by_filler(w, f"F{n}").ticket_id).ticket.display_number for n in range(30)],
    )
    assert len(set(numbers)) == 30
    assert numbers[0].startswith("A")
    assert numbers[24].startswith("AA")


def told_people(store: Store, user: str) -> list[tuple[str, dict[str, object]]]:
    """What stands in somebody's inbox, the oldest first."""
    with store.read("h1") as work:
        return [(one.event, dict(one.parameters)) for one in reversed(work.messages.inbox(user))]


def test_whoever_waits_is_told_that_it_is_soon_and_that_it_is_now(scope: OperatorScope, store: Store) -> None:
    with store.begin("h1") as work:
        subject = work.subjects.keep(PERSON)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
        user = work.wallet_users.keep("main", WalletAccount("2088000000000001", "o"), "zh-CN")
        work.subjects.bind_self(user, subject)
    told(scope, NEWS, NEWS)
    checked_in(scope)
    acts(scope, Act.CALL_NEXT, 1)
    acts(scope, Act.RECALL, 2)
    acts(scope, Act.PASS_OVER, 3)
    number = asked(
        scope, lambda work: work.lines.position(visits.by_filler(work, "F1").ticket_id).ticket.display_number
    )
    assert told_people(store, user) == [
        ("visit.next", {"number": number}),
        ("visit.called", {"number": number, "desk": "3层5诊室"}),
        ("visit.missed", {"number": number}),
    ]


def test_whose_last_call_was_missed_is_not_told_to_check_in_again(scope: OperatorScope, store: Store) -> None:
    with store.begin("h1") as work:
        subject = work.subjects.keep(PERSON)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
        user = work.wallet_users.keep("main", WalletAccount("2088000000000001", "o"), "zh-CN")
        work.subjects.bind_self(user, subject)
    told(scope, NEWS)
    for number in range(3):
        checked_in(scope)
        acts(scope, Act.CALL_NEXT, 2 * number)
        acts(scope, Act.PASS_OVER, 2 * number + 1)
    assert checked_in(scope) is CheckIn.OVER
    assert told_people(store, user)[-1][0] == "visit.given_up"


def test_an_erased_person_leaves_a_visit_of_nobody(scope: OperatorScope, store: Store) -> None:
    with store.begin("h1") as raw:
        subject = raw.subjects.keep(PERSON)
        raw.subjects.add_identifier(subject, Identifier(MRN, "100001"))
    told(scope, NEWS)
    with scope.begin() as work:
        visits.forget_subject(work, subject)
    with store.begin("h1") as raw:
        raw.subjects.forget(subject)
    found = asked(scope, lambda work: visits.by_filler(work, "F1"))
    assert (found.name, found.mrn, found.birth_date) == ("", "", None)


def test_what_is_told_together_is_as_if_told_one_after_another(scope: OperatorScope) -> None:
    stranger = replace(RECORD, identifiers=(Identifier(MRN, "100002"),))
    past = replace(NEWS, filler_id="F2", patient=stranger, starts_at=MORNING - timedelta(days=1))
    news = [NEWS, past, replace(past, place="2层"), replace(NEWS, starts_at=MORNING + timedelta(hours=1))]
    with scope.begin() as work:
        registering.read_ahead(work, news)
        for each in news:
            registering.registered(work, each)
    found = asked(scope, lambda work: [visits.by_filler(work, filler_id) for filler_id in ("F1", "F2")])
    assert [(visit.starts_at, visit.place) for visit in found] == [
        (MORNING + timedelta(hours=1), "3层5诊室"),
        (past.starts_at, "2层"),
    ]
    told(scope, past)
    assert len(asked(scope, lambda work: work.connection.execute(select(SUBJECT_KEY)).all())) == 2, "one for each visit"
