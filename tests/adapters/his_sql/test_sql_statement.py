from __future__ import annotations

import pytest

from adapters.his_sql.statement import Statement

KNOWN = ("department_code", "day")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT KSDM FROM KS WHERE KSDM = :department_code", ""),
        ("select a::text, ':day' from t -- :nobody\n where b = :day;", ""),
        ("WITH x AS (SELECT 1) SELECT * FROM x /* ; DROP TABLE x */", ""),
        ('SELECT "update", [delete], `insert`, last_update FROM t', ""),
        ("SELECT $f$ ; :day $f$, REPLACE(a, ';', ':b') FROM t", ""),
        ("EXEC usp_KS :department_code", ""),
        ("", "there is no statement"),
        ("-- nothing", "there is no statement"),
        (
            "SELECT 1\nFROM t WHERE a = :departmentcode",
            "line 2: the parameter :departmentcode is not known here; did you",
        ),
        ("SELECT 1;\nSELECT 2", "line 2: a second statement"),
        ("UPDATE t SET a = 1", "line 1: UPDATE is no reading"),
        ("SELECT a\nINTO b FROM c", "line 2: INTO changes something"),
        ("SELECT a FROM t\n\nFOR UPDATE", "line 3: UPDATE changes something"),
        ("WITH gone AS (DELETE FROM t RETURNING a) SELECT a FROM gone", "line 1: DELETE changes something"),
        ("BEGIN usp_KS(:day); END;", "line 1: a second statement"),
    ],
)
def test_a_reading_is_one_statement_that_changes_nothing_and_names_what_is_known(text: str, fault: str) -> None:
    told = next(Statement(text).faults(KNOWN, reads=True), "")
    assert told.startswith(fault) if fault else told == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("INSERT INTO t VALUES (:day)", ""),
        ("{? = CALL usp_YY(:day)}", ""),
        ("BEGIN usp_YY(:day); COMMIT; END;", ""),
        ("INSERT INTO t VALUES (1); DELETE FROM t", "line 1: a second statement"),
        ("EXEC usp_YY :nobody", "line 1: the parameter :nobody is not known here; there are :day, :department_code"),
    ],
)
def test_a_change_is_one_statement_or_one_block(text: str, fault: str) -> None:
    told = next(Statement(text).faults(KNOWN, reads=False), "")
    assert told.startswith(fault) if fault else told == ""


def test_only_parameters_keep_their_colon_and_a_statement_can_stand_inside_another() -> None:
    written = Statement("SELECT a::text, '12:30 :day', :day FROM t -- :day\n;")
    assert written.bound == "SELECT a\\:\\:text, '12\\:30 \\:day', :day FROM t"
    assert written.parameters == {"day"}
