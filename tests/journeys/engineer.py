"""The hospital's engineer at the command line of a running bridge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from click.testing import CliRunner, Result

from hospital_bridge.bootstrap import build
from hospital_bridge.cli import main
from hospital_bridge.installed import installed
from hospital_bridge.sandbox.browser import Browser, PageShown
from hospital_bridge.sandbox.stage import OPERATOR, STAFF_NAME, Stage
from hospital_bridge.settings import load
from hospital_bridge.store.unit_of_work import Work
from tests.kept_logs import logging_restored

ENGLISH = {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "", "LANG": ""}


def run(stage: Stage, *words: str, typed: str = "", **environment: str) -> Result:
    """One command on the stage's configuration; its words, its exit code and no traceback."""
    surroundings = ENGLISH | {"HOSPITAL_BRIDGE_CONFIG": str(stage.configuration)} | environment
    with logging_restored():
        ended = CliRunner().invoke(main, words, input=typed, env=surroundings, prog_name="hospital-bridge")
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended


def ask(stage: Stage, *words: str) -> Any:
    """The JSON that a command printed."""
    return json.loads(run(stage, *words, "--json").stdout.splitlines()[-1])


@contextmanager
def reading(stage: Stage) -> Iterator[Work]:
    """A look into the running bridge's database."""
    bridge = build(load(stage.configuration, installed()))
    try:
        with bridge.store.read(OPERATOR) as work:
            yield work
    finally:
        bridge.close()


@contextmanager
def writing(stage: Stage) -> Iterator[Work]:
    """A hand in the running bridge's database."""
    bridge = build(load(stage.configuration, installed()))
    try:
        with bridge.store.begin(OPERATOR) as work:
            yield work
    finally:
        bridge.close()


class Console:
    """A member of staff who is signed in."""

    def __init__(self, stage: Stage, name: str = STAFF_NAME) -> None:
        self._browser = Browser(language="en")
        self._address = f"{stage.public_url}/staff/{OPERATOR}"
        login = self._browser.open(f"{self._address}/login")
        words = {"name": name, "password": stage.password}
        self._browser.submit(login, login.form("login"), tick_all=False, button=0, **words)

    def page(self, path: str) -> PageShown:
        return self._browser.open(f"{self._address}/{path}")
