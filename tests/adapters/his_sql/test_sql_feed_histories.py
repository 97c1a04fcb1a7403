"""Whatever the order of commits, looks and crashes: every row of the hospital's arrives, and its last state does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.feeds import FeedSettings, Look
from adapters.his_sql.pages import Paged
from tests.adapters.his_sql.conftest import JUDGE, TheirDatabase

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)
OVERLAP = 3
FUTURE = 5_000
INSERT = "INSERT INTO fy (id, item, version, at) VALUES (:id, :item, :version, :at)"
UPDATE = "UPDATE fy SET version = version + 1, at = :at WHERE id = :id"

BEGIN, COMMIT, UPDATED, PASS, LOOK, CRASH, WRONG = "begin", "commit", "update", "pass", "look", "crash", "wrong date"
ACTIONS = st.lists(
    st.tuples(st.sampled_from([BEGIN, BEGIN, COMMIT, UPDATED, PASS, LOOK, LOOK, CRASH, WRONG]), st.integers(0, 4)),
    max_size=60,
)


@dataclass
class Hospital:
    """Writers take the time when they begin and commit up to the overlap later; the bridge looks page by page."""

    theirs: TheirDatabase
    database: HospitalDatabase
    page: int
    overlap: int = OVERLAP
    seconds: int = 0
    ids: int = 0
    open: list[tuple[int, int]] = field(default_factory=list)
    mark: str = ""
    arrived: set[tuple[int, int]] = field(default_factory=set)
    ever: set[int] = field(default_factory=set)

    def act(self, action: str, number: int) -> None:
        match action:
            case "begin":
                self.open.append((self.ids, self.seconds))
                self.ids += 1
            case "commit" if self.open:
                self._commit(self.open.pop(number % len(self.open)))
            case "update" if self.ever:
                self._run(UPDATE, id=sorted(self.ever)[number % len(self.ever)], at=self.at(self.seconds))
            case "wrong date":
                self._commit((self.ids, self.seconds + FUTURE))
                self.ids += 1
            case "pass":
                self._pass(number)
            case "look" | "crash":
                self._look(keep=action == LOOK)

    def finish(self) -> None:
        """Everybody commits, and the bridge catches up twice: the second round reads what was late in the first."""
        for writer in list(self.open):
            self._commit(writer)
        self.open.clear()
        for _ in range(2):
            while self._look(keep=True):
                pass

    def stands(self) -> set[tuple[int, int]]:
        with self.theirs.engine.begin() as connection:
            return {(row.id, row.version) for row in connection.execute(text("SELECT id, version FROM fy"))}

    def at(self, seconds: int) -> str:
        return f"{(NIGHT + timedelta(seconds=seconds)).astimezone(ZONE):%Y-%m-%d %H:%M:%S}"

    def _pass(self, seconds: int) -> None:
        self.seconds += seconds
        for writer in [each for each in self.open if self.seconds - each[1] > OVERLAP]:
            self.open.remove(writer)  # nobody is later than that
            self._commit(writer)

    def _commit(self, writer: tuple[int, int]) -> None:
        number, began = writer
        self._run(INSERT, id=number, item=f"I{number % 3}", version=0, at=self.at(began))
        self.ever.add(number)

    def _look(self, *, keep: bool) -> bool:
        paged = Paged("SELECT * FROM fy", "at", "id", "item")
        feed = FeedSettings(
            name="fy",
            kind="bill",
            every=timedelta(seconds=1),
            paged=paged,
            overlap=self.overlap,
            page=self.page,
            fields={},
            fixed={},
        )
        now = NIGHT + timedelta(seconds=self.seconds)
        look = Look(feed, lambda asked: self.database.read(asked, {}, JUDGE), "utf-8", now, ZONE)
        fetched = look.fetched(self.mark)
        if keep:
            self.mark = fetched.mark
            rows = (row for item in fetched.items for row in json.loads(item.raw)["rows"])
            self.arrived |= {(int(row["id"]), int(row["version"])) for row in rows}
        return fetched.more

    def _run(self, statement: str, **values: object) -> None:
        with self.theirs.engine.begin() as connection:
            connection.execute(text(statement), values)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[tuple[TheirDatabase, HospitalDatabase]]:
    theirs = TheirDatabase(f"sqlite:///{tmp_path / 'his.db'}")
    theirs.write("CREATE TABLE fy (id integer PRIMARY KEY, item text, version integer, at text)")
    theirs.write("PRAGMA journal_mode = MEMORY")
    database = theirs.opened()
    yield theirs, database
    database.close()
    theirs.engine.dispose()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=st.integers(1, 4), backlog=st.integers(0, 8), actions=ACTIONS)
def test_nothing_is_skipped(
    page: int, backlog: int, actions: list[tuple[str, int]], table: tuple[TheirDatabase, HospitalDatabase]
) -> None:
    theirs, database = table
    theirs.write("DELETE FROM fy")
    hospital = Hospital(theirs, database, page)
    long_ago = [(BEGIN, 0), (COMMIT, 0), (PASS, 1)] * backlog
    for action, number in [*long_ago, *actions]:
        hospital.act(action, number)
    hospital.finish()
    assert hospital.stands() <= hospital.arrived
