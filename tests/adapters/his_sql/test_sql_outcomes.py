from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.errors import Busy, Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.his_sql.database import HospitalDatabase
from adapters.his_sql.dialects import Waits
from adapters.his_sql.failures import Stage
from tests.adapters.his_sql.conftest import JUDGE, LIMITS, TheirDatabase, first

if TYPE_CHECKING:
    from adapters.his_sql.failures import Judge

Open = Callable[..., HospitalDatabase]

TABLE = "CREATE TABLE yy (lsh varchar(20) CONSTRAINT yy_lsh PRIMARY KEY, ks varchar(20))"
TAKE = text("INSERT INTO yy (lsh, ks) VALUES (:lsh, '0101')")


def judging(**errors: str) -> Judge:
    return replace(JUDGE, errors=errors)


def test_a_reading_changes_nothing_whatever_it_says(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE)
    with pytest.raises(NotDone):
        open_database().read(TAKE, {"lsh": "1"}, JUDGE)
    assert theirs.count("yy") == 0


def test_what_was_committed_is_read_and_rows_come_back_with_a_change(
    theirs: TheirDatabase, open_database: Open
) -> None:
    theirs.write(TABLE)
    database = open_database()
    back = database.change(text("INSERT INTO yy (lsh) VALUES (:lsh) RETURNING lsh"), {"lsh": "1"}, JUDGE)
    assert (first(back), theirs.count("yy")) == ("1", 1)
    (row,) = database.read(text("SELECT lsh AS LSH FROM yy"), {}, JUDGE)
    assert (row["Lsh"], "KS" in row) == ("1", False)


@pytest.mark.parametrize(
    "rule", [{"23505": "slot_taken", "SQLITE_CONSTRAINT_PRIMARYKEY": "slot_taken"}, {"*yy*": "slot_taken"}]
)
def test_a_constraint_is_a_business_no_where_a_rule_says_so(
    rule: dict[str, str], theirs: TheirDatabase, open_database: Open
) -> None:
    theirs.write(TABLE, "INSERT INTO yy (lsh) VALUES ('1')")
    database = open_database()
    with pytest.raises(Refused) as no:
        database.change(TAKE, {"lsh": "1"}, judging(**rule))
    assert no.value.reason is Reason.SLOT_TAKEN
    with pytest.raises(NotDone) as undone:
        database.change(TAKE, {"lsh": "1"}, JUDGE)
    assert undone.value.retry_after == timedelta(seconds=30)
    with pytest.raises(OutcomeUnknown):
        database.change(TAKE, {"lsh": "1"}, replace(JUDGE, own_commit=True))


def test_a_lock_that_is_held_too_long_is_not_done(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE, "INSERT INTO yy (lsh, ks) VALUES ('1', 'a')")
    database = open_database(reply=0.05)
    with theirs.engine.begin() as holder:
        holder.execute(text("UPDATE yy SET ks = 'b'"))
        with pytest.raises(NotDone):
            database.change(text("UPDATE yy SET ks = 'c'"), {}, JUDGE)
    assert theirs.count("yy WHERE ks = 'b'") == 1


def test_a_statement_that_takes_too_long_is_stopped(theirs: TheirDatabase, open_database: Open) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(NotDone):
        open_database(reply=0.05).read(text(endless), {}, JUDGE)


def test_more_connections_than_the_hospital_allows_are_never_opened(theirs: TheirDatabase, open_database: Open) -> None:
    database = open_database(limits=replace(LIMITS, connections=1))
    with database.engine.connect(), pytest.raises(Busy):
        database.read(text("SELECT 1"), {}, JUDGE)
    assert first(database.read(text("SELECT 1"), {}, JUDGE)) == 1


def test_more_rows_than_were_bargained_for_are_not_cut_off_in_silence(open_database: Open) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 51"
    with pytest.raises(Malformed):
        open_database().read(text(endless), {}, JUDGE)


def test_a_database_that_cannot_be_reached_is_not_done_and_its_password_is_told_nowhere(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/absent/hunter2.db", f"postgresql+psycopg://u:hunter2@/x?host={tmp_path}"):
        database = HospitalDatabase(url, Waits(connect=2.0, reply=1.0), LIMITS)
        with pytest.raises(NotDone) as undone:
            database.read(text("SELECT 1"), {}, JUDGE)
        assert undone.value.__suppress_context__
        assert "hunter2" not in str(undone.value)


def test_a_commit_whose_answer_is_lost_is_an_unknown_outcome(his_on_postgresql: str) -> None:
    theirs = TheirDatabase(his_on_postgresql)
    theirs.write(
        TABLE,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON yy DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION die()",
    )
    database = theirs.opened()
    with pytest.raises(OutcomeUnknown):
        database.change(TAKE, {"lsh": "1"}, JUDGE)
    assert first(database.read(text("SELECT count(*) FROM yy"), {}, JUDGE)) == 0
    database.close()
    theirs.engine.dispose()


def test_values_of_rows_stand_in_no_error(theirs: TheirDatabase, open_database: Open) -> None:
    theirs.write(TABLE, "INSERT INTO yy (lsh) VALUES ('110101199003070134')")
    with pytest.raises(NotDone) as undone:
        open_database().change(TAKE, {"lsh": "110101199003070134"}, JUDGE)
    assert "110101199003070134" not in repr(undone.value)
    assert undone.value.__suppress_context__


class _Told(Exception):
    """What a driver raises: Oracle's holds an object with the code, MySQL's a number, ODBC's a state."""


class _Oracle:
    full_code = "DPY-4024"


@pytest.mark.parametrize("said", [(_Oracle(),), ("HYT00", "timeout"), (1969, "max_statement_time exceeded")])
def test_a_commit_that_a_driver_gave_up_may_have_been_done(said: tuple[object, ...]) -> None:
    error = DBAPIError("COMMIT", {}, _Told(*said))
    assert isinstance(JUDGE.outcome(error, Stage.COMMITTING), OutcomeUnknown)
    assert isinstance(JUDGE.outcome(error, Stage.CHANGING), NotDone)


def test_a_commit_that_lost_a_deadlock_was_undone() -> None:
    assert isinstance(JUDGE.outcome(DBAPIError("COMMIT", {}, _Told(1213, "deadlock")), Stage.COMMITTING), NotDone)


def test_a_name_that_cannot_be_written_is_no_firm_no_of_a_procedure_that_commits_by_itself() -> None:
    error = DBAPIError("CALL usp_SF(?)", {}, _Told(1366, "Incorrect string value"))
    assert isinstance(JUDGE.outcome(error, Stage.CHANGING), Refused)
    assert isinstance(JUDGE.outcome(error, Stage.COMMITTING), OutcomeUnknown)
    assert isinstance(replace(JUDGE, own_commit=True).outcome(error, Stage.CHANGING), OutcomeUnknown)
