"""Where the rows of an answer are: lists of JSON in every shape, and a misspelt place that never looks like no rows."""

from __future__ import annotations

import json
from datetime import date

import pytest

from adapters.errors import Malformed, NotDone
from adapters.values import Department
from tests.adapters.his_http.dialect import DIALECT, Script, his, ok, raw

JSON_DIALECT = """
url = "http://his.invalid/api"
escape = "json"
reply = "json"
headers = { Content-Type = "application/json" }
code = "/status"
rules = [{ at = "/status", is = [">0"], means = "ok" }, { at = "/status", is = ["-3"], means = "empty" }]

[operations.departments]
method = "GET"
path = "/departments?at={today}"
rows = "/data/list"
fields = { code = "id", name = "names[kind='full']/text, name" }
only = [{ at = "open", is = ["true"] }]
"""


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ('{"status": 1, "data": {"list": [{"id": 7, "name": "内科", "open": true}, {"id": 8, "open": false}]}}', ["7"]),
        ('{"status": 2, "data": {"list": {"id": "7", "open": true, "names": [{"kind": "full", "text": "x"}]}}}', ["7"]),
        ('{"status": 1, "data": {"list": []}}', []),
        ('{"status": -3}', []),
    ],
)
def test_json_is_read_by_the_same_places(reply: str, found: list[str]) -> None:
    network = Script(raw(reply.encode(), content_type="application/json"))
    assert [department.code for department in his(network, JSON_DIALECT).departments()] == found
    assert (network.sent[0].method, network.sent[0].url) == ("GET", "http://his.invalid/api/departments?at=2026-11-23")


@pytest.mark.parametrize(
    "reply", ['{"status": 1, "data": null}', '{"status": 1}', "[]", "{", '{"status": NaN}', "1" * 9]
)
def test_json_without_its_list_is_no_answer(reply: str) -> None:
    with pytest.raises((Malformed, NotDone)):
        his(Script(raw(reply.encode())), JSON_DIALECT).departments()


PLAIN_JSON = """
url = "http://his.invalid/api"
escape = "json"
reply = "json"
otherwise = "ok"

[operations.departments]
template = "{}"
rows = "/"
fields = { code = "id", name = "name", place = "where/room" }

[operations.postings]
template = "{}"
rows = "/"
fields = { serial = "no", amount = "fee", receipt_no = "id", occurred_at = "at" }
conventions = { entry_kinds = { "+" = "payment" } }
"""


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (
            '[{"id": 12, "name": "内科"}, {"id": 9007199254740993, "name": "外科", "where": null}]',
            ["12", "9007199254740993"],
        ),
        ('{"id": "12", "name": "内科", "where": {"room": ""}}', ["12"]),
        ("[]", []),
        ("\ufeff [ ]", []),
    ],
)
def test_a_list_that_is_the_whole_answer_has_its_rows_and_one_record_is_a_list_of_one(
    reply: str, found: list[str]
) -> None:
    departments = his(Script(raw(reply.encode(), content_type="application/json")), PLAIN_JSON).departments()
    assert [department.code for department in departments] == found


def test_numbers_of_json_stay_as_they_were_written() -> None:
    reply = '[{"no": 20261123000000000001, "fee": 0.1, "id": 1, "at": 20261123100000}]'
    (entry,) = his(Script(raw(reply.encode())), PLAIN_JSON).postings(date(2026, 11, 23))
    assert (entry.serial, entry.amount_fen, entry.receipt_no) == ("20261123000000000001", 10, "1")
    with pytest.raises(Malformed):
        his(Script(raw(reply.replace("0.1,", "0.105,").encode())), PLAIN_JSON).postings(date(2026, 11, 23))


@pytest.mark.parametrize(
    "reply",
    [
        "null",
        '"内科"',
        "12",
        "[[]]",
        "[null]",
        '{"code": 500}',
        '[{"id": 1, "id": 2, "name": "内科"}]',
    ],
)
def test_json_that_is_no_list_of_records_is_never_an_empty_one(reply: str) -> None:
    with pytest.raises(Malformed):
        his(Script(raw(reply.encode())), PLAIN_JSON).departments()


def test_null_is_no_list_unless_the_settings_let_it_be_absent() -> None:
    for reply in ('{"status": 1, "data": {"list": null}}', '{"status": 1, "data": null}', '{"status": 1}'):
        with pytest.raises(Malformed, match="there is no such list"):
            his(Script(raw(reply.encode())), JSON_DIALECT).departments()
        absent = JSON_DIALECT.replace("[operations.departments]", "[operations.departments]\nmay_be_absent = true")
        assert his(Script(raw(reply.encode())), absent).departments() == ()


def test_json_inside_a_text_of_json_is_unwrapped_and_so_is_a_whole_answer_that_is_one_text() -> None:
    inner = json.dumps([{"id": 7, "name": "内科"}])
    for reply, layer in ((json.dumps({"d": inner}), "json:/d"), (json.dumps(inner), "json:/")):
        dialect = PLAIN_JSON.replace("otherwise", f'unwrap = ["{layer}"]\notherwise')
        assert his(Script(raw(reply.encode())), dialect).departments() == (Department("7", "内科"),)
        with pytest.raises(Malformed):
            his(Script(raw(inner.encode())), dialect).departments()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("/R/List/Row", "/R/List/Rwo", "/R/List/Rwo: there is no such list in the answer; what stands there is Row"),
        ("/R/List/Row", "/R/Lst/Row", "/R/Lst/Row: there is no such list"),
        ("/R/List/Row", "/Rows", "/Rows: there is no such list in the answer; what stands there is R "),
    ],
)
def test_a_misspelt_place_of_rows_is_told_and_is_no_empty_list(old: str, new: str, told: str) -> None:
    with pytest.raises(Malformed) as caught:
        his(Script(ok('<Row code="1"><Name>内科</Name></Row>')), DIALECT.replace(old, new)).departments()
    assert caught.value.text.startswith(told)


def test_a_misspelt_condition_leaves_no_row_out_silently() -> None:
    dialect = DIALECT.replace(
        "[operations.departments]", '[operations.departments]\nonly = [{ at = "Opn", is = ["1"] }]'
    )
    rows = [f'<Row code="{code}"><Name>内科</Name><Open>{code}</Open></Row>' for code in (1, 2)]
    with pytest.raises(Malformed, match="no row of the answer has it"):
        his(Script(ok(*rows)), dialect).departments()
    assert his(Script(ok(*rows)), dialect.replace("Opn", "Open")).departments() == (Department("1", "内科"),)
    assert his(Script(ok()), dialect).departments() == ()
