"""A recorded day beside another reading of it: what differs is told by field, what is nobody's by count."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hospital_bridge.bootstrap import build
from hospital_bridge.installed import installed
from hospital_bridge.settings import load
from hospital_bridge.store.inbox import INBOX_MESSAGE, Envelope, InboxState
from tests.cli.conftest import Command
from tests.cli.test_map_preview import FOLDER, configuration

__all__ = ["configuration"]

CRITICAL = "oru_r01__critical_potassium"
BILL = "dft_p03__charges"
NAME = "王弢"
BILL_MAP = "[operator.his.hl7v2.map.bill]"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Two recordings with what is expected of them, and one that cannot be read."""
    folder = tmp_path / "day"
    folder.mkdir()
    for name in (CRITICAL, BILL):
        for ending in (".hl7", ".expected.json"):
            shutil.copyfile(FOLDER / f"{name}{ending}", folder / f"{name}{ending}")
    shutil.copyfile(FOLDER / "oru_r01__unknown_flag.hl7", folder / "oru_r01__unknown_flag.hl7")
    return folder


@pytest.fixture
def old(configuration: Path) -> Path:
    """The same hospital before somebody wrote into its map that the department stands in the segment ZDP."""
    folder = configuration.parent / "old"
    shutil.copytree(configuration.parent, folder, ignore=shutil.ignore_patterns("old", "day"))
    for file in configuration.parent.rglob("*.toml"):
        told = file.read_text(encoding="utf-8")
        if folder not in file.parents:
            told = told.replace(BILL_MAP, f'{BILL_MAP}\ndepartment_name = "ZDP-1, FT1-7.1"')
            file.write_text(told, encoding="utf-8")
    return folder / configuration.name


def replayed(run: Command, configuration: Path, *arguments: str, exits: int) -> dict[str, Any]:
    done = run("replay", "--dry-run", "--json", "--config", str(configuration), *arguments)
    assert done.exit_code == exits, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_is_read_as_expected_differs_in_nothing(run: Command, configuration: Path, day: Path) -> None:
    told = replayed(run, configuration, str(day), exits=0)
    assert [(each["name"], each["after"], each["before"] is None) for each in told["messages"]] == [
        (f"{BILL}.hl7", ["BillIssued[1]"], False),
        (f"{CRITICAL}.hl7", ["ReportIssued[1]"], False),
        ("oru_r01__unknown_flag.hl7", ["fault"], True),
    ]
    totals = {"messages": 3, "changed": 0, "unreadable": 1, "silent": 0, "news": {"BillIssued": 1, "ReportIssued": 1}}
    assert told["totals"] == totals
    assert told["untold"] == [{"what": "OBX-8 is no flag that the map lists", "count": 1}]
    assert told["codes"] == [{"place": "OBX-8", "code": "危", "count": 1}]
    assert NAME not in json.dumps(told, ensure_ascii=False)


def test_another_map_is_told_field_by_field_with_values_hidden(
    run: Command, configuration: Path, old: Path, day: Path
) -> None:
    told = replayed(run, configuration, str(day), "--against", str(old), exits=1)
    ((difference,),) = [each["differences"] for each in told["messages"] if each["differences"]]
    assert difference == {"field": "BillIssued[1].department_name", "before": "•••", "after": "•••"}
    done = run("replay", str(day), "--dry-run", "--config", str(configuration), "--against", str(old), "--show-values")
    assert done.exit_code == 1, done.output
    assert "BillIssued[1].department_name: 心血管内科 -> 250101015" in done.stdout
    assert "3 messages: 1 read otherwise, 1 unreadable, 0 without news." in done.stdout


def test_a_day_of_the_inbox_is_read_and_nothing_is_written(run: Command, configuration: Path, old: Path) -> None:
    assert run("migrate", "--config", str(configuration)).exit_code == 0
    bridge = build(load(configuration, installed()))
    raw = (FOLDER / f"{BILL}.hl7").read_bytes()
    with bridge.store.begin("demo") as work:
        envelope = Envelope("demo/demo-his", control_id="B1", message_type="DFT^P03")
        work.inbox.keep(envelope, raw, b"", InboxState.APPLIED, work.now)
        day = work.now.astimezone(bridge.operators["demo"].settings.timezone).date().isoformat()
    told = replayed(run, configuration, "--from-inbox", day, "--against", str(old), exits=1)
    assert [each["type"] for each in told["messages"]] == ["DFT^P03"]
    assert replayed(run, configuration, "--from-inbox", "2020-01-01", exits=0)["messages"] == []
    with bridge.store.read("demo") as work:
        assert len(work.table(INBOX_MESSAGE).all()) == 1
        assert work.audit.latest(10) == []
    bridge.close()


def test_replay_wants_a_day_and_says_that_it_only_reads(run: Command, configuration: Path, day: Path) -> None:
    for arguments in ((str(day),), ("--dry-run",), ("--dry-run", str(day), "--from-inbox", "2026-11-23")):
        assert run("replay", "--config", str(configuration), *arguments).exit_code == 2
