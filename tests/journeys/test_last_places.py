"""Many phones, few places: nobody gets a place that does not exist, and nobody is left without a word."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from hospital_bridge.sandbox.phone import PATIENCE, Phone
from hospital_bridge.sandbox.stage import Stage
from tests.journeys.engineer import ask
from tests.journeys.newcomers import Newcomers

PATIENTS = 12
CAPACITY = 3
LOST = ("号源已被他人抢先预约。", "该号源已不可预约", "本次挂号未成功")
RESPIRATORY = "departments/0102/D01021"


def test_twelve_phones_race_for_three_places(stage: Stage, newcomers: Newcomers) -> None:
    paid_before, taken_before = _paid_fen(stage), _taken(stage)
    with ThreadPoolExecutor(PATIENTS) as crowd:
        phones = list(crowd.map(lambda _: newcomers.ready_phone(), range(PATIENTS)))
        forms = list(crowd.map(_ready_to_book, phones))
        ends = list(crowd.map(_book_and_pay, phones, forms))

    told = Counter(_told(page) for page in ends)
    assert told["挂号成功"] == CAPACITY, told
    assert sum(told[words] for words in LOST) == PATIENTS - CAPACITY, told
    assert list((_taken(stage) - taken_before).values()) == [CAPACITY]
    assert _paid_fen(stage) - paid_before == CAPACITY * 12_000


def _ready_to_book(phone: Phone) -> PageShown:
    """Everybody looks at the same first time of the same practitioner before anybody takes it."""
    slots = phone.wait(phone.page(RESPIRATORY), _is_served)
    return phone.wait(phone.open(slots.link("/confirm")), _is_served)


def _is_served(page: PageShown) -> bool:
    """Not told to wait, as some are where many look at once."""
    return page.status != HTTPStatus.SERVICE_UNAVAILABLE


def _book_and_pay(phone: Phone, confirm: PageShown) -> PageShown:
    booked = phone.take(confirm)
    for _ in range(PATIENCE):
        if _is_served(booked):
            break
        booked = phone.take(confirm)
    if booked.marks.get("state") != "booked":
        return booked
    return phone.wait_for(phone.pay(booked), "done")


def _told(page: PageShown) -> str:
    return next((words for words in ("挂号成功", *LOST) if words in page.words), page.words)


def _taken(stage: Stage) -> Counter[str]:
    """The places that are taken, by session."""
    diary = stage.town.hospital.diary
    return Counter(a.session_id for a in diary.appointments() if a.status is AppointmentStatus.BOOKED)


def _paid_fen(stage: Stage) -> int:
    """What stands on the hospital's account, the books being right."""
    books = ask(stage, "ledger", "verify")
    assert books["discrepancies"] == []
    return int(books["balances"]["hospital"])
