"""Every page is shown without data and without an outside that answers, to its role and to nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.values import WalletAccount
from hospital_bridge.slot import BOARD, KIOSK, PATIENT, Page
from hospital_bridge.store.devices import DeviceKind
from hospital_bridge.store.staff import RoleGrant
from hospital_bridge.web.access import Area
from hospital_bridge.web.dispatch import endpoint
from hospital_bridge.web.look import Look
from hospital_bridge.web.visit import Visit
from tests.conformance.conftest import OPERATOR, PERSON, House
from tests.conformance.test_manifest_conforms import catalogue, counted
from tests.web.test_devices import enrol_device
from tests.web.visitor import HTTPS, get, sign_in, staff_sign_in

STRANGER = "stranger"
OTHER_ROLE = "auditor"
NO_SUCH_ID = "0" * 32
TO_LOGIN = re.compile(r"/(login|consent)(\?|$)|/device/\w+/(\?|$)")


@pytest.fixture
def people(house: House) -> dict[str, FlaskClient]:
    """One of each role, signed in, and one of nobody's."""
    staff = {OTHER_ROLE, *house.candidate.vertical.manifest.roles}
    made = {name: house.app.test_client() for name in (STRANGER, PATIENT, BOARD, KIOSK, *sorted(staff))}
    sign_in(made[PATIENT], OPERATOR)
    with house.store.begin(OPERATOR) as work:
        phone = work.wallet_users.keep("alipay", WalletAccount("2088000000000001"), "zh-CN")
        work.subjects.bind_self(phone, work.subjects.keep(PERSON))
    for kind in (DeviceKind.BOARD, DeviceKind.KIOSK):
        enrol_device(made[kind.value], house.kit, OPERATOR, kind=kind)
    for role in staff:
        house.kit.add_staff(OPERATOR, role, RoleGrant(role))
        staff_sign_in(made[role], OPERATOR, role)
    return made


def ask(house: House, page: Page, who: FlaskClient) -> TestResponse:
    rule = next(iter(house.app.url_map.iter_rules(endpoint(house.candidate.name, page.name))))
    parts = {name: OPERATOR if name == "operator" else NO_SUCH_ID for name in rule.arguments}
    path = str(house.app.url_map.bind("bridge.example").build(rule.endpoint, parts))
    if page.method == "GET":
        return get(who, path)
    return who.post(path, base_url=HTTPS, data={})


def test_on_its_own_pages_its_own_words_hold(house: House) -> None:
    """Two trades may say one English sentence differently, and the core a third way."""
    folder = house.candidate.folder
    numbers = counted(folder, "zh_CN")
    own = {
        sentence: words % {"num": 1} if sentence in numbers else words
        for sentence, words in catalogue(folder, "zh_CN").items()
        if not sentence.startswith("(")
    }
    with house.app.test_request_context():
        g.visit = Visit(Area.PATIENT, house.kit.site.operators[OPERATOR], Look("zh-CN"))
        g.vertical = house.candidate.name
        words_of: Any = house.app.jinja_env.globals
        # The gettext of an older Python finds no sentence that counts, and no page asks it for one.
        said = {each: words_of["ngettext"](each, each, 1) if each in numbers else words_of["_"](each) for each in own}
    assert {sentence: words for sentence, words in said.items() if words != own[sentence]} == {}


def turned_away(answer: TestResponse) -> bool:
    if answer.status_code in {401, 403}:
        return True
    return answer.status_code in {302, 303} and TO_LOGIN.search(answer.headers["Location"]) is not None


def test_every_page_is_shown_to_its_role_without_any_data(house: House, people: dict[str, FlaskClient]) -> None:
    """A page that cannot be shown without the outside says so, in its own words (503); none breaks."""
    answers = {
        page.name: ask(house, page, people[page.role]).status_code
        for page in house.candidate.vertical.pages
        if page.method == "GET"
    }
    shown = {200, 303, 503}
    whole = {page.name for page in house.candidate.vertical.pages if "<" not in page.path and page.schema is None}
    assert {name: status for name, status in answers.items() if name in whole and status not in shown} == {}
    assert {name: status for name, status in answers.items() if status not in shown | {403, 404, 410, 422}} == {}


def test_every_page_turns_away_whoever_has_another_role(house: House, people: dict[str, FlaskClient]) -> None:
    let_in = [
        (page.name, name)
        for page in house.candidate.vertical.pages
        for name, who in people.items()
        if name != page.role and not turned_away(ask(house, page, who))
    ]
    assert let_in == []


def test_every_resource_wants_a_key(house: House) -> None:
    nobody = house.app.test_client()
    for resource in house.candidate.vertical.resources:
        path = re.sub(r"<[^>]+>", NO_SUCH_ID, resource.path)
        address = f"/api/v1/{OPERATOR}/{house.candidate.name}/{path}"
        asked = nobody.open(address, method=resource.method, base_url=HTTPS, json={})
        assert asked.status_code in {401, 403}, resource.name
