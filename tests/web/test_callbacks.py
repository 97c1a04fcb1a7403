"""Whoever keeps sending what is forged is turned away; a genuine notice or hint never is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from adapters.errors import Untrusted
from adapters.values import Acknowledgement
from hospital_bridge.web.app import create_app
from hospital_bridge.web.limits import REFUSED_NOTICES
from tests.web.site_kit import SiteKit

FORGED, GENUINE, UNKNOWN = b"forged", b"genuine", b"genuine and about no order of ours"
ADDRESS = "/callbacks/v1/h1/alipay"


def client_of(kit: SiteKit, received: list[bytes]) -> FlaskClient:
    """A site whose wallet accepts the genuine notice and believes no forged one."""

    def receive(body: bytes, _headers: object) -> Acknowledgement:
        received.append(body)
        return Acknowledgement(b"success" if body == GENUINE else b"fail", genuine=body != FORGED)

    operator = kit.site.operators["h1"]
    wallet = replace(operator.wallets["alipay"], receive_notice=receive)
    operators = {**kit.site.operators, "h1": replace(operator, wallets={"alipay": wallet})}
    return create_app(replace(kit.site, operators=operators)).test_client()


def test_forged_notices_are_turned_away_after_a_while_and_genuine_ones_from_elsewhere_never(kit: SiteKit) -> None:
    received: list[bytes] = []
    client = client_of(kit, received)
    forger = {"REMOTE_ADDR": "192.0.2.66"}
    answers = [client.post(ADDRESS, data=FORGED, environ_base=forger) for _ in range(REFUSED_NOTICES.count + 5)]
    assert [answer.status_code for answer in answers] == [200] * REFUSED_NOTICES.count + [429] * 5
    assert received == [FORGED] * REFUSED_NOTICES.count
    assert client.post(ADDRESS, data=GENUINE, environ_base={"REMOTE_ADDR": "192.0.2.7"}).data == b"success"


@pytest.mark.parametrize(("notice", "answer"), [(GENUINE, b"success"), (UNKNOWN, b"fail")])
def test_genuine_notices_are_not_counted_whatever_they_are_answered(kit: SiteKit, notice: bytes, answer: bytes) -> None:
    received: list[bytes] = []
    client = client_of(kit, received)
    for _ in range(REFUSED_NOTICES.count + 5):
        told = client.post(ADDRESS, data=notice)
        assert (told.status_code, told.data) == (200, answer)
    assert len(received) == REFUSED_NOTICES.count + 5


def test_a_hint_is_taken_and_one_that_proves_nothing_is_turned_away(kit: SiteKit) -> None:
    taken: list[bytes] = []

    def take(body: bytes, headers: Mapping[str, str]) -> None:
        if headers.get("X-Hint-Token") != "right":
            raise Untrusted("the token is wrong")
        taken.append(body)

    operators = {**kit.site.operators, "h1": replace(kit.site.operators["h1"], hints={"his": take})}
    client = create_app(replace(kit.site, operators=operators)).test_client()
    address = "/callbacks/v1/h1/systems/his"
    assert client.post(address, data=b"{}", headers={"X-Hint-Token": "right"}).status_code == 204
    below = f"{address}/DiagnosticReport/1"
    assert client.put(below, data=b"{}", headers={"X-Hint-Token": "right"}).status_code == 204
    wrong = [client.post(address, data=b"{}").status_code for _ in range(REFUSED_NOTICES.count + 1)]
    assert wrong == [403] * REFUSED_NOTICES.count + [429]
    assert taken == [b"{}"] * 2
    assert client.post("/callbacks/v1/h1/systems/ris", data=b"{}").status_code == 404
