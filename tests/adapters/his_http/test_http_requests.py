"""What is sent: values are escaped for the place where they stand, and nothing of them can add to a request."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from datetime import date
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from adapters.errors import OutcomeUnknown, Reason, Refused
from adapters.his_http.template import template_of
from adapters.values import Booking, BookingRequest, EntryKind, Fen, Identifier, PatientRecord, Posting, Sex, Slot
from tests.adapters.his_http.dialect import NOW, Script, his, ok, said, told

WILD = """O'Neil <b>&"]]></Note><Fee>0</Fee>{mrn}王弢|^~\\"""
PATIENT = PatientRecord((Identifier("MRN", "100001"), Identifier("CN_ID", "1")), WILD, date(1985, 3, 12), Sex.MALE)
REQUEST = BookingRequest("P1", Slot("S|7", "01", "D1", NOW, NOW, 1, Fen(0)), PATIENT)


def inner(network: Script) -> Element:
    text = fromstring(network.asked[-1]).findtext("Arg") or ""
    made: Element = fromstring(text)
    return made


def test_a_wild_value_stays_one_value() -> None:
    network = Script(said("7"))
    with pytest.raises(Refused):
        his(network).book(REQUEST)
    request = inner(network)
    assert (request.get("name"), request.findtext("Note")) == (WILD, WILD)
    assert [child.tag for child in request] == ["No", "Slot", "Note"]
    assert request.findtext("Slot") == "7"


def test_json_and_forms_are_escaped_too() -> None:
    rendered = template_of('{"name": "{patient_name}", "count": {count}}', "json").render(
        {"patient_name": WILD + "\n", "count": "1"}
    )
    assert json.loads(rendered) == {"name": WILD + "\n", "count": 1}
    query = template_of("?q={patient_name}", "url").render({"patient_name": "王&弢=/"}, "gb18030")
    assert query == "?q=%CD%F5%26%8F%7C%3D%2F"
    nested = template_of("{a:json:base64}", "xml").render({"a": '"'})
    assert base64.b64decode(nested) == b'\\"'
    hl7 = template_of("PID|||{mrn}", "hl7").render({"mrn": "1|2\rZZZ"})
    assert hl7 == "PID|||1\\F\\2\\X0D\\ZZZ"


def test_a_number_of_json_stands_without_quotes_and_nothing_else_does() -> None:
    template = template_of('{"dept": {department_code:number}, "amount": {amount:number}}', "json")
    assert template.render({"department_code": "101", "amount": "-12.30"}) == '{"dept": 101, "amount": -12.30}'
    assert template.render({"department_code": "", "amount": "0"}) == '{"dept": null, "amount": 0}'
    for value in ("0101", "1,2", "1}", "NaN", "1e3", "一", "１"):
        with pytest.raises(Refused):
            template.render({"department_code": value, "amount": "1"})


@pytest.mark.parametrize(
    ("way", "value"), [("xml", "\x00"), ("cdata", "\x0b"), ("line", "a\r\nX: y"), ("url", "\ud800")]
)
def test_what_cannot_stand_there_is_refused_before_anything_is_sent(way: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        template_of("{a}", way).render({"a": value}, "utf-8")
    assert caught.value.reason is Reason.NOT_ALLOWED


@pytest.mark.parametrize(("charset", "character"), [("Big5", "\U0001f600"), ("GBK", "㛃"), ("GB2312", "㛃")])
def test_a_character_that_the_hospital_lacks_is_refused(charset: str, character: str) -> None:
    network = Script()
    rare = PatientRecord((Identifier("MRN", "1"),), character, None, Sex.UNKNOWN)
    with pytest.raises(Refused, match=f"U\\+{ord(character):04X}"):
        his(network, charset=charset).book(BookingRequest("P1", REQUEST.slot, rare))
    assert network.sent == []


def test_what_says_gb2312_means_gbk_and_replies_may_hold_more() -> None:
    network = Script(told("<R><Code>0</Code><List><Row code='1'><Name>㛃科</Name></Row></List></R>"))
    assert his(network, charset="GB2312", values={"hall": "弢玘"}).departments()[0].name == "㛃科"


def test_a_secret_stands_where_it_belongs_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    network = Script(OutcomeUnknown("the call was cut off"), ok())
    bridge = his(network, path="/q?key={password}", headers={"X-Key": "{password}"})
    with caplog.at_level(logging.DEBUG), pytest.raises(OutcomeUnknown) as caught:
        bridge.cancel(Booking("P1", "A1"))
    assert network.sent[0].url.endswith("?key=s3cret-password")
    assert network.sent[0].headers["X-Key"] == "s3cret-password"
    seen = f"{caplog.text} {[vars(record) for record in caplog.records]} {caught.value!r} {network.sent[0]!r}"
    assert "s3cret" not in seen
    assert "/service/q" in seen


def test_a_checksum_covers_what_is_sent() -> None:
    network = Script(said("0"))
    digest = {"sign": {"algorithm": "md5", "of": "{payload}{password}", "upper": True}}
    his(network, digests=digest, envelope="<C><S>{sign}</S><Arg>{payload}</Arg></C>").cancel(Booking("P1", "A1"))
    sent = fromstring(network.asked[0])
    made = hashlib.md5(f"{sent.findtext('Arg')}s3cret-password".encode("gb18030"), usedforsecurity=False)
    assert sent.findtext("S") == made.hexdigest().upper()


@pytest.mark.parametrize(
    ("kind", "bill_no", "operation"),
    [
        (EntryKind.PAYMENT, "", "registration paid"),
        (EntryKind.PAYMENT, "B1", "bill paid"),
        (EntryKind.REFUND, "B1", "refund"),
        (EntryKind.REFUND, "", "refund"),
    ],
)
def test_a_hospital_may_have_an_operation_for_each_kind_of_posting(
    kind: EntryKind, bill_no: str, operation: str
) -> None:
    receipt = {"receipt_no": "/R/Receipt"}
    ways = {
        "post_registration_payment": {"template": "<Q>registration paid</Q>", "fields": receipt},
        "post_bill_payment": {"template": "<Q>bill paid</Q>", "fields": receipt},
        "post_refund": {"template": "<Q>refund {signed_amount}</Q>", "fields": receipt},
        "postings": {
            "rows": "/R/List/Row",
            "fields": {"serial": "S", "amount": "A", "receipt_no": "R", "occurred_at": "T"},
        },
    }
    network = Script(ok(more="<Receipt>R1</Receipt>"))
    posting = Posting("S1", kind, Fen(1_230), PATIENT, "A1", "O1", "T1", NOW, bill_no)
    assert his(network, operations=ways).post(posting).receipt_no == "R1"
    assert operation in network.asked[0]
    assert ("-12.30" in network.asked[0]) == (kind is EntryKind.REFUND)
