"""The day of the visit: checking in by code, kiosk and nurse, being called, missing a call, coming back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from argon2 import PasswordHasher

from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import ALL_HOURS
from hospital_bridge.sandbox.worker import Screen, Worker
from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from queueing.commands import Act, Command
from queueing.line import DeskState
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, registration_id

PASSWORD = "a quiet waiting hall"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NAMES = count(1)
ROOM = "门诊楼1层B区"


def worker(steered: SteeredBridge, *roles: str) -> Worker:
    """Somebody with those roles, signed in."""
    name = f"{roles[0]}{next(NAMES)}"
    with steered.bridge.store.begin(OPERATOR) as work:
        grants = frozenset(RoleGrant(role) for role in roles)
        StaffAccounts(work).add(name, name, QUICK.hash(PASSWORD), grants)
    someone = Worker(steered.bridge.settings.bridge.public_url, OPERATOR, name, PASSWORD)
    someone.sign_in()
    return someone


@pytest.fixture(autouse=True)
def empty_hall(steered: SteeredBridge) -> Iterator[None]:
    """The town outlives the test: whoever is still in a line goes home, and the desks are closed."""
    yield
    with steered.bridge.operators[OPERATOR].scopes["hospital"].begin() as work:
        for desk in work.lines.desks():
            still = [*desk.tickets, *(row.ticket for line_id in desk.lines for row in work.lines.waiting(line_id))]
            for ticket in still:
                work.lines.act(Command(Act.CANCEL, f"home.{ticket.ticket_id}", "test", ticket_id=ticket.ticket_id))
            work.lines.set_desk(desk.desk_id, DeskState.CLOSED, "test")


@pytest.fixture
def nurse(steered: SteeredBridge) -> Worker:
    return worker(steered, "nurse")


@pytest.fixture
def kiosk(steered: SteeredBridge) -> Screen:
    return worker(steered, "admin").hang_up("kiosk", "1层自助机")


@pytest.fixture
def phone(steered: SteeredBridge) -> Phone:
    """The phone of a patient who is registered for later today, whatever the hour is."""
    patient = steered.newcomers.ready_phone()
    patient.wait_for(patient.pay(patient.book(ALL_HOURS)), "done")
    return patient


def my_place(phone: Phone) -> PageShown:
    return phone.open(phone.page("today").link("我的排队"))


def scan(phone: Phone, kiosk: Screen) -> PageShown:
    return phone.open(kiosk.page("hospital/kiosk").marks["code"])


def in_line(phone: Phone, kiosk: Screen) -> PageShown:
    page = scan(phone, kiosk)
    return phone.press(page, "/check-in")


def test_the_day_begins_with_what_to_do(phone: Phone) -> None:
    today = phone.page("today")
    assert today.marks["state"] == "booked"
    assert "签到：扫候诊区屏幕上的二维码" in today.words
    assert "到院后请签到" in my_place(phone).words


def test_scanned_called_and_seen(steered: SteeredBridge, phone: Phone, kiosk: Screen, nurse: Worker) -> None:
    waiting = in_line(phone, kiosk)
    assert (waiting.marks["state"], waiting.marks["ahead"]) == ("waiting", "0")
    assert "您的号码是" in waiting.words
    nurse.at_desk(ROOM, "open", "next")
    assert f"请到{ROOM}就诊" in phone.look(waiting).words
    nurse.at_desk(ROOM, "came")
    assert "您正在就诊" in phone.look(waiting).words
    nurse.at_desk(ROOM, "finish")
    assert "本次就诊已完成" in phone.look(waiting).words


def test_a_missed_call_and_back(phone: Phone, kiosk: Screen, nurse: Worker) -> None:
    waiting = in_line(phone, kiosk)
    nurse.at_desk(ROOM, "open", "next", "pass")
    assert "已过号" in phone.look(waiting).words
    assert in_line(phone, kiosk).marks["state"] == "waiting"


def test_to_an_examination_and_back_in_line(phone: Phone, kiosk: Screen, nurse: Worker) -> None:
    waiting = in_line(phone, kiosk)
    nurse.at_desk(ROOM, "open", "next", "came", "send_away")
    assert "检查后请回诊" in phone.look(waiting).words
    assert in_line(phone, kiosk).marks["state"] == "waiting"


def test_the_last_press_is_taken_back(phone: Phone, kiosk: Screen, nurse: Worker) -> None:
    waiting = in_line(phone, kiosk)
    nurse.at_desk(ROOM, "open", "next", "pass", "undo")
    assert phone.look(waiting).marks["state"] == "called"


def test_scanned_twice_is_one_place(phone: Phone, kiosk: Screen) -> None:
    page = scan(phone, kiosk)
    first = phone.press(page, "/check-in")
    assert phone.press(page, "/check-in").address == first.address
    assert "我的排队" in scan(phone, kiosk).words


def test_a_picture_that_was_sent_home_is_worth_nothing(steered: SteeredBridge, phone: Phone, kiosk: Screen) -> None:
    address = kiosk.page("hospital/kiosk").marks["code"]
    steered.clock.advance(timedelta(minutes=1))
    page = phone.open(address)
    assert (page.status, "请重新扫描屏幕上的二维码" in page.words) == (410, True)
    assert my_place(phone).marks["state"] == "booked"


def test_a_forged_code_is_worth_nothing_and_on_record(steered: SteeredBridge, phone: Phone, kiosk: Screen) -> None:
    address = kiosk.page("hospital/kiosk").marks["code"].replace("at=all", "at=0902")
    assert phone.open(address).status == 410
    with steered.bridge.store.read(OPERATOR) as work:
        assert [act.action for act in work.audit.latest(5)].count("arrival_code.forged") == 1


def test_somebody_elses_visit_is_not_there(steered: SteeredBridge, phone: Phone, kiosk: Screen) -> None:
    other = steered.newcomers.ready_phone()
    assert "今天此处没有您的就诊安排" in scan(other, kiosk).words
    assert other.look(my_place(phone)).status == 404


def test_without_a_phone_at_the_kiosk(phone: Phone, kiosk: Screen) -> None:
    done = kiosk.type_number(phone.person.id_number.lower())
    assert done.marks["outcome"] == "in_line"
    assert phone.person.name not in done.words
    assert kiosk.type_number(phone.person.id_number).marks["outcome"] == "already_in_line"
    assert my_place(phone).marks["state"] == "waiting"


def test_a_number_that_nobody_has_and_a_kiosk_elsewhere(steered: SteeredBridge, phone: Phone) -> None:
    elsewhere = worker(steered, "admin").hang_up("kiosk", "3层自助机", "0101")
    assert "今天没有此号码的就诊安排" in elsewhere.type_number("100000000000000000").words
    assert "您的就诊不在本候诊区" in elsewhere.type_number(phone.person.id_number).words
    assert my_place(phone).marks["state"] == "booked"


def test_an_empty_number_is_asked_for_in_the_hospitals_language(kiosk: Screen) -> None:
    asked = kiosk.type_number("")
    assert (asked.status, "请输入身份证号或病案号。" in asked.words) == (422, True)


def test_the_nurse_checks_somebody_in(phone: Phone, nurse: Worker) -> None:
    page = nurse.page(f"hospital/arrivals?q={phone.person.id_number}")
    assert phone.person.name in page.words
    nurse.press(page, "/check-in")
    assert my_place(phone).marks["state"] == "waiting"


def test_a_cancelled_registration_leaves_the_line(steered: SteeredBridge, phone: Phone, kiosk: Screen) -> None:
    waiting = in_line(phone, kiosk)
    registration = phone.open(phone.page("registrations").link("/registrations/"))
    phone.wait_for(phone.cancel(registration), "refunded")
    assert phone.look(waiting).marks["state"] == "called_off"


def test_a_hospital_that_calls_off_by_its_own_number_alone_pays_back(
    steered: SteeredBridge, phone: Phone, kiosk: Screen
) -> None:
    waiting = in_line(phone, kiosk)
    registration = phone.open(phone.page("registrations").link("/registrations/"))
    notice = steered.town.hospital.call_off(registration_id(registration)).raw.decode()
    assert steered.exchange(notice.replace(registration_id(registration), "").encode())
    phone.wait_for(registration, "refunded")
    assert phone.look(waiting).marks["state"] == "called_off"


def test_the_board_shows_number_room_and_a_masked_name(
    steered: SteeredBridge, phone: Phone, kiosk: Screen, nurse: Worker
) -> None:
    board = worker(steered, "admin").hang_up("board", "1层大屏", "0902")
    in_line(phone, kiosk)
    assert "请等候叫号" in board.page("board").words or "data-say" in board.page("board").words
    nurse.at_desk(ROOM, "open", "next")
    shown = board.page("board")
    assert ROOM in shown.words
    assert phone.person.name not in shown.words
    assert f"{phone.person.name[0]}*" in shown.words
