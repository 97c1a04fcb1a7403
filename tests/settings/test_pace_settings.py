"""What hospital IT may write of how gently its system is asked."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from hospital_bridge.settings import AdapterChoice, load
from hospital_bridge.settings.json_schema import json_schema
from hospital_bridge.settings.pace import MaintenanceWindow
from hospital_bridge.settings.pace_schema import USUAL_PACE
from tests.settings.written import BRIDGE, ENVIRONMENT, INSTALLED, OPERATOR, faults, write

PACE = """
[operator.his.pace]
calls_at_once = 2
[operator.his.pace.operations.slots]
shown_seconds = 20
calls_at_once = 1
[[operator.his.pace.maintenance]]
from = "23:30"
until = "01:00"
days = ["sun", "mon"]
stop_before_minutes = 30
"""


def his(folder: Path, pace: str = "") -> AdapterChoice:
    found = load(write(folder, {"bridge.toml": BRIDGE + OPERATOR + pace}), INSTALLED, ENVIRONMENT).operators[0].his
    assert found is not None
    return found


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    pace = his(tmp_path).pace
    assert pace == USUAL_PACE
    assert pace.calls_at_once == 4
    assert {name for name, each in pace.operations.items() if each.shown_for} == {
        "departments",
        "practitioners",
        "slots",
    }, "a price, a booking and a posting are never shown from memory"


def test_what_is_said_holds_for_what_it_names(tmp_path: Path) -> None:
    pace = his(tmp_path, PACE).pace
    slots, usual = pace.operations["slots"], USUAL_PACE.operations["slots"]
    assert (pace.calls_at_once, slots.calls_at_once, slots.shown_for) == (2, 1, timedelta(seconds=20))
    assert (slots.failures, pace.operations["book"]) == (usual.failures, USUAL_PACE.operations["book"])
    assert pace.maintenance == (
        MaintenanceWindow(
            begins=time(23, 30), ends=time(1, 0), weekdays=frozenset({6, 0}), stop_before=timedelta(minutes=30)
        ),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("calls_at_once = 2", "calls_at_one = 2", "his.pace.calls_at_one"),
        ("operations.slots", "operations.slot", "his.pace.operations.slot"),
        ("shown_seconds = 20", "shown_seconds = -1", "his.pace.operations.slots.shown_seconds"),
        ('until = "01:00"', 'until = "25:00"', "his.pace.maintenance[1].until"),
        ('until = "01:00"', 'until = "23:30"', "his.pace.maintenance[1].until"),
        ('"sun"', '"sunday"', "his.pace.maintenance[1].days[1]"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    text = BRIDGE + OPERATOR + PACE.replace(right, wrong)
    (fault,) = faults(tmp_path, {"bridge.toml": text})
    assert fault.key.endswith(key)
    assert wrong.strip("[]") in text.splitlines()[fault.line - 1]


def test_no_wallet_has_a_pace(tmp_path: Path) -> None:
    wallets = BRIDGE + OPERATOR + "\n[operator.wallets.main.pace]\ncalls_at_once = 1\n"
    assert [fault.code for fault in faults(tmp_path, {"bridge.toml": wallets})] == ["HB-C003"]


def test_an_editor_knows_every_key() -> None:
    table: Any = json_schema(INSTALLED)["properties"]["operator"]["oneOf"][0]["properties"]["his"]["properties"]["pace"]
    assert table["properties"]["operations"]["properties"]["slots"]["properties"]["shown_seconds"]["default"] == 5
    assert table["properties"]["maintenance"]["items"]["required"] == ["from", "until"]
