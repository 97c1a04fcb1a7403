from __future__ import annotations

from pathlib import Path

from adapters.his_sql.schema import SqlHisSchema
from hospital_bridge.settings import Installed
from tests.settings.written import BRIDGE, faults, shown

INSTALLED = Installed(adapters={"sql-view": lambda: SqlHisSchema}, verticals={})

OPERATOR = """\
[operator]
id = "east"
name = "示例医院"
phone = "010-0000000"

[operator.his]
adapter = "sql-view"
[operator.his.sql-view]
url = { file = "secrets/his.url" }

[operator.his.sql-view.operations.departments]
statement = "SELECT KSDM FROM KS WHERE A = :nobody"
fields = { code = "KSDM", place = "WZ" }

[operator.his.sql-view.operations.practitioners]
statement = '''
SELECT YSDM FROM YS
WHERE KSDM = :departmentcode'''
fields = { code = "YSDM", name = "YSXM", titel = "ZC" }

[operator.his.sql-view.operations.slots]
statement = "DELETE FROM HY"
fields = { slot_id = "HYBM", fee = "GHF", starts_at = "KSSJ", remaining = "SYHY" }
answer = "SELECT 1"

[operator.his.sql-view.operations.book]
statement = "EXEC usp_YY :slot_id; DROP TABLE YY"
fields = { filler_id = "YYLSH" }
outcome = { codes = { "0" = "ok", "1" = "maybe" } }

[operator.his.sql-view.operations.cancle]
statement = "EXEC usp_QX :placer_id"

[[operator.his.sql-view.feeds]]
name = "bills"
kind = "bill"
statement = "SELECT * FROM Out_view_FY WHERE GXSJ > :mark"
watermark = "GXSJ; --"
tie = "ID"
item = "FYDH"
"""


def test_every_wrong_statement_is_told_with_its_line(tmp_path: Path) -> None:
    files = {"bridge.toml": BRIDGE + OPERATOR, "secrets/his.url": "sqlite:////tmp/his.db"}
    head = BRIDGE.count("\n")

    def at(line: int, key: str) -> str:
        return f"bridge.toml:{head + line} operator.his.sql-view.{key}: "

    assert shown(faults(tmp_path, files, INSTALLED), tmp_path) == [
        at(12, "operations.departments.statement")
        + "line 1: the parameter :nobody is not known here; there are none [HB-C005]",
        at(13, "operations.departments.fields") + "a department needs name [HB-C005]",
        at(16, "operations.practitioners.statement")
        + "line 2: the parameter :departmentcode is not known here; did you mean :department_code? [HB-C005]",
        at(19, "operations.practitioners.fields") + "a practitioner has no field titel; did you mean title? [HB-C005]",
        at(22, "operations.slots.statement") + "line 1: DELETE is no reading; here only what reads may stand [HB-C005]",
        at(24, "operations.slots.answer") + "only a change is answered elsewhere [HB-C005]",
        at(29, "operations.book.outcome.codes.1")
        + "'maybe' is not one of ok, empty, busy, unknown, already_paid, already_refunded, amount_mismatch, closed, "
        + "conflicting_content, credentials, expired, not_allowed, not_found, other, over_limit, slot_taken [HB-C005]",
        at(31, "operations.cancle") + "unknown key; did you mean cancel? [HB-C003]",
        at(38, "feeds[1].watermark") + "'GXSJ; --' is not text (the name of a column) [HB-C005]",
    ]


def test_an_address_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    for url, why in (
        ("not an address hunter2", "not an address such as postgresql+psycopg://user:password@host/database"),
        ("oddbase://u:hunter2@h/d", "it names a kind of database that SQLAlchemy does not know"),
        ("mysql+pymysql://u:hunter2@h/d", "its driver is not installed: pymysql"),
    ):
        files = {"bridge.toml": BRIDGE + OPERATOR.partition("\n[operator.his.sql-view.operations")[0]}
        told = shown(faults(tmp_path, {**files, "secrets/his.url": url}, INSTALLED), tmp_path)
        assert [text.partition("url: ")[2] for text in told] == [f"the secret is not usable: {why} [HB-C005]"]
        assert "hunter2" not in "".join(told)
