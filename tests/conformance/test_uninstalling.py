"""A package is installed, works, is removed; the bridge goes on, and what it left behind can be had."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import inspect

from adapters.values import WalletAccount
from hospital_bridge.bootstrap import Bridge, build
from hospital_bridge.installed import installed
from hospital_bridge.settings import load
from hospital_bridge.slot import Care
from hospital_bridge.store.keys import Erased
from hospital_bridge.store.left_behind import rows_of, tables_of, verticals_with_tables
from hospital_bridge.store.migrations.runner import CORE_VERSION_TABLE, HERE, _upgrade, migrate_vertical
from hospital_bridge.store.tables import core_metadata
from hospital_bridge.store.unit_of_work import Store
from tests.conformance.conftest import EAST, PERSON, WITH_RIDES
from tests.conformance.planting import PACKAGE, planted, uproot
from tests.fixtures_store import Database
from tests.settings.written import ENVIRONMENT, write

LATER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade():
    op.create_table("later", sa.Column("word", sa.String(9)))
"""


def test_an_installed_package_is_listed_with_what_it_may_see(run: Callable[..., Result], rides: Any) -> None:
    told = json.loads(run("verticals", "--json").stdout)["rides"]
    assert (told["package"], told["version"], told["operators"]) == ("strangers-rides", "1.2", ["east"])
    assert told["personal_data"][0]["columns"] == ["rides_trip.destination"]


def test_the_doctor_asks_the_vertical_in_its_own_words(run: Callable[..., Result], rides: Any) -> None:
    findings = {each["about"]: each for each in json.loads(run("doctor", "--json").stdout)}
    assert findings["east: rides: Trips"]["seen"] == "0 under way"
    assert findings["east: rides: Trips"]["remedy"] == ""


def test_a_chore_is_done_and_stands_in_the_trail(run: Callable[..., Result], rides: Any) -> None:
    assert run("verticals", "run", "rides").stdout == "end  End every trip that is under way.\n"
    assert run("verticals", "run", "rides", "end").stdout == "ended\n"
    assert run("verticals", "run", "rides", "begin").exit_code == 2


def test_a_vertical_that_cannot_look_after_itself_is_a_finding_and_the_rest_is_asked(
    run: Callable[..., Result], rides: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_scope: object) -> None:
        raise KeyError("a trip")

    monkeypatch.setattr(rides, "VERTICAL", replace(rides.VERTICAL, care=Care(broken)))  # type: ignore[arg-type]
    told = run("doctor", "--json")
    findings = {each["about"]: each for each in json.loads(told.stdout)}
    assert findings["east: rides: Vertical"]["seen"] == "KeyError"
    assert findings["east: rides: Vertical"]["remedy"]
    assert "a trip" not in told.stdout


@pytest.fixture
def rider(rides: Any, tmp_path: Path) -> str:
    """Somebody of whom the vertical knows where they go."""
    with bridge_in(tmp_path) as bridge, bridge.operators["east"].scopes["rides"].begin() as work:
        who: str = work.work.subjects.keep(PERSON)
        phone = work.work.wallet_users.keep("main", WalletAccount("2088000000000001"), "zh-CN")
        work.work.subjects.bind_self(phone, who)
        rides.note(work, who, "机场")
    return who


@contextmanager
def bridge_in(folder: Path) -> Iterator[Bridge]:
    bridge = build(load(folder / "bridge.toml", installed(), ENVIRONMENT))
    yield bridge
    bridge.close()


@pytest.fixture
def removed(rider: str, tmp_path: Path) -> str:
    """The package is gone, its name out of the configuration; the rider's id."""
    uproot(tmp_path / "site")
    write(tmp_path, {"operators.d/east.toml": EAST})
    return rider


def test_without_the_package_the_bridge_refuses_its_name_and_starts_once_it_is_out(
    run: Callable[..., Result], rider: str, tmp_path: Path
) -> None:
    uproot(tmp_path / "site")
    assert "rides: no such vertical is installed" in run("verticals").stderr
    write(tmp_path, {"operators.d/east.toml": EAST})
    assert run("migrate").exit_code == 0
    assert run("doctor").exit_code == 0


def test_without_the_package_a_later_core_still_upgrades_and_the_rows_stand(
    database: Database, store: Store, tmp_path: Path
) -> None:
    with planted(tmp_path / "site"):
        rides = import_module(PACKAGE)
        where = rides.VERTICAL.migrations
        migrate_vertical(database.owner, "rides", where, rides.metadata, database.application_role)
        with store.begin("h1") as work:
            trip = rides.note(work, work.subjects.keep(PERSON), "机场")
    versions = tmp_path / "versions"
    shutil.copytree(HERE / "versions", versions, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(versions.glob("[0-9]*.py")).stem[:4]
    (versions / "9999_later.py").write_text(LATER.format(newest=newest), encoding="utf-8")
    _upgrade(database.owner, CORE_VERSION_TABLE, versions, core_metadata(), database.application_role, "head")
    assert "later" in inspect(database.owner).get_table_names()
    assert list(verticals_with_tables(database.engine)) == ["rides"]
    (table,) = tables_of(database.engine, "rides")
    with store.read("h1") as work, store.read("h2") as other:
        assert [row["trip_id"] for row in rows_of(work, table)] == [trip]
        assert list(rows_of(other, table)) == []


def test_what_it_left_behind_is_written_row_by_row_and_stays_sealed(
    run: Callable[..., Result], removed: str, tmp_path: Path
) -> None:
    told = run("verticals", "export", "rides", "left")
    assert (told.exit_code, told.stdout) == (0, "rides_trip: 1 rows\n")
    file = tmp_path / "left" / "rides_trip.jsonl"
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert (row["operator_id"], row["subject_id"], row["ended_at"]) == ("east", removed, None)
    assert "机场" not in b64decode(row["destination"]).decode("utf-8", "replace")
    assert file.stat().st_mode & 0o077 == 0
    assert "already" in run("verticals", "export", "rides", "left").stderr
    assert "no tables" in run("verticals", "export", "cinema", "left").stderr


def test_a_person_is_told_what_lies_in_a_vertical_that_is_gone(run: Callable[..., Result], removed: str) -> None:
    told = json.loads(run("subject", "export", removed).stdout)
    assert [row["subject_id"] for row in told["left_behind"]["rides_trip"]] == [removed]


def test_who_is_forgotten_while_the_package_is_gone_stays_forgotten_when_it_is_back(
    run: Callable[..., Result], rides: Any, removed: str, tmp_path: Path
) -> None:
    assert run("subject", "erase", removed, "--yes").exit_code == 0
    write(tmp_path, {"operators.d/east.toml": WITH_RIDES})
    with planted(tmp_path / "site"), bridge_in(tmp_path) as bridge:
        assert run("migrate").exit_code == 0
        with bridge.operators["east"].scopes["rides"].read() as work, pytest.raises(Erased):
            rides.export(work, removed)


def test_what_was_there_before_is_read_again_once_the_package_is_back(
    run: Callable[..., Result], removed: str, tmp_path: Path
) -> None:
    write(tmp_path, {"operators.d/east.toml": WITH_RIDES})
    with planted(tmp_path / "site"):
        told = json.loads(run("subject", "export", removed).stdout)
    assert (told["rides"], told["left_behind"]) == ({"trips": ["机场"]}, {})
