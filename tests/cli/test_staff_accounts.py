"""Accounts of staff at the command line: who may be what, and what is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.settings.written import BRIDGE, write

PASSWORD = "correct horse battery"


@pytest.fixture
def installed(run: Command, tmp_path: Path) -> Command:
    """A bridge whose one operator has no vertical."""
    write(tmp_path, {"bridge.toml": BRIDGE, "operators.d/east.toml": EMPTY_OPERATOR})
    assert run("migrate").exit_code == 0
    return run


def add(run: Command, name: str, *roles: str) -> tuple[int, str]:
    words = [word for role in roles for word in ("--role", role)]
    done = run("staff", "add", name, "--name", "王", "--password", PASSWORD, *words)
    return done.exit_code, done.output.strip().splitlines()[-1]


def test_an_admin_and_an_auditor_are_two_people(installed: Command) -> None:
    assert add(installed, "wang", "admin") == (0, "The account is open.")
    assert add(installed, "zhao", "auditor") == (0, "The account is open.")
    code, sentence = add(installed, "li", "admin", "auditor")
    assert (code, "who acts must not be who watches" in sentence) == (2, True)
    assert add(installed, "li", "finance", "auditor")[0] == 2


def test_a_role_that_nobody_knows_is_refused_with_those_that_exist(installed: Command) -> None:
    assert add(installed, "wang", "king") == (
        2,
        "Error: There is no role king; choose among: admin, auditor, reader, finance, help_desk.",
    )


@pytest.mark.parametrize("name", ["wang", " WANG "])
def test_a_name_belongs_to_one_person(installed: Command, name: str) -> None:
    add(installed, "wang", "admin")
    assert add(installed, name, "auditor") == (
        2,
        f"Error: There is an account {name} already; choose another name.".strip(),
    )


def test_nobody_watches_over_one_place_alone_and_a_role_of_one_place_is_a_role_too(installed: Command) -> None:
    assert add(installed, "wang", "auditor@ward-3")[0] == 2
    assert add(installed, "li", "king@ward-3") == (
        2,
        "Error: There is no role king; choose among: admin, auditor, reader, finance, help_desk.",
    )
