"""The hospital moves what was registered here (SIU^S13, S14): the registration goes along and its patient is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapters.values import Fen, Identifier, Slot, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.slot import Progress
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import fee
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.registration import Registration, State
from hospital_bridge.verticals.hospital.store import registrations, visits
from queueing.ticket import TicketState
from tests.verticals.hospital.test_visits import (
    MORNING,
    NEWS,
    PERSON,
    asked,
    checked_in,
    scope,
    state,
    ticket,
    told,
    told_people,
)

__all__ = ["scope"]
OURS = replace(NEWS, placer_id="r1", told_at=MORNING - timedelta(hours=1))
LATER = replace(OURS, starts_at=MORNING + timedelta(hours=1))
HOUR = timedelta(hours=1)


@pytest.fixture
def user(scope: OperatorScope, store: Store) -> str:
    """Who registered: the hospital has confirmed, so the visit has its place in the line."""
    with store.begin("h1") as work:
        subject = work.subjects.keep(PERSON)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
        wallet_user = work.wallet_users.keep("main", WalletAccount("2088000000000001", "o"), "zh-CN")
        work.subjects.bind_self(wallet_user, subject)
    slot = Slot("s1", "0501", "D1", MORNING, MORNING + timedelta(minutes=20), 1, Fen(1200))
    made = Registration(
        "r1", wallet_user, subject, "100001", slot, "眼科", "林若海", "3层", State.PAID, MORNING, MORNING
    )
    with scope.begin() as work:
        registrations.add(work, replace(made, filler_id="F1"))
        fee.changed(work, "r1", Progress.FULFILLED, "")
    return wallet_user


def registered(scope: OperatorScope) -> Registration:
    return asked(scope, lambda work: registrations.get(work, "r1"))


def test_another_time_moves_the_registration_and_its_place_and_is_told_once(
    scope: OperatorScope, store: Store, user: str
) -> None:
    told(scope, LATER, LATER)
    slot = registered(scope).slot
    assert (slot.starts_at, slot.ends_at) == (MORNING + HOUR, MORNING + HOUR + timedelta(minutes=20))
    assert (ticket(scope).appointed_at, state(scope)) == (MORNING + HOUR, TicketState.BOOKED)
    moved = {"start": MORNING + HOUR, "practitioner": "林若海"}
    assert told_people(store, user) == [("visit.moved", moved)]


def test_another_day_is_another_days_line(scope: OperatorScope, user: str) -> None:
    told(scope, replace(OURS, starts_at=MORNING + timedelta(days=1), ends_at=MORNING + timedelta(days=1) + HOUR))
    assert registered(scope).slot.starts_at == MORNING + timedelta(days=1)
    assert (ticket(scope).appointed_at, state(scope)) == (MORNING + timedelta(days=1), TicketState.BOOKED)


def test_a_day_that_is_over_is_kept_without_a_place_and_told_once(
    scope: OperatorScope, store: Store, user: str
) -> None:
    over = replace(OURS, starts_at=MORNING - timedelta(days=1), ends_at=MORNING)
    told(scope, over, over)
    known = asked(scope, lambda work: visits.by_filler(work, "F1"))
    assert (known.starts_at, known.ticket_id) == (MORNING - timedelta(days=1), "")
    assert registered(scope).slot.starts_at == known.starts_at
    assert [event for event, _ in told_people(store, user)] == ["visit.moved"]


def test_another_practitioner_is_named_as_the_hospital_does(scope: OperatorScope, store: Store, user: str) -> None:
    told(scope, replace(OURS, practitioner_code="D2", practitioner_name="沈远山", place="4层2诊室"))
    held = registered(scope)
    assert (held.slot.practitioner_code, held.practitioner_name, held.place) == ("D2", "沈远山", "4层2诊室")
    assert ticket(scope).line_id == "hospital.0501.D2"
    assert told_people(store, user)[0][1]["practitioner"] == "沈远山"


def test_the_hospitals_own_notice_of_a_registration_changes_nothing(
    scope: OperatorScope, store: Store, user: str
) -> None:
    """In its own spelling, and without a practitioner: nothing that the patient was shown is other than it was."""
    before = registered(scope)
    told(scope, replace(OURS, practitioner_name="LIN", place="ROOM5"), replace(OURS, practitioner_code=""))
    assert registered(scope) == before
    assert told_people(store, user) == []


def test_of_two_moves_the_one_that_was_said_later_holds(scope: OperatorScope, user: str) -> None:
    told(scope, replace(LATER, told_at=MORNING), replace(OURS, starts_at=MORNING + 2 * HOUR))
    assert registered(scope).slot.starts_at == MORNING + HOUR


def test_who_registers_at_the_window_for_it_has_come(scope: OperatorScope, store: Store, user: str) -> None:
    told(scope, replace(OURS, starts_at=MORNING + timedelta(minutes=3), ends_at=None))
    assert state(scope) is TicketState.WAITING
    assert registered(scope).slot.starts_at == MORNING
    assert "visit.moved" not in dict(told_people(store, user))


def test_who_waits_stays_in_line_whatever_time_is_named(scope: OperatorScope, store: Store, user: str) -> None:
    checked_in(scope)
    told(scope, LATER)
    assert state(scope) is TicketState.WAITING


def test_what_is_not_confirmed_yet_waits_for_its_own_registration(scope: OperatorScope, store: Store) -> None:
    slot = Slot("s1", "0501", "D1", MORNING, MORNING + timedelta(minutes=20), 1, Fen(1200))
    booked = Registration("r1", "w1", "s1", "100001", slot, "眼科", "林若海", "3层", State.BOOKED, MORNING, MORNING)
    with scope.begin() as work:
        registrations.add(work, booked)
    told(scope, OURS)
    assert visits_told(scope) == 0


def visits_told(scope: OperatorScope) -> int:
    day: tuple[datetime, datetime] = (MORNING - 9 * HOUR, MORNING + 15 * HOUR)
    return len(asked(scope, lambda work: visits.by_number(work, "100001", *day)))
