"""Two hospitals in one installation: nothing of one is known, shown or done at the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from hospital_bridge.bootstrap import Bridge, build, prepare_database
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.payment import ledger
from hospital_bridge.running import Running
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.browser import Browser, PageShown
from hospital_bridge.sandbox.configuration import write_configuration, write_operator
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.settings import load
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.devices import DeviceKind, Devices
from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.web.api import SCOPES
from hospital_bridge.web.app import create_app
from hospital_bridge.web.passwords import PasswordLogin
from hospital_bridge.website import site_of
from tests.journeys.conftest import database_urls

EAST, WEST = "east", "west"
PASSWORD = "a long enough password"
OPEN_TO_ALL = {
    "callbacks.notice",
    "devices.enrol",
    "devices.entry",
    "patient.agree",
    "patient.consent",
    "patient.entry",
    "patient.signed_in",
    "staff.login",
    "staff.sign_in",
}


@dataclass(frozen=True)
class Two:
    """One bridge with two hospitals, each with its own wallet app and its own simulated hospital."""

    bridge: Bridge
    east: Town
    west: Town
    registration: PageShown
    phone: Phone


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    clock = SystemClock()
    for urls in database_urls(request, request.param):
        with Town(clock) as east, Town(clock) as west:
            bridge = _built(folder, east, west, urls)
            with Running(bridge, ("web", "worker"), "two"):
                window = f"{bridge.settings.bridge.public_url}/p/{EAST}"
                phone = Phone(Browser(), clock, window, people.WANG_TAO)
                phone.sign_in()
                phone.bind_card()
                page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
                yield Two(bridge, east, west, page, phone)
            bridge.close()


def _built(folder: Path, east: Town, west: Town, urls: tuple[str, str]) -> Bridge:
    web_port, listener_port = free_ports(2)
    serving, owning = urls
    main = write_configuration(
        folder,
        east.addresses(web_port, listener_port),
        east.credentials,
        operator_id=EAST,
        database_url=serving,
        owner_database_url=owning,
    )
    write_operator(folder, WEST, west.addresses(web_port, listener_port), west.credentials, peer="127.0.0.2")
    settings = load(main, installed())
    prepare_database(settings)
    return build(settings)


def test_a_patient_of_one_is_nobody_at_the_other(two: Two) -> None:
    elsewhere = two.registration.address.replace(f"/p/{EAST}/", f"/p/{WEST}/")
    shown = two.phone.open(elsewhere)
    assert "/consent" in shown.address
    assert people.WANG_TAO.name not in shown.words

    there = Phone(Browser(), SystemClock(), f"{two.bridge.settings.bridge.public_url}/p/{WEST}", people.LI_QI)
    there.sign_in()
    assert there.open(elsewhere).status == 404


def test_jobs_ledger_and_inbox_of_the_other_are_empty(two: Two) -> None:
    with two.bridge.store.read(WEST) as work:
        assert work.payments.all() == []
        assert work.ledger.all() == []
        assert work.effects.all() == []
        assert set(ledger.balances(work).values()) == {0}
        assert [row for row in work.audit.latest() if row.action.startswith("registration.")] == []
        assert two.bridge.operators[EAST].money.operator_id == EAST
    with two.bridge.store.read(EAST) as work:
        assert len(work.payments.all()) == 1
    assert two.west.hospital.diary.appointments() == []
    assert list(two.west.wallet.trades) == []


def test_a_notice_of_ones_wallet_is_not_genuine_at_the_other(two: Two) -> None:
    notice = two.east.wallet.outbox.notices[-1]
    client = create_app(site_of(two.bridge)).test_client()
    answers = [
        client.post(
            f"/callbacks/v1/{operator}/main",
            data=two.east.wallet.outbox.body(notice),
            content_type="application/x-www-form-urlencoded",
        ).data
        for operator in (EAST, WEST)
    ]
    assert answers == [b"success", b"fail"]
    with two.bridge.store.read(WEST) as work:
        assert [event.kind for event in work.security_events.latest()] == ["notice.refused"]


@pytest.fixture(scope="module")
def callers(two: Two) -> dict[str, tuple[FlaskClient, dict[str, str]]]:
    """Everybody whom the east knows, with everything that they may have."""
    app = create_app(site_of(two.bridge))
    known: dict[str, tuple[FlaskClient, dict[str, str]]] = {"stranger": (app.test_client(), {})}
    for role in ("admin", "auditor", "nurse", "clinician", "records"):
        client = app.test_client()
        _staff(two.bridge, role)
        hidden = dict(
            re.findall(r'name="(_csrf|_idempotency)" value="([^"]+)"', client.get(f"/staff/{EAST}/login").text)
        )
        signed_in = client.post(f"/staff/{EAST}/login", data=hidden | {"name": role, "password": PASSWORD})
        assert signed_in.status_code == 303
        known[role] = (client, {})
    with two.bridge.store.begin(EAST) as work:
        token = ApiKeys(work).issue("everything", SCOPES | {each.scope for each in VERTICAL.resources})
    screen = app.test_client()
    with two.bridge.store.begin(EAST) as work:
        _, code = Devices(work).add(DeviceKind.BOARD, "Hall", ())
    hidden = dict(re.findall(r'name="(_csrf|_idempotency)" value="([^"]+)"', screen.get(f"/device/{EAST}/").text))
    assert screen.post(f"/device/{EAST}/", data=hidden | {"code": code}).status_code == 303
    known["board"] = (screen, {})
    known["key"] = (app.test_client(), {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"})
    return known


def test_every_route_of_the_west_is_shut_to_everybody_of_the_east(
    two: Two, callers: dict[str, tuple[FlaskClient, dict[str, str]]]
) -> None:
    app = create_app(site_of(two.bridge))
    shut = [r for r in app.url_map.iter_rules() if "operator" in r.arguments and r.endpoint not in OPEN_TO_ALL]
    answers = {
        (rule.endpoint, name): _ask(two, client, headers, rule)
        for rule in shut
        for name, (client, headers) in callers.items()
    }
    assert len(answers) > 4 * 15
    leaks = {who: answer.status_code for who, answer in answers.items() if not _shut(answer) or _tells(two, answer)}
    assert leaks == {}


def test_the_same_callers_are_somebody_at_home(
    two: Two, callers: dict[str, tuple[FlaskClient, dict[str, str]]]
) -> None:
    admin, _ = callers["admin"]
    system, headers = callers["key"]
    assert admin.get(f"/staff/{EAST}/work").status_code == 200
    screen, _ = callers["board"]
    assert system.get(f"/api/v1/{EAST}/links", headers=headers).status_code == 200
    assert screen.get(f"/device/{EAST}/board").status_code == 200


def _ask(two: Two, client: FlaskClient, headers: dict[str, str], rule: Rule) -> TestResponse:
    """The route at the west, with ids of the east and the cookies of the east sent along."""
    for prefix, name in (("p", "hb_patient"), ("staff", "hb_staff"), ("device", "hb_device")):
        cookie = client.get_cookie(name, path=f"/{prefix}/{EAST}/")
        if cookie is not None:
            client.set_cookie(name, cookie.value, path=f"/{prefix}/{WEST}/")
    known = {"operator": WEST, "registration": two.registration.address.rsplit("/", 1)[1], "account": "main"}
    parts = {name: known.get(name, "0501") for name in rule.arguments}
    path = _path(rule, parts)
    return client.open(path, method="POST" if "POST" in (rule.methods or ()) else "GET", headers=headers)


def _path(rule: Rule, parts: dict[str, str]) -> str:
    """The address of a route with those parts."""
    built = rule.build(parts)
    assert built is not None, rule
    return str(built[1])


def _shut(answer: TestResponse) -> bool:
    to_login = answer.status_code == 303 and re.search(
        r"/(login|consent)(\?|$)|/device/\w+/(\?|$)", answer.headers["Location"]
    )
    return answer.status_code in (400, 401, 403, 404) or bool(to_login)


def _tells(two: Two, answer: TestResponse) -> bool:
    """Whether the answer holds something that only the east knows."""
    registration_id = two.registration.address.rsplit("/", 1)[1]
    return answer.status_code != 303 and any(word in answer.text for word in (registration_id, people.WANG_TAO.name))


def _staff(bridge: Bridge, role: str) -> None:
    kept = PasswordLogin(bridge.store, bridge.outside.ids).hash(PASSWORD)
    with bridge.store.begin(EAST) as work:
        StaffAccounts(work).add(role, role, kept, frozenset({RoleGrant(role)}))
