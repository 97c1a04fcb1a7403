"""Systems that are told by webhook, as the hospital's engineer names them."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from hospital_bridge.settings import load
from notifications.signing import Secret
from tests.settings.written import BRIDGE, ENVIRONMENT, INSTALLED, OPERATOR, faults, write

EMR = """
[[operator.webhooks]]
name = "emr"
url = "http://emr.hospital.local:8080/in"
secrets = [{ env = "NEW" }, { env = "OLD" }]
events = ["report.available"]
networks = ["10.1.0.0/16"]
"""
SECRETS = {"NEW": Secret(b"n" * 24).reveal(), "OLD": Secret(b"o" * 24).reveal(), "SHORT": "whsec_c2hvcnQ="}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setitem(ENVIRONMENT, name, value)


def test_a_system_is_named_with_its_secrets_events_and_networks(tmp_path: Path) -> None:
    main = write(tmp_path, {"bridge.toml": BRIDGE + OPERATOR + EMR})
    [emr] = load(main, INSTALLED, ENVIRONMENT).operators[0].webhooks
    assert emr.secrets == (Secret(b"n" * 24), Secret(b"o" * 24))
    assert emr.events == {"report.available"}
    assert emr.networks == (ip_network("10.1.0.0/16"),)
    assert "nnn" not in repr(emr)


@pytest.mark.parametrize(
    ("wrong", "code", "key"),
    [
        (EMR + EMR, "HB-C005", "operator.webhooks"),
        (EMR.replace('{ env = "NEW" }', '"whsec_x"'), "HB-C008", "operator.webhooks[1].secrets[1]"),
        (EMR.replace('"NEW"', '"SHORT"'), "HB-C005", "operator.webhooks[1].secrets[1]"),
        (EMR.replace('["report.available"]', "[]"), "HB-C005", "operator.webhooks[1].events"),
        (EMR.replace("http://", "ftp://"), "HB-C005", "operator.webhooks[1].url"),
        (EMR.replace("/16", "/66"), "HB-C005", "operator.webhooks[1].networks[1]"),
    ],
)
def test_what_cannot_work_is_told_where_it_stands(tmp_path: Path, wrong: str, code: str, key: str) -> None:
    found = faults(tmp_path, {"bridge.toml": BRIDGE + OPERATOR + wrong})
    assert [(fault.code, fault.key) for fault in found] == [(code, key)]
    assert not any("c2hvcnQ" in str(fault) for fault in found)
