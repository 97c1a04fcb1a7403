"""The hospital's engineer at the command line of a running bridge."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from hospital_bridge.cli import main
from hospital_bridge.sandbox.stage import Stage

ENGLISH = {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "", "LANG": ""}


def run(stage: Stage, *words: str, typed: str = "", **environment: str) -> Result:
    """One command on the stage's configuration; its words, its exit code and no traceback."""
    surroundings = ENGLISH | {"HOSPITAL_BRIDGE_CONFIG": str(stage.configuration)} | environment
    ended = CliRunner().invoke(main, words, input=typed, env=surroundings, prog_name="hospital-bridge")
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def ask(stage: Stage, *words: str) -> Any:
    """The JSON that a command printed."""
    return json.loads(run(stage, *words, "--json").stdout.splitlines()[-1])
