"""`hospital-bridge reconcile DATE` refuses a day whose bill no wallet has, and leaves no trace of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.settings.written import BRIDGE, write


@pytest.fixture
def installed(run: Command, tmp_path: Path) -> Command:
    """A bridge whose one operator has no wallet."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EMPTY_OPERATOR})
    assert run("migrate").exit_code == 0
    return run


@pytest.mark.parametrize(
    ("day", "lang", "said"),
    [
        ("2062-11-23", "C.UTF-8", "2062-11-23 has not come yet."),
        ("9999-12-31", "zh_CN.UTF-8", "9999-12-31 尚未到来"),
        ("1926-11-24", "C.UTF-8", "1926-11-24 is more than three years ago"),
        ("0206-11-23", "zh_CN.UTF-8", "0206-11-23 早于三年前"),
        ("0001-01-01", "C.UTF-8", "0001-01-01 is more than three years ago"),
    ],
)
def test_a_day_to_come_or_of_another_century_is_refused(installed: Command, day: str, lang: str, said: str) -> None:
    done = installed("reconcile", day, lang=lang)
    assert (done.exit_code, said in done.output) == (2, True), done.output
