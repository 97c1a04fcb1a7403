"""People queue at a stop and are called in batches of the free places, first come, first called."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from hospital_bridge.slot import Right
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.transit import VERTICAL, rights
from hospital_bridge.verticals.transit.boarding import places, queue
from hospital_bridge.verticals.transit.boarding.places import BoardingPlace
from hospital_bridge.verticals.transit.boarding.vehicles import VehicleRange, vehicle_range
from hospital_bridge.verticals.transit.settings import TransitSettings
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.steered import CountedIds, FakeClock
from tests.verticals.transit.tapping import board
from tests.verticals.transit.travelling import HOUR, OPERATOR, SETTINGS, TransitWorld
from tests.web.site_kit import SiteKit, make_kit
from tests.web.visitor import get, post, sign_in, staff_sign_in

RIDER = "2088000000000001"
HOME = f"/p/{OPERATOR}/transit/boarding"
BUS_STOP: BoardingPlace = places.places(SETTINGS)[0]
DRIVER = "0d" * 16


def people(city: TransitWorld, count: int) -> list[str]:
    made = [city._rider(f"99999919900101{number:04d}", f"20880000000001{number:02d}") for number in range(count)]
    return [subject for subject, _ in made]


def stand_in(city: TransitWorld, *subjects: str) -> None:
    for subject in subjects:
        with city.scope.begin() as work:
            queue.stand_in(work, BUS_STOP, subject, DRIVER)


def call(city: TransitWorld, free: int) -> list[str]:
    with city.scope.begin() as work:
        return [ticket.subject for ticket in queue.call(work, BUS_STOP, free, DRIVER)]


def waiting(city: TransitWorld) -> list[str]:
    with city.scope.read() as work:
        return [row.ticket.subject for row in work.lines.waiting(BUS_STOP.queue_id)]


def stays(city: TransitWorld, subject: str) -> None:
    with city.scope.begin() as work:
        ticket = queue.standing(work, subject)
        assert ticket is not None
        queue.could_not_board(work, ticket, DRIVER)


def test_as_many_are_called_as_there_are_places_in_the_order_of_coming(city: TransitWorld) -> None:
    comers = people(city, 5)
    stand_in(city, *comers)
    assert call(city, 2) == comers[:2]
    assert waiting(city) == comers[2:]
    assert call(city, 0) == []
    assert call(city, 7) == comers[2:]
    assert waiting(city) == []
    with city.scope.read() as work:
        assert [queue.standing(work, subject) is None for subject in comers] == [True, True, False, False, False]


def test_whoever_is_called_is_told_at_once_and_nobody_else(city: TransitWorld) -> None:
    comers = people(city, 2)
    stand_in(city, *comers)
    call(city, 1)
    with city.store.read(OPERATOR) as work:
        told = [work.messages.unread(work.subjects.recipients(subject, Right.PAY)[0]) for subject in comers]
    assert told == [1, 0]


def test_who_could_not_get_on_stands_before_everybody_who_came_later(city: TransitWorld) -> None:
    comers = people(city, 4)
    for comer in comers[:3]:
        stand_in(city, comer)
        city.clock.advance(timedelta(minutes=1))
    call(city, 2)
    stand_in(city, comers[3])
    city.clock.advance(timedelta(minutes=20))
    stays(city, comers[1])
    assert waiting(city) == [comers[1], comers[2], comers[3]]
    stays(city, comers[1])
    assert call(city, 1) == [comers[1]]


def test_who_stands_in_a_queue_twice_has_one_place(city: TransitWorld) -> None:
    (comer,) = people(city, 1)
    other_stop = places.places(SETTINGS)[1]
    stand_in(city, comer, comer)
    with city.scope.begin() as work:
        assert queue.stand_in(work, other_stop, comer, DRIVER).line_id == BUS_STOP.queue_id
    assert waiting(city) == [comer]


def test_two_vehicles_that_call_at_once_call_nobody_twice(city: TransitWorld) -> None:
    comers = people(city, 6)
    stand_in(city, *comers)
    with ThreadPoolExecutor(2) as vehicles:
        first, second = vehicles.map(call, [city, city], [3, 3])
    assert sorted(first + second) == sorted(comers)


def test_who_is_forgotten_leaves_the_queue(city: TransitWorld) -> None:
    (comer,) = people(city, 1)
    stand_in(city, comer)
    with city.scope.begin() as work:
        assert [row["state"] for row in rights.export_journeys(work, comer)["boarding"]] == ["waiting"]
        rights.forget_journeys(work, comer)
    assert waiting(city) == []


@pytest.mark.parametrize("line", ["M1", "B99"])
def test_a_boarding_place_that_the_line_does_not_call_at_is_refused(line: str) -> None:
    told = {"feed": SETTINGS["feed"], "boarding": [{"line": line, "stop": "B01"}]}
    with pytest.raises(ValidationError) as refused:
        TransitSettings(only=("feed", "boarding")).load(told)
    assert refused.value.messages == {"boarding": {0: [f"{line} does not call at B01"]}}


@pytest.mark.parametrize(
    ("ahead", "free", "expected"),
    [
        (0, [10], (1, 1)),
        (9, [10], (1, 1)),
        (10, [10], (2, 2)),
        (4, [5, 0], (1, 2)),
        (12, [10, 2, 6], (2, 3)),
        (100, [10, 2, 6], (17, 18)),
    ],
)
def test_the_vehicle_is_a_range_by_what_the_last_ones_had(
    ahead: int, free: list[int], expected: tuple[int, int]
) -> None:
    assert vehicle_range(ahead, free) == VehicleRange(*expected)


@pytest.mark.parametrize("free", [[], [0, 0]])
def test_nothing_is_said_where_no_vehicle_had_a_place(free: list[int]) -> None:
    assert vehicle_range(3, free) is None


@given(st.integers(0, 400), st.lists(st.integers(0, 60), min_size=1, max_size=5).filter(any))
def test_whoever_stands_further_back_is_never_told_an_earlier_vehicle(ahead: int, free: list[int]) -> None:
    nearer, farther = vehicle_range(ahead, free), vehicle_range(ahead + 1, free)
    assert nearer is not None
    assert farther is not None
    assert 1 <= nearer.first <= nearer.last
    assert nearer.first <= farther.first
    assert nearer.last <= farther.last


@pytest.fixture
def kit(city: TransitWorld, store: Store, clock: FakeClock, ids: CountedIds) -> SiteKit:
    made = make_kit(store, clock, ids)
    operator = replace(made.site.operators[OPERATOR], verticals={"transit": Plugged(VERTICAL, city.scope)})
    return replace(made, site=replace(made.site, operators={OPERATOR: operator}))


@pytest.fixture
def app(kit: SiteKit) -> Flask:
    app = create_app(kit.site)
    app.testing = True
    return app


def signed_in(app: Flask) -> FlaskClient:
    phone = app.test_client()
    sign_in(phone, OPERATOR, RIDER)
    return phone


def test_a_rider_queues_is_called_by_the_dispatcher_and_stays_behind(
    kit: SiteKit, app: Flask, city: TransitWorld
) -> None:
    phone, desk = signed_in(app), app.test_client()
    kit.add_staff(OPERATOR, "dispatcher", RoleGrant("dispatcher"))
    staff_sign_in(desk, OPERATOR, "dispatcher")
    stand_in(city, *people(city, 2))
    assert "18路 · 人民医院东门" in get(phone, HOME).text
    post(phone, f"{HOME}/{BUS_STOP.queue_id}/stand-in", {}, from_page=HOME)
    shown = get(phone, HOME).text
    assert "您的号码 A003" in shown
    assert "前面还有 2 人" in shown
    called_from = f"/staff/{OPERATOR}/transit/boardings"
    assert post(desk, called_from, {"place": BUS_STOP.queue_id, "free": "1"}, from_page=called_from).status_code == 303
    assert "后面第 2 辆车" in get(phone, HOME).text
    assert (
        post(desk, called_from, {"place": BUS_STOP.queue_id, "free": "201"}, from_page=called_from).status_code == 422
    )
    post(desk, called_from, {"place": BUS_STOP.queue_id, "free": "4"}, from_page=called_from)
    assert "请上车：18路 · 人民医院东门" in get(phone, HOME).text
    assert "A002 A003" in get(desk, called_from).text
    post(phone, f"{HOME}/stay", {}, from_page=HOME)
    assert "您排在第一位" in get(phone, HOME).text
    post(phone, f"{HOME}/leave", {}, from_page=HOME)
    assert "在这里排队" in get(phone, HOME).text


def test_who_owes_a_day_takes_nobodys_place(app: Flask, city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    city.close()
    city.pass_time(3 * HOUR)
    phone = signed_in(app)
    assert "付清后即可继续乘车" in get(phone, HOME).text
    assert "在这里排队" not in get(phone, HOME).text
    post(phone, f"{HOME}/{BUS_STOP.queue_id}/stand-in", {}, from_page=HOME)
    with city.scope.read() as work:
        assert queue.standing(work, city.subject) is None
