"""Received messages at the command line: found, opened with values hidden, tried again, put away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hospital_bridge.bootstrap import build
from hospital_bridge.installed import installed as parts
from hospital_bridge.settings import load
from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.settings.written import BRIDGE, ENVIRONMENT, write
from tests.web.test_received_pages import park_message


@pytest.fixture
def parked(run: Command, tmp_path: Path) -> str:
    """A parked message about MRN1 in a bridge of its own."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EMPTY_OPERATOR})
    assert run("migrate").exit_code == 0
    bridge = build(load(tmp_path / "bridge.toml", parts(), ENVIRONMENT))
    with bridge.store.begin("east") as work:
        message_id = park_message(work)
    bridge.close()
    return message_id


def test_messages_are_found_by_patient_and_state(run: Command, parked: str) -> None:
    for asked, found in (
        (("--patient", "mrn1", "--state", "parked"), [parked]),
        (("--patient", "MRN2"), []),
        (("--type", "ORU", "--until", "2020-01-01"), []),
    ):
        told = run("messages", "list", "--json", *asked)
        assert [row["message"] for row in json.loads(told.stdout)["messages"]] == found, told.output
    line = run("messages", "list").stdout
    assert "parked  Malformed: OBR is missing" in line
    assert "more: --after" not in line


def test_a_message_is_shown_and_its_values_stay_hidden(run: Command, parked: str) -> None:
    told = run("messages", "show", parked, "--open")
    assert told.exit_code == 0, told.output
    assert "Malformed: OBR is missing" in told.stdout
    assert "MSA|AA|C1" in told.stdout
    assert "MRN1" not in told.stdout
    opened = json.loads(run("messages", "show", parked, "--open", "--show-values", "--json").stdout)["opened"]
    assert opened["received"][1] == "PID|||MRN1||王弢"
    trail = run("audit", "verify")
    assert trail.exit_code == 0, trail.output
    assert run("messages", "show", "0" * 32).exit_code == 1


def test_a_parked_message_is_tried_again_or_put_away_once(run: Command, parked: str) -> None:
    assert run("messages", "replay", parked).exit_code == 0
    again = run("messages", "replay", parked)
    assert (again.exit_code, again.stdout) == (1, "There is no such parked message.\n")
    assert run("messages", "dismiss", parked, "--reason", "test").exit_code == 1, "it is no longer parked"


def test_everything_that_is_parked_is_tried_again_after_a_map_was_mended(run: Command, parked: str) -> None:
    assert run("messages", "replay").exit_code == run("messages", "replay", parked, "--parked").exit_code == 2
    assert run("messages", "replay", "--parked", "--type", "ADT").exit_code == 1
    told = run("messages", "replay", "--parked", "--type", "ORU", "--peer", "nobody")
    assert (told.exit_code, told.stdout) == (1, "0 messages are applied again by the running bridge.\n")
    assert run("messages", "replay", "--parked").stdout == "1 messages are applied again by the running bridge.\n"
    assert json.loads(run("messages", "list", "--state", "parked", "--json").stdout)["messages"] == []


def test_what_is_put_away_says_why(run: Command, parked: str) -> None:
    assert run("messages", "dismiss", parked, "--reason", "sent_again").exit_code == 0
    (row,) = json.loads(run("messages", "list", "--state", "dismissed", "--json").stdout)["messages"]
    assert row["reason"] == "sent_again"
