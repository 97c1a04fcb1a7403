"""What comes back: four outcomes by rule, rows by place, and nothing unreadable is ever a success."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from adapters.errors import Malformed, NoDayYet, NotDone, OutcomeUnknown, OutsideError, Reason, Refused, Untrusted
from adapters.http import Response
from adapters.values import (
    Booking,
    Department,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    Sex,
    VerifiedIdentity,
)
from tests.adapters.his_http.dialect import DIALECT, NOW, Script, his, ok, raw, said, told

PATIENT = PatientRecord((Identifier("MRN", "100001"),), "王弢", None, Sex.MALE)
POSTING = Posting("S1", EntryKind.PAYMENT, Fen(1_230), PATIENT, "A1", "O1", "T1", NOW)
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Reply><Result>&b;</Result></Reply>'
OUTSIDE_FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Reply><Result>&f;</Result></Reply>'

HOSTILE = {
    "nothing": raw(b""),
    "half a document": raw(told("<R><Code>0</Code></R>").body[:-9]),
    "half a document inside": told("<R><Code>0</Code><List>"),
    "an entity bomb": raw(BOMB),
    "an outside entity": raw(OUTSIDE_FILE),
    "a bomb inside": told(BOMB.decode()),
    "another character set": raw("<Reply><Result>王弢的报告</Result></Reply>".encode("utf-16-le")[1:]),
    "half a character": raw(told("<R><Code>0</Code></R>").body.replace(b"Code", b"\xcd", 1)),
    "a page": raw(b"<html><body><h1>502 Bad Gateway<br></body></html>", content_type="text/html"),
    "a whole page": raw(b"<html><body>OK</body></html>", content_type="text/html"),
    "JSON": raw(b'{"Code": 0}', content_type="application/json"),
    "garbage": raw(bytes(range(256))),
    "an unwrapped answer": raw(b"<R><Code>0</Code></R>"),
    "another root": told("<Q><Code>0</Code></Q>"),
    "no code": told("<R><List/></R>"),
    "a code that nobody explained": said("99"),
    "deep nesting": told("<R>" + "<a>" * 5_000 + "</a>" * 5_000 + "</R>"),
}


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE)
def test_an_unreadable_answer_is_never_a_success(reply: Response) -> None:
    with pytest.raises((Malformed, NotDone)):
        his(Script(reply)).departments()
    with pytest.raises(OutcomeUnknown):
        his(Script(reply)).post(POSTING)


@pytest.mark.parametrize(
    ("reply", "asking", "changing"),
    [
        (said("7"), Refused, Refused),
        (said("8"), NotDone, NotDone),
        (said("5", "号源已约满"), Refused, Refused),
        (raw(b"", 500), NotDone, OutcomeUnknown),
        (raw(b"", 302), NotDone, OutcomeUnknown),
        (raw(b"", 404), NotDone, NotDone),
        (raw(b"", 429), NotDone, NotDone),
        (NotDone("no connection"), NotDone, NotDone),
        (OutcomeUnknown("cut off"), NotDone, OutcomeUnknown),
        (Untrusted("certificate"), Untrusted, Untrusted),
        (Malformed("too long"), Malformed, OutcomeUnknown),
    ],
)
def test_a_question_is_free_to_repeat_and_a_change_is_not(
    reply: Response | OutsideError, asking: type[OutsideError], changing: type[OutsideError]
) -> None:
    with pytest.raises(asking) as asked:
        his(Script(reply)).departments()
    assert type(asked.value) is asking
    with pytest.raises(changing) as changed:
        his(Script(reply)).post(POSTING)
    assert type(changed.value) is changing


def test_an_answer_to_another_request_is_none_of_ours() -> None:
    ours, other = (ok(more=f"<Receipt>1</Receipt><Id>{number}</Id>") for number in ("0" * 32, "1" * 32))
    assert his(Script(ours), echo="/R/Id").post(POSTING).receipt_no == "1"
    for reply in (other, ok(more="<Receipt>1</Receipt>")):
        with pytest.raises(OutcomeUnknown):
            his(Script(reply), echo="/R/Id").post(POSTING)
        with pytest.raises(NotDone):
            his(Script(reply), echo="/R/Id").departments()


@pytest.mark.parametrize("name", ["rot13", "idna", "zlib", "unicode_escape", "no-such", ""])
def test_a_header_that_names_no_character_set_is_not_believed(name: str) -> None:
    reply = Response(
        200, {"content-type": f"text/xml; charset={name}"}, ok('<Row code="1"><Name>内科</Name></Row>').body
    )
    assert his(Script(reply)).departments() == (Department("1", "内科"),)


def test_a_refusal_has_its_reason_and_code_and_not_its_text() -> None:
    with pytest.raises(Refused) as caught:
        his(Script(said("7", "王弢已约"))).post(POSTING)
    assert (caught.value.reason, caught.value.native_code) == (Reason.SLOT_TAKEN, "7")
    assert "王弢" not in caught.value.text
    with pytest.raises(Refused) as by_words:
        his(Script(said("13800000000", "已约满"))).post(POSTING)
    assert (by_words.value.reason, by_words.value.native_code) == (Reason.SLOT_TAKEN, "")


def test_a_yes_without_a_receipt_is_unknown() -> None:
    for reply in (ok(), said("0"), said("1"), ok(more="<Receipt>1</Receipt><Fee>a lot</Fee>")):
        with pytest.raises(OutcomeUnknown):
            his(Script(reply)).post(POSTING)
    assert his(Script(ok(more="<Receipt>1</Receipt><Fee>12.30</Fee>"))).post(POSTING).amount_fen == 1_230


def test_empty_and_no_rows_are_a_firm_no_but_a_missing_list_is_none() -> None:
    assert his(Script(said("1"))).find_booking("P1") is None
    assert his(Script(ok())).find_booking("P1") is None
    assert his(Script(ok("<Row><Id>A1</Id><No>P2</No><State>0</State></Row>"))).find_booking("P1") is None
    assert his(Script(ok("<Row><Id>A1</Id><No>P1</No><State>9</State></Row>"))).find_booking("P1") is None
    rows = ("<Row><Id>A1</Id><No>P1</No><State>9</State></Row>", "<Row><Id>A2</Id><No>P1</No><State>0</State></Row>")
    assert his(Script(ok(*rows))).find_booking("P1") == Booking("P1", "A2")
    with pytest.raises(Malformed, match="/R/List/Row"):
        his(Script(said("0"))).find_booking("P1")


def test_a_cancelled_booking_may_be_cancelled_again() -> None:
    his(Script(said("7"), said("1"))).cancel(Booking("P1", "A1"))
    with pytest.raises(Refused):
        his(Script(said("7"), ok("<Row><Id>A1</Id><No>P1</No><State>0</State></Row>"))).cancel(Booking("P1", "A1"))


ROW = "<Row><Serial>S{0}</Serial><Kind>1</Kind><Fee>1</Fee><Receipt>R{0}</Receipt><At>2026-11-22 10:00</At></Row>"


@pytest.mark.parametrize("lists_before", [0, 1, 2, 3])
def test_without_a_query_for_one_serial_the_lists_from_the_day_before_to_the_day_to_come_tell(
    lists_before: int,
) -> None:
    network = Script(*[ok(ROW.format(1))] * lists_before, ok(ROW.format(2)))
    found = his(network).find_posting("S2", date(2026, 11, 22))
    assert found is not None
    assert (found.receipt_no, len(network.sent)) == ("R2", lists_before + 1)
    assert his(Script(*[ok()] * 4)).find_posting("S2", date(2026, 11, 22)) is None


@pytest.mark.parametrize("wallets_day", [date(2026, 11, 23), date(2026, 11, 24)])
def test_a_wallet_whose_day_has_not_begun_here_leaves_no_list_out(wallets_day: date) -> None:
    network = Script(*[ok()] * 3)
    assert his(network).find_posting("S2", wallets_day) is None
    assert [re.findall(r"2026-11-\d\d", asked) for asked in network.asked] == [
        ["2026-11-22"],
        ["2026-11-23"],
        ["2026-11-24"],
    ]


def test_the_refused_list_of_a_day_to_come_is_told_apart_from_the_others() -> None:
    with pytest.raises(NoDayYet) as no_day:
        his(Script(ok(), ok(), said("7"))).find_posting("S2", date(2026, 11, 23))
    assert (no_day.value.day, no_day.value.native_code) == (date(2026, 11, 24), "7")
    with pytest.raises(Refused):
        his(Script(ok(), said("7"))).find_posting("S2", date(2026, 11, 23))


def test_a_row_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Malformed) as caught:
        his(Script(ok('<Row code="1"><Name>内科</Name></Row>', '<Row code=""><Name>外科</Name></Row>'))).departments()
    assert caught.value.text == "row 2: code is missing"


SLOT = "<Row><Id>S</Id><No>{0}</No><Begin>2026-11-24 0{0}:00</Begin><End>2026-11-24 0{0}:30</End><Level>A</Level></Row>"
QUOTA = told("<R><Code>0</Code><Total>5</Total><Used>2</Used></R>")


def test_rows_are_completed_by_further_calls_each_asked_once() -> None:
    fees = ok("<Row><Level>B</Level><Fee>1</Fee></Row>", "<Row><Level>A</Level><Fee>12.50</Fee></Row>")
    network = Script(ok(SLOT.format(9), SLOT.format(8)), QUOTA, fees)
    slots = his(network).slots("01", "D1", date(2026, 11, 24))
    assert [(slot.slot_id, slot.remaining, slot.fee_fen) for slot in slots] == [("S|8", 3, 1_250), ("S|9", 3, 1_250)]
    assert slots[0].starts_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert len(network.sent) == 3


def test_a_row_that_nothing_completes_is_told_or_dropped() -> None:
    with pytest.raises(Malformed, match="row 1: fee is missing"):
        his(Script(ok(SLOT.format(9)), QUOTA, ok())).slots("01", "D1", date(2026, 11, 24))
    dropping = DIALECT.replace("[lookups.fee]", "[lookups.fee]\ndrop_when_empty = true")
    assert his(Script(ok(SLOT.format(9)), QUOTA, ok()), dropping).slots("01", "D1", date(2026, 11, 24)) == ()


def test_cdata_and_escaped_text_are_the_same() -> None:
    inner = (
        '<?xml version="1.0" encoding="GBK"?><R><Code>0</Code><List><Row code="1"><Name>内科</Name></Row></List></R>'
    )
    for cdata in (True, False):
        assert his(Script(told(inner, cdata=cdata))).departments() == (Department("1", "内科"),)


HL7_DIALECT = r"""
url = "http://his.invalid/esb"
escape = "hl7"
envelope = "<InvokeMethod><Input>{payload:cdata}</Input></InvokeMethod>"
unwrap = ["xml:/InvokeMethodResponse/Result"]
reply = "hl7"
code = "MSA-1"
codes = { AA = "ok", AE = "other" }
rules = [{ at = "QAK-2", is = ["NF"], means = "empty" }]

[conventions]
sexes = { 1 = "M" }

[operations.find_patients]
template = '''
MSH|^~\&|US|||||{request_id}||QBP^ZP7
QPD|ZP7||{patient_name}|{id_number}'''
rows = "PID"
fields = { mrn = "PID-3.1", patient_name = "PID-5.1", sex = "PID-8" }
"""


def test_hl7_in_cdata_is_split_again_where_its_segment_ends_were_lost() -> None:
    lost = (
        "MSH|^~\\&|HIS||||||ZCK^ZP1|1||||||||UNICODEMSA|AA|1PID|1||100001^^^HIS||王弢|||1PID|2||100002^^^HIS||王弢|||1"
    )
    for ends in (lost, lost.replace("MSA|", "\nMSA|").replace("PID|", "\nPID|")):
        reply = f"<InvokeMethodResponse><Result><![CDATA[{ends}]]></Result></InvokeMethodResponse>"
        network = Script(raw(reply.encode()))
        found = his(network, HL7_DIALECT).find_patients(_identity())
        assert [record.first("MRN") for record in found] == ["100001", "100002"]
        assert found[0].name == "王弢"
        assert "\rQPD|ZP7||王弢|" in network.sent[0].body.decode()
    refused = "<InvokeMethodResponse><Result>MSH|^~\\&amp;|HISMSA|AE|1</Result></InvokeMethodResponse>"
    with pytest.raises(Refused):
        his(Script(raw(refused.encode())), HL7_DIALECT).find_patients(_identity())


def test_two_quotes_in_hl7_are_nothing_and_no_name() -> None:
    message = 'MSH|^~\\&|HIS||||||ZCK^ZP1|1||||||||UNICODE\rMSA|AA|1\rPID|1||100001||""|||1'
    reply = f"<InvokeMethodResponse><Result>{message}</Result></InvokeMethodResponse>".replace("\\&", "\\&amp;")
    (found,) = his(Script(raw(reply.encode())), HL7_DIALECT).find_patients(_identity())
    assert (found.first("MRN"), found.name) == ("100001", "")


def _identity() -> VerifiedIdentity:
    return VerifiedIdentity("王弢", "CN_ID", "1", date(1985, 3, 12), Sex.MALE)
