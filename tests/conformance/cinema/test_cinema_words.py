"""Nobody who meets a cinema's pages, before the counter or behind it, reads a word of a hospital."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hospital_bridge.slot import BOARD, KIOSK, PATIENT
from hospital_bridge.store.devices import DeviceKind
from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.app import create_app
from hospital_bridge.web.look import COOKIE
from hospital_bridge.web.site import Plugged
from tests.conformance.cinema.evening import HALL, HOLD, Evening
from tests.conformance.conftest import OPERATOR
from tests.hospital_words import hospital_words
from tests.steered import CountedIds, FakeClock
from tests.web.site_kit import PASSWORD, QUICK_HASHER, SiteKit, make_kit
from tests.web.test_devices import enrol_device
from tests.web.visitor import get, post, sign_in, staff_sign_in

VISITOR, UNNAMED, USHER, NEWCOMER = "visitor", "unnamed", "usher", "newcomer"
LOOKS = list(product(("zh-CN", "en"), ("standard", "care")))
READ_OUT = {"aria-label", "title", "alt", "placeholder"}
WINDOW, STAFF = f"/p/{OPERATOR}", f"/staff/{OPERATOR}"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Words do not depend on where rows lie."""


class Spoken(HTMLParser):
    """What people see and what is read out to them."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [value or "" for name, value in attrs if name in READ_OUT]


def spoken(page: TestResponse) -> str:
    reader = Spoken()
    reader.feed(page.text)
    return " ".join(reader.words)


@dataclass
class House:
    """The cinema's site, everybody who opens it, and what was read on its pages."""

    app: Flask
    kit: SiteKit
    evening: Evening
    orders: dict[str, str]
    people: dict[str, FlaskClient] = field(default_factory=dict)


@pytest.fixture
def house(evening: Evening, store: Store, clock: FakeClock, ids: CountedIds) -> House:
    """An evening on which an order came to each of its ends."""
    orders = every_end(evening)
    kit = make_kit(store, clock, ids)
    operator = replace(
        kit.site.operators[OPERATOR],
        names={"zh-CN": "光影影城", "en": "Light and Shadow Cinema"},
        verticals={"cinema": Plugged(evening.vertical, evening.scope)},
    )
    kit.site = replace(kit.site, operators={OPERATOR: operator})
    app = create_app(kit.site)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    made = House(app, kit, evening, orders)
    made.people = {name: app.test_client() for name in (VISITOR, UNNAMED, PATIENT, USHER, NEWCOMER, BOARD, KIOSK)}
    sign_in(made.people[PATIENT], OPERATOR, "2088000000000001")
    sign_in(made.people[UNNAMED], OPERATOR, "2088000000000077")
    grants = frozenset(RoleGrant(role) for role in ("admin", "auditor", "finance", "help_desk", "usher"))
    for name, roles in ((USHER, grants), (NEWCOMER, frozenset())):
        with store.begin(OPERATOR) as work:
            StaffAccounts(work).add(name, "林小满", QUICK_HASHER.hash(PASSWORD), roles)
        staff_sign_in(made.people[name], OPERATOR, name)
    for kind in (DeviceKind.BOARD, DeviceKind.KIOSK):
        enrol_device(made.people[kind.value], kit, OPERATOR, kind=kind)
    return made


def every_end(evening: Evening) -> dict[str, str]:
    """Orders by their state, all of one person."""
    who, other = evening.person(1), evening.person(2)
    lost = evening.hold("A1", who)
    evening.work()
    evening.clock.advance(HOLD + timedelta(minutes=1))
    evening.hold("A1", other)
    evening.pay(lost)
    lapsed = evening.hold("C1", who)
    evening.pass_time(HOLD + timedelta(minutes=1))
    evening.screening = evening.put_on("远山的灯")
    sold, used = (evening.hold(first, who) for first in ("A1", "B1"))
    evening.work()
    for each in (sold, used):
        evening.pay(each)
    held = evening.hold("C1", who)
    evening.work()
    ticket = next(card for card in evening.tickets(who[0]) if card.template_id == used)
    evening.let_in(ticket)
    orders = {"refunded": lost, "lapsed": lapsed, "sold": sold, "redeemed": used, "held": held}
    assert [evening.order(orders[state]).state for state in ("refunded", "lapsed", "sold")] == [
        "refunded", "lapsed", "sold"
    ]  # fmt: skip
    return orders


def shown(house: House) -> Iterator[tuple[str, str]]:
    """Who opens which page: every page of the core without a part of its own, and the cinema's."""
    openers = {
        "/p/": (VISITOR, UNNAMED, PATIENT),
        "/staff/": (VISITOR, USHER, NEWCOMER),
        "/device/": (VISITOR, BOARD, KIOSK),
    }
    for rule in house.app.url_map.iter_rules():
        area = next((area for area in openers if rule.rule.startswith(area)), "")
        if area and "GET" in (rule.methods or ()) and rule.arguments <= {"operator"}:
            yield from ((who, rule.rule.replace("<operator>", OPERATOR)) for who in openers[area])
    yield from ((PATIENT, f"{WINDOW}/cinema/orders/{order}") for order in house.orders.values())
    yield PATIENT, f"{WINDOW}/cinema/screenings/{house.evening.screening}"
    yield PATIENT, f"{WINDOW}/cinema/screenings/{'0' * 32}"
    yield PATIENT, f"{WINDOW}/no-such-page"
    yield VISITOR, f"{WINDOW}/login/alipay?state=forged"
    cards = house.evening.tickets(house.evening.order(house.orders["sold"]).subject_id)
    yield from ((PATIENT, f"{WINDOW}/cards/cinema/{card.card_id}") for card in cards)
    yield USHER, f"{STAFF}/cards/redeemed/cinema/{house.evening.order(house.orders['redeemed']).card_id}"
    yield USHER, f"{STAFF}/no-such-page"
    for row in house.kit.finance.waiting(OPERATOR):
        yield from ((USHER, f"{STAFF}/money/{row.about}/{decision.value}") for decision in row.decisions)


def answered(house: House) -> Iterator[TestResponse]:
    """What is said to a form that cannot be accepted, and at the door."""
    goer, usher = house.people[PATIENT], house.people[USHER]
    seats, door = f"{WINDOW}/cinema/screenings/{house.evening.screening}", f"{STAFF}/cards"
    yield post(goer, f"{seats}/hold", {}, from_page=seats)
    yield from (post(goer, f"{seats}/hold", {"first": first}, from_page=seats) for first in ("A1", "D1", "D4"))
    nobody = house.people[UNNAMED]
    yield post(nobody, f"{seats}/hold", {"first": "D4"}, from_page=seats)
    yield post(goer, f"{WINDOW}/consent", {"version": "old", "account": "alipay"}, from_page=f"{WINDOW}/consent")
    yield post(goer, f"{WINDOW}/family/child", {"name": "测试", "id_number": "1"}, from_page=f"{WINDOW}/family/child")
    yield post(goer, f"{WINDOW}/family/code", {"code": "ABCD-EFGH"}, from_page=f"{WINDOW}/family/code")
    yield post(goer, f"{WINDOW}/family/for-me", {"book": "yes", "pay": "yes"}, from_page=f"{WINDOW}/family/for-me")
    yield goer.post(f"{WINDOW}/family/child", base_url="https://bridge.example", data={})
    with house.evening.scope.read() as work:
        used = work.cards.code_of(house.evening.order(house.orders["redeemed"]).card_id)
    for code in (used, "0" * 16, "not a code"):
        yield post(usher, f"{door}/redeem", {"code": code, "place": HALL}, from_page=door)


def test_no_page_of_a_cinema_says_a_word_of_a_hospital(house: House, subtests: pytest.Subtests) -> None:
    for language, mode in LOOKS:
        with subtests.test(language=language, mode=mode):
            pages = list(read_by_all(house, language, mode))
            assert {what: words for what, page in pages if (words := hospital_words(spoken(page)))} == {}
            assert {403, 404, 409, 422} <= {page.status_code for _, page in pages}
            shown_to_them = [page.text for _, page in pages if page.status_code == 200 and page.mimetype == "text/html"]
            assert len(shown_to_them) > 40
            assert all(f'lang="{language}"' in text for text in shown_to_them)


def read_by_all(house: House, language: str, mode: str) -> Iterator[tuple[str, TestResponse]]:
    for who in house.people.values():
        who.set_cookie(COOKIE, f"{language}/{mode}", domain="bridge.example")
    yield from ((f"{who} {path}", get(house.people[who], path)) for who, path in shown(house))
    yield from ((page.request.path, page) for page in answered(house))
