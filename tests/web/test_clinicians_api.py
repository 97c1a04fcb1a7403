"""Clinicians' systems over real sockets: reports fetched with a scoped key, critical values acknowledged once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server

from adapters.news import ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.api import REPORTS_ACKNOWLEDGE, REPORTS_READ
from hospital_bridge.verticals.hospital.results.critical import State
from hospital_bridge.verticals.hospital.store import critical_values, reports
from hospital_bridge.web.app import create_app
from hospital_bridge.web.site import Plugged
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    GLUCOSE,
    POTASSIUM,
    hospital_scope,
    patient,
    receive,
    report,
    reports_of,
)
from tests.web.site_kit import SiteKit

Answer = tuple[int, Mapping[str, Any], Mapping[str, str]]


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock)


@pytest.fixture
def anna(scope: OperatorScope) -> tuple[str, str]:
    return patient(scope, ANNA, "100001")


@pytest.fixture
def address(kit: SiteKit, scope: OperatorScope) -> Iterator[str]:
    """The site with the hospital as it really is, on a port of this machine."""
    plugged = {"hospital": Plugged(VERTICAL, scope)}
    operators = {name: replace(each, verticals=plugged) for name, each in kit.site.operators.items()}
    site = replace(kit.site, operators=operators)
    server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def key(kit: SiteKit, *scopes: str, operator_id: str = "h1") -> str:
    with kit.site.store.begin(operator_id) as work:
        return ApiKeys(work).issue("ward", frozenset(scopes))


def ask(url: str, bearer: str, body: Mapping[str, Any] | None = None, once: str = "") -> Answer:
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    if once:
        headers["Idempotency-Key"] = once
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data, headers), timeout=20) as reply:
            text = reply.read()
            return reply.status, json.loads(text) if text else {}, dict(reply.headers)
    except HTTPError as refused:
        return refused.code, json.loads(refused.read()), dict(refused.headers)


def only_report(scope: OperatorScope) -> str:
    with scope.read() as work:
        (found,) = reports.of_number(work, "L1")
    return found.report_id


def only_value(scope: OperatorScope) -> Any:
    with scope.read() as work:
        (value,) = critical_values.of_report(work, only_report(scope))
    return value


def acts(scope: OperatorScope, target: str) -> list[tuple[str, str]]:
    with scope.read() as work:
        return [(act.action, act.detail) for act in work.work.audit.of(target)]


def test_a_report_is_fetched_with_its_history_and_the_look_is_recorded(
    address: str, kit: SiteKit, scope: OperatorScope, anna: tuple[str, str]
) -> None:
    corrected = report(replace(GLUCOSE, value="5.4"), status=ReportStatus.CORRECTED, after=5)
    receive(scope, corrected, report())
    report_id = only_report(scope)
    status, told, headers = ask(f"{address}/h1/hospital/reports/{report_id}", key(kit, REPORTS_READ))
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert [(each["status"], each["stands"]) for each in told["versions"]] == [("corrected", True), ("final", False)]
    assert told["versions"][0]["values"][0]["value"] == "5.4"
    assert told["patient"] == {
        "record_numbers": ["100001"],
        "name": ANNA.name,
        "birth_date": "1985-03-12",
        "sex": "F",
    }
    assert acts(scope, report_id) == [
        ("report.read", json.dumps({"version": told["versions"][0]["version_id"]}, separators=(",", ":")))
    ]


@pytest.mark.parametrize(
    ("scopes", "path", "expected"),
    [
        ((), "/h1/hospital/reports/{report}", 403),
        ((REPORTS_ACKNOWLEDGE,), "/h1/hospital/reports/{report}", 403),
        ((REPORTS_READ,), "/h2/hospital/reports/{report}", 401),
        ((REPORTS_READ,), "/h1/hospital/reports/none", 404),
    ],
)
def test_another_key_another_hospital_another_report(
    address: str,
    kit: SiteKit,
    scope: OperatorScope,
    anna: tuple[str, str],
    scopes: tuple[str, ...],
    path: str,
    expected: int,
) -> None:
    receive(scope, report())
    url = address + path.format(report=only_report(scope))
    assert ask(url, key(kit, *scopes))[0] == expected
    assert acts(scope, only_report(scope)) == []


def test_a_forged_key_opens_nothing(address: str, kit: SiteKit, scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report())
    genuine = key(kit, REPORTS_READ)
    for forged in ("", "x.y", genuine[:-1], f"{genuine.partition('.')[0]}.{'0' * 32}"):
        status, told, _ = ask(f"{address}/h1/hospital/reports/{only_report(scope)}", forged)
        assert (status, told["code"]) == (401, "HB-A001")


def test_a_critical_value_is_acknowledged_once_for_a_key(
    address: str, kit: SiteKit, scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(POTASSIUM))
    report_id, value = only_report(scope), only_value(scope)
    url = f"{address}/h1/hospital/reports/{report_id}/critical/{value.critical_id}/acknowledge"
    word = {"clinician": "D1", "action": "treat", "read_back": "6.80"}
    bearer = key(kit, REPORTS_ACKNOWLEDGE)
    answers = [ask(url, bearer, word, once="one") for _ in range(3)]
    assert {(status, headers["Location"]) for status, _, headers in answers} == {
        (201, f"/api/v1/h1/hospital/reports/{report_id}")
    }
    done = only_value(scope)
    assert (done.state, done.action) == (State.ACKNOWLEDGED, "treat")
    assert done.acknowledged_by.startswith("system:")
    assert done.acknowledged_by.endswith("/D1")
    status, told, _ = ask(url, bearer, word, once="two")
    assert (status, told["code"]) == (409, "HB-H005")
    (shown,) = reports_of(scope, anna[0])
    assert [each.value for each in shown.values] == ["6.8"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ({"clinician": "D1", "action": "treat", "read_back": "8.6"}, (422, "HB-H004")),
        ({"clinician": "D1", "action": "dance", "read_back": "6.8"}, (422, "HB-R001")),
        ({"clinician": "D1", "action": "treat"}, (422, "HB-R001")),
        ({"clinician": "医生", "action": "treat", "read_back": "6.8"}, (422, "HB-R001")),
        ([], (422, "HB-R001")),
    ],
)
def test_a_word_that_is_not_right_acknowledges_nothing(
    address: str,
    kit: SiteKit,
    scope: OperatorScope,
    anna: tuple[str, str],
    word: Any,
    expected: tuple[int, str],
) -> None:
    receive(scope, report(POTASSIUM))
    value = only_value(scope)
    url = f"{address}/h1/hospital/reports/{value.report_id}/critical/{value.critical_id}/acknowledge"
    status, told, _ = ask(url, key(kit, REPORTS_ACKNOWLEDGE), word, once="one")
    assert (status, told["code"]) == expected
    assert only_value(scope).state is State.RAISED
    assert ask(url, key(kit, REPORTS_ACKNOWLEDGE), {"clinician": "D1"})[:1] == (400,), "a POST needs its key"


def test_a_value_of_another_report_is_not_acknowledged_through_this_one(
    address: str, kit: SiteKit, scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(POTASSIUM))
    value = only_value(scope)
    url = f"{address}/h1/hospital/reports/other/critical/{value.critical_id}/acknowledge"
    word = {"clinician": "D1", "action": "treat", "read_back": "6.8"}
    assert ask(url, key(kit, REPORTS_ACKNOWLEDGE), word, once="one")[0] == 404


def test_a_doctors_look_in_their_own_system_is_told(
    address: str, kit: SiteKit, scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report())
    url = f"{address}/h1/hospital/reports/{only_report(scope)}/look"
    assert ask(url, key(kit, REPORTS_ACKNOWLEDGE), {"clinician": "D1"}, once="one")[0] == 201
    (shown,) = reports_of(scope, anna[0])
    assert shown.is_seen
