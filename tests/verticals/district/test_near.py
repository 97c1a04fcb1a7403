"""A position is answered and gone: who agreed sees distances and is greeted once, and no coordinate stands anywhere."""

from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import MetaData, select
from werkzeug.test import TestResponse

from hospital_bridge.verticals.district.presence import agreeing, hearing, tidying
from hospital_bridge.verticals.district.presence.rights import export_visits, forget_visits
from hospital_bridge.verticals.district.settings import point
from hospital_bridge.verticals.district.store import presences
from hospital_bridge.verticals.district.store.consents import Purpose
from tests.fixtures_store import Database
from tests.verticals.district.visiting import HOME, MallWorld
from tests.web.visitor import get, post

NEAR, AGREE = f"{HOME}near", f"{HOME}agreements"
AT_THE_HOTPOT = {"latitude": "31.230013", "longitude": "121.470029", "accuracy": "12"}
RACERS = 4
FAR_AWAY = {"latitude": "31.290713", "longitude": "121.430929", "accuracy": "12"}


def choose(phone: FlaskClient, purpose: Purpose, *, agrees: bool = True) -> None:
    answer = post(phone, AGREE, {"purpose": purpose.value, "agrees": str(agrees)}, from_page=AGREE)
    assert answer.status_code == 303, answer.text


def say(phone: FlaskClient, where: dict[str, str]) -> TestResponse:
    return post(phone, NEAR, where, from_page=NEAR)


def stay(world: MallWorld, subject: str, where: dict[str, str], minutes: int) -> None:
    for minute in range(minutes + 1):
        with world.scope.begin() as work:
            at = point(*(degrees(where)))
            hearing.hear(work, subject, at, int(where["accuracy"]))
        if minute < minutes:
            world.later(minutes=1)


def degrees(where: dict[str, str]) -> tuple[Decimal, Decimal]:
    return Decimal(where["latitude"]), Decimal(where["longitude"])


def everything(database: Database) -> str:
    """Every row of every table of the database, as it is stored."""
    seen = MetaData()
    seen.reflect(database.owner)
    with database.owner.connect() as connection:
        return "\n".join(repr(row) for table in seen.sorted_tables for row in connection.execute(select(table)))


def test_nobody_is_asked_where_they_are_before_they_agreed(world: MallWorld) -> None:
    phone = world.phone(1)
    assert "data-position" not in get(phone, NEAR).text
    answer = post(phone, NEAR, AT_THE_HOTPOT, from_page=AGREE)
    assert (answer.status_code, answer.headers["Location"]) == (303, NEAR)
    choose(phone, Purpose.ARRIVAL)
    page = get(phone, NEAR)
    assert "data-position" in page.text
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert "geolocation=()" in get(phone, HOME).headers["Permissions-Policy"]
    choose(phone, Purpose.ARRIVAL, agrees=False)
    assert "data-position" not in get(phone, NEAR).text


def test_no_coordinate_stands_anywhere_afterwards(
    world: MallWorld, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone = world.phone(1)
    choose(phone, Purpose.ARRIVAL)
    choose(phone, Purpose.FIGURES)
    for _ in range(3):
        assert "老灶火锅" in say(phone, AT_THE_HOTPOT).text
        world.later(minutes=1)
    answer = say(phone, AT_THE_HOTPOT)
    assert "您已到店" in answer.text
    assert post(phone, NEAR, AT_THE_HOTPOT | {"accuracy": "near"}, from_page=NEAR).status_code == 422
    kept = everything(database) + caplog.text + answer.text
    assert "mall.arrived" in kept
    typed = sorted(AT_THE_HOTPOT.items())
    digest = hashlib.sha256(NEAR.encode() + b"\n" + repr((NEAR, typed)).encode()).hexdigest()
    for said in ("230013", "470029", "31.23001", "121.47002", digest):
        assert said not in kept, said


def test_an_arrival_greets_once_in_a_cooldown_however_many_shops_are_near(world: MallWorld) -> None:
    subject, wallet = world.person(1)
    with world.scope.begin() as work:
        agreeing.agree(work, subject, Purpose.ARRIVAL)
    stay(world, subject, AT_THE_HOTPOT, minutes=4)
    assert world.told(wallet) == ["mall.arrived"]
    for _ in range(3):
        stay(world, subject, FAR_AWAY, minutes=1)
        stay(world, subject, AT_THE_HOTPOT, minutes=4)
    assert world.told(wallet) == ["mall.arrived"]
    world.later(hours=4)
    stay(world, subject, FAR_AWAY, minutes=1)
    stay(world, subject, AT_THE_HOTPOT, minutes=4)
    assert world.told(wallet) == ["mall.arrived", "mall.arrived"]


def test_of_many_phones_that_say_it_at_once_one_is_greeted(world: MallWorld) -> None:
    subject, wallet = world.person(1)
    with world.scope.begin() as work:
        agreeing.agree(work, subject, Purpose.ARRIVAL)
    stay(world, subject, AT_THE_HOTPOT, minutes=1)
    world.later(minutes=1)
    barrier = Barrier(RACERS)

    def race(_: int) -> frozenset[str]:
        barrier.wait()
        with world.scope.begin() as work:
            return hearing.hear(work, subject, point(*degrees(AT_THE_HOTPOT)), 12).arrived

    with ThreadPoolExecutor(RACERS) as pool:
        assert set(pool.map(race, range(RACERS))) == {frozenset({"books", "hotpot"})}
    assert world.told(wallet) == ["mall.arrived"]


def test_who_agrees_no_more_is_not_heard_and_leaves_nothing_behind(world: MallWorld) -> None:
    subject, _ = world.person(1)
    with world.scope.begin() as work:
        agreeing.agree(work, subject, Purpose.ARRIVAL)
        agreeing.agree(work, subject, Purpose.FIGURES)
    stay(world, subject, AT_THE_HOTPOT, minutes=3)
    with world.scope.begin() as work:
        told = export_visits(work, subject)
        assert told["days_of_visits"] == {"2026-11": 1}
        assert [arrival["shop"] for arrival in told["arrivals"]] == ["books", "hotpot"]
        for purpose in Purpose:
            agreeing.withdraw(work, subject, purpose)
        told = export_visits(work, subject)
        assert (told["arrivals"], told["age_group"], told["days_of_visits"]) == ([], None, {})
        assert all(one["withdrawn_at"] for one in told["agreements"])
        with pytest.raises(hearing.NotAgreed):
            hearing.hear(work, subject, point(*degrees(AT_THE_HOTPOT)), 10)
        forget_visits(work, subject)
        assert export_visits(work, subject)["agreements"] == []


def test_arrivals_are_forgotten_when_their_time_is_over(world: MallWorld) -> None:
    subject, _ = world.person(1)
    with world.scope.begin() as work:
        agreeing.agree(work, subject, Purpose.ARRIVAL)
        agreeing.agree(work, subject, Purpose.FIGURES)
    stay(world, subject, AT_THE_HOTPOT, minutes=3)
    world.later(days=7)
    assert tidying.forget(world.scope) == (0, 0, 0)
    world.later(days=2)
    assert list(tidying.forget_now(world.scope, ())) == [
        "dropped: 2 arrivals, 0 months of visits, 0 agreements that had ended"
    ]
    world.later(days=100)
    assert tidying.forget(world.scope) == (0, 1, 0)
    with world.scope.begin() as work:
        assert presences.of_subject(work, subject) == {}
