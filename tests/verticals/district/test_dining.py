"""Guests take a number, walk around, are called to a table that they fit, and lose no more than they were told."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from hospital_bridge.verticals.district.dining import joining, seating
from hospital_bridge.verticals.district.dining.seating import Press
from hospital_bridge.verticals.district.roles import HOST
from hospital_bridge.verticals.district.waitlist import next_for
from tests.verticals.district.visiting import HOME, STAFF, MallWorld
from tests.web.visitor import get, post

HOUSE, TAKE = f"{STAFF}tables/hotpot", f"{HOME}restaurants/hotpot"
GONE_ON = 303


def state(phone: FlaskClient, page: str) -> str:
    found = re.search(r'data-state="(\w+)"', get(phone, page).text)
    assert found is not None
    return found[1]


def take(phone: FlaskClient, guests: int) -> str:
    """Take a number on the page; the address of its page."""
    return str(post(phone, TAKE, {"guests": str(guests)}, from_page=TAKE).headers["Location"])


def test_a_guest_takes_a_number_is_called_seated_and_gone(world: MallWorld) -> None:
    phone, host = world.phone(1), world.desk(HOST)
    number = take(phone, 3)
    assert "B001" in get(phone, number).text
    assert "今日翻台较少" in get(phone, number).text
    assert get(phone, TAKE).headers["Location"] == number
    for press, stands in (("call", "called"), ("seat", "serving"), ("free", "done")):
        assert post(host, f"{HOUSE}/T2/{press}", {}, from_page=HOUSE).status_code == GONE_ON
        assert state(phone, number) == stands
    assert "B001" not in get(host, HOUSE).text


def test_a_larger_table_calls_those_who_need_it_and_says_why(world: MallWorld) -> None:
    world.take(world.person(1)[0], 2)
    world.later(minutes=10)
    world.take(world.person(2)[0], 7)
    assert "先留给人数多的客人" in get(world.desk(HOST), HOUSE).text
    assert (world.press("T8", Press.CALL), world.press("T2", Press.CALL)) == ("C001", "A001")


def test_the_core_calls_whom_the_page_foretold(world: MallWorld) -> None:
    for number in range(12):
        world.take(world.person(number)[0], (number * 5) % 8 + 1)
        world.later(minutes=7)
    called = []
    for turn in range(14):
        table = world.hotpot.tables[turn % 3]
        with world.scope.read() as work:
            foretold = next_for(table, seating.look(work, world.hotpot).waiting)
        called.append(world.press(table.table_id, Press.CALL))
        assert called[-1] == (foretold.display_number if foretold else "")
        world.press(table.table_id, Press.SEAT)
        world.press(table.table_id, Press.FREE)
    assert len(set(called) - {""}) > 8


def test_who_missed_a_call_comes_back_and_is_told_each_time(world: MallWorld) -> None:
    subject, wallet = world.person(1)
    ticket_id = world.take(subject, 2)
    phone = world.phone(1)
    number = f"{HOME}numbers/{ticket_id}"
    for _ in range(2):
        world.press("T1", Press.CALL)
        world.press("T1", Press.PASS)
        assert post(phone, f"{number}/rejoin", {}, from_page=number).status_code == GONE_ON
        assert state(phone, number) == "waiting"
    world.press("T1", Press.CALL)
    world.press("T1", Press.PASS)
    assert state(phone, number) == "no_show"
    once = ["table.next", "table.ready", "table.missed"]
    assert world.told(wallet) == [*once, *once, "table.next", "table.ready", "table.given_up"]


def test_only_its_holder_sees_or_leaves_a_number_and_a_late_press_says_so(world: MallWorld) -> None:
    phone, other, host = world.phone(1), world.phone(2), world.desk(HOST)
    number = take(phone, 2)
    assert get(other, number).status_code == 404
    assert post(other, f"{number}/leave", {}, from_page=TAKE).status_code == 404
    assert post(phone, f"{number}/leave", {}, from_page=number).status_code == GONE_ON
    assert state(phone, number) == "cancelled"
    assert world.press("T1", Press.CALL) == ""
    take(other, 2)
    assert world.press("T1", Press.CALL) == "A002"
    late = post(host, f"{HOUSE}/T1/call", {}, from_page=HOUSE)
    assert (late.status_code, "已有他人操作" in late.text) == (409, True)


def test_after_some_meals_the_wait_is_a_range(world: MallWorld) -> None:
    for guest in range(6):
        world.take(world.person(guest)[0], 2)
        for press, minutes in ((Press.CALL, 1), (Press.SEAT, 40), (Press.FREE, 0)):
            world.press("T1", press)
            world.later(minutes=minutes)
    taken = [world.take(world.person(guest)[0], 2) for guest in range(11, 16)]
    said = re.search(r"(\d+) 至 (\d+) 分钟", get(world.phone(15), f"{HOME}numbers/{taken[-1]}").text)
    assert said is not None
    assert int(said[1]) < int(said[2])


def test_the_host_of_one_restaurant_has_no_say_at_another(world: MallWorld) -> None:
    world.take(world.person(1)[0], 2)
    host = world.desk(HOST, "books")
    assert "老灶火锅" not in get(host, f"{STAFF}tables").text
    assert get(host, HOUSE).status_code == 404
    assert post(host, f"{HOUSE}/T1/call", {}, from_page=f"{STAFF}tables").status_code == 404
    assert world.press("T1", Press.CALL) == "A001"


def test_nobody_waits_for_a_table_that_there_is_not(world: MallWorld) -> None:
    phone = world.phone(1)
    assert "没有能坐下这么多人的桌子" in post(phone, TAKE, {"guests": "9"}, from_page=TAKE).text
    assert get(phone, f"{HOME}restaurants/books").status_code == 404


def test_who_is_forgotten_stands_in_no_line(world: MallWorld) -> None:
    subject, _ = world.person(1)
    world.take(subject, 2)
    with world.scope.begin() as work:
        joining.give_up(work, subject)
    assert world.press("T1", Press.CALL) == ""
