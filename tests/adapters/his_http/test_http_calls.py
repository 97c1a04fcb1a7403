"""Answers in layers, lists in pages, and calls that come before others: sessions and settlements in two steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.http import Response
from adapters.values import Booking, EntryKind, Fen, Identifier, PatientRecord, Posting, Sex
from tests.adapters.his_http.dialect import NOW, Script, his, messages, raw

PATIENT = PatientRecord((Identifier("MRN", "100001"),), "王弢", None, Sex.MALE)
BILL = Posting("S1", EntryKind.PAYMENT, Fen(1_230), PATIENT, "V1", "O1", "T1", NOW, "B1")

OUTSIDE = """
url = "http://his.invalid/api"
escape = "json"
unwrap = ["json:/data"]
code = "/code"
codes = { "0" = "ok", "404" = "empty", "510" = "slot_taken", "401" = "credentials" }
rules = [{ at = "/Rows/@failed", is = ["1"], means = "unknown" }]

[conventions]
entry_kinds = { "+" = "payment" }

[operations.departments]
template = '{"page": "{page}", "size": "{page_size}"}'
page_size = 2
rows = "/Rows/Dept"
fields = { code = "@code", name = "@name" }

[operations.book]
fields = { filler_id = "/Rows/@no" }

[operations.find_booking]
rows = "/Rows/Reg"
fields = { filler_id = "@no" }

[operations.cancel]
template = '{"no": "{placer_id}"}'
"""

STEPS = """
url = "http://his.invalid/api"
escape = "json"
reply = "json"
code = "/code"
codes = { 0 = "ok", 2 = "empty", 3 = "credentials" }
headers = { Authorization = "Bearer {token}" }
first = ["login"]

[secrets]
password = "s3cret"

[operations.departments]
rows = "/list"
fields = { code = "c", name = "n" }

[operations.post]
first = ["login", "quote"]
template = '{"settle": "{quote_no}", "serial": "{serial}"}'
fields = { receipt_no = "/receipt" }

[operations.find_posting]
rows = "/list"
fields = { serial = "s", amount = "a", receipt_no = "r", occurred_at = "t" }

[lookups.login]
keep = 600
headers = { Authorization = "Basic {password:base64}" }
template = '{"password": "{password}"}'
fields = { token = "/token" }

[lookups.quote]
template = '{"bill": "{bill_no}", "fee": {amount}}'
fields = { quote_no = "/quote" }
"""


def outer(code: str, inner: str = "") -> Response:
    return raw(json.dumps({"code": code, "data": inner}, ensure_ascii=False).encode())


def plain(**values: Any) -> Response:
    return raw(json.dumps({"code": 0, **values}).encode())


def test_a_code_may_stand_outside_of_the_data() -> None:
    found = his(Script(outer("0", "<Rows><Reg no='A1'/></Rows>")), OUTSIDE).find_booking("P1")
    assert found == Booking("P1", "A1")
    assert his(Script(outer("404")), OUTSIDE).find_booking("P1") is None
    his(Script(outer("0")), OUTSIDE).cancel(Booking("P1", "A1"))
    with pytest.raises(Refused) as no:
        his(Script(outer("510"), outer("0", "<Rows><Reg no='A1'/></Rows>")), OUTSIDE).cancel(Booking("P1", "A1"))
    assert (no.value.reason, no.value.native_code) == (Reason.SLOT_TAKEN, "510")


@pytest.mark.parametrize("reply", [outer("99"), outer("0", "<Rows failed='1'/>"), outer("0", "<Rows"), raw(b"{}")])
def test_no_layer_makes_a_yes_of_what_another_leaves_open(reply: Response) -> None:
    with pytest.raises(OutcomeUnknown):
        his(Script(reply), OUTSIDE).cancel(Booking("P1", "A1"))
    with pytest.raises((NotDone, Malformed)):
        his(Script(reply), OUTSIDE).find_booking("P1")


def test_a_yes_without_its_list_is_no_firm_no() -> None:
    with pytest.raises(Malformed):
        his(Script(outer("0")), OUTSIDE).find_booking("P1")


def test_a_list_in_pages_is_read_to_its_end() -> None:
    def page(*codes: int) -> Response:
        rows = "".join(f"<Dept code='{code}' name='x'/>" for code in codes)
        return outer("0", f"<Rows>{rows}</Rows>")

    for last in (page(5), page(), outer("404")):
        network = Script(page(1, 2), page(3, 4), last)
        codes = [department.code for department in his(network, OUTSIDE).departments()]
        assert codes[:4] == ["1", "2", "3", "4"]
        assert [json.loads(request.body)["page"] for request in network.sent] == ["1", "2", "3"]
    with pytest.raises(Malformed, match="pages"):
        his(Script(*[page(1, 2)] * 201), OUTSIDE).departments()


def test_a_session_is_opened_once_and_anew_when_it_is_refused() -> None:
    answer = plain(list=[{"c": "1", "n": "内科"}])
    network = Script(plain(token="T1"), answer, answer, raw(b'{"code": 3}'), plain(token="T2"), answer)
    bridge = his(network, STEPS)
    for _ in range(2):
        assert bridge.departments()
    with pytest.raises(Refused):
        bridge.departments()
    assert bridge.departments()
    shown = [request.headers["Authorization"] for request in network.sent]
    assert shown == ["Basic czNjcmV0", "Bearer T1", "Bearer T1", "Bearer T1", "Basic czNjcmV0", "Bearer T2"]


@pytest.mark.parametrize(
    ("old", "new", "keys", "text"),
    [
        ('first = ["login"]\n', 'first = ["logon"]\n', ("first",), "did you mean login?"),
        ("{token}", "{tokens}", ("headers",), "did you mean {token}?"),
        ("[lookups.login]", '[lookups.login]\nfirst = ["quote"]', ("first",), "before itself"),
        ('"{bill_no}"', '"{receipt_no}"', ("lookups", "quote", "template"), "not known here"),
        ("{quote_no}", "{page}", ("operations", "post", "template"), "not known here"),
    ],
)
def test_what_comes_first_is_checked_first(old: str, new: str, keys: tuple[str, ...], text: str) -> None:
    found = messages(STEPS.replace(old, new))
    for key in keys:
        found = found[key]
    assert text in " ".join(found)


def test_a_settlement_in_two_steps_sends_nothing_where_the_first_fails() -> None:
    network = Script(plain(token="T1"), plain(quote="Q7"), plain(receipt="R1"))
    assert his(network, STEPS).post(BILL).receipt_no == "R1"
    bodies = [json.loads(request.body) for request in network.sent]
    assert bodies[1:] == [{"bill": "B1", "fee": 12.3}, {"settle": "Q7", "serial": "S1"}]
    for failing in (OutcomeUnknown("cut off"), raw(b'{"code": 2}'), raw(b"", 500)):
        network = Script(plain(token="T1"), failing)
        with pytest.raises(NotDone):
            his(network, STEPS).post(BILL)
        assert len(network.sent) == 2
