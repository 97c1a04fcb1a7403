"""`hospital-bridge verticals` says what is loaded and what each may see."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.settings.written import BRIDGE, write

Command = Callable[..., Result]

EAST = '[operator]\nid = "east"\nname = "示例医院"\nphone = "010-0000000"\n'


@pytest.fixture
def named(run: Command, tmp_path: Path) -> Command:
    """The command line beside a configuration that names the hospital."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": f"{EAST}[operator.verticals.hospital]\n"})
    return run


def test_what_a_vertical_may_see_is_told(named: Command) -> None:
    told = json.loads(named("verticals", "--json").stdout)["hospital"]
    assert (told["package"], told["api"], told["operators"]) == ("hospital-bridge", 1, ["east"])
    assert "HisBilling" in told["ports"]
    assert told["roles"] == ["clinician", "nurse", "records"]
    assert "GET bills" in told["pages"]["patient"]
    assert set(told["scopes"]) == {"reports:acknowledge", "reports:read"}
    assert told["jobs"]["hospital.forget_parked"] == 24 * 60 * 60
    assert "hospital_bill" in told["tables"]


def test_personal_data_is_told_with_purpose_retention_and_place(named: Command) -> None:
    kept = {each["name"]: each for each in json.loads(named("verticals", "--json").stdout)["hospital"]["personal_data"]}
    assert kept["record number"] == {
        "name": "record number",
        "purpose": "to register the patient at the hospital",
        "retention_days": 15 * 365,
        "columns": ["hospital_registration.mrn"],
    }
    assert {name for name, each in kept.items() if not each["columns"]} == {
        "bill of nobody here",
        "stay of nobody here",
    }


def test_a_person_reads_the_same_as_a_table(named: Command) -> None:
    shown = named("verticals", lang="zh_CN.UTF-8")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "个人信息" in shown.stdout
    assert "hospital_bill" in shown.stdout


def test_what_is_installed_and_not_named_is_not_loaded(run: Command, tmp_path: Path) -> None:
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EAST})
    told = json.loads(run("verticals", "--json").stdout)["hospital"]
    assert set(told) == {"package", "version", "operators"}
    assert told["operators"] == []
