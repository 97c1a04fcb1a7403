"""What a command prints may be read by a program."""

from __future__ import annotations

import json

from click.testing import CliRunner

from hospital_bridge.cli.group import CommandGroup
from tests.kept_logs import logging_restored


def test_a_warning_does_not_mix_with_the_answer() -> None:
    with logging_restored():
        ended = CliRunner().invoke(CommandGroup({"warn": "tests.cli.warning_command"}), ["warn"])
    assert json.loads(ended.stdout) == {"answer": 1}
    assert json.loads(ended.stderr)["event"] == "job.failed"
