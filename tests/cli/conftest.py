from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hospital_bridge.cli import main
from tests.kept_logs import logging_restored
from tests.settings.written import ENVIRONMENT

Command = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Command]:
    """Run the command as an engineer does, in an English terminal unless told otherwise, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("HOSPITAL_BRIDGE_CONFIG", raising=False)

    def invoke(*arguments: str, lang: str = "C.UTF-8") -> Result:
        return CliRunner().invoke(main, arguments, env={**ENVIRONMENT, "LANG": lang}, prog_name="hospital-bridge")

    with logging_restored():
        yield invoke
