"""Every answer of a FHIR server is one of the five outcomes, by table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused, Untrusted
from adapters.http import Response
from adapters.values import EntryKind, Fen, PatientRecord, Posting, Sex
from tests.adapters.his_fhir.scripted import his_at, outcome, page, told

DAY = date(2026, 11, 24)
POSTING = Posting(
    "S1", EntryKind.PAYMENT, Fen(1230), PatientRecord((), "王弢", None, Sex.MALE), "A1", "O1", "T1",
    datetime(2026, 11, 24, 1, tzinfo=UTC), "B1",
)  # fmt: skip
NOTICE: Mapping[str, Any] = {
    "resourceType": "PaymentNotice",
    "id": "N1",
    "identifier": [{"system": "urn:hospital-bridge:posting", "value": "S1"}],
    "status": "active",
    "request": {"reference": "Invoice/B1"},
    "created": "2026-11-24T09:00:00+08:00",
    "amount": {"value": 12.3, "currency": "CNY"},
    "paymentStatus": {"coding": [{"code": "paid"}]},
}
LATER = timedelta(seconds=30)
SAID = {"X7": "already_paid", "BUSY": "busy", "HALF": "unknown"}

REFUSED = [
    (told(400, outcome("invalid")), Reason.OTHER, "invalid"),
    (told(401, outcome("login")), Reason.CREDENTIALS, "login"),
    (told(403), Reason.NOT_ALLOWED, ""),
    (told(404, outcome("not-supported")), Reason.NOT_ALLOWED, "not-supported"),
    (told(409, outcome("conflict")), Reason.CONFLICTING_CONTENT, "conflict"),
    (told(412, outcome("multiple-matches")), Reason.CONFLICTING_CONTENT, "multiple-matches"),
    (told(412, b"<html>"), Reason.CONFLICTING_CONTENT, ""),
    (told(422, outcome("business-rule", "X7")), Reason.ALREADY_PAID, "X7"),
    (told(422, outcome("business-rule", "X8")), Reason.OTHER, "X8"),
    (told(422, outcome("business-rule", "王弢")), Reason.OTHER, "business-rule"),
    (told(500, outcome("exception", "X7")), Reason.ALREADY_PAID, "X7"),
    (told(501), Reason.NOT_ALLOWED, ""),
]
NOT_DONE = [
    (told(429, retry_after="7"), timedelta(seconds=7)),
    (told(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), LATER),
    (told(503, retry_after="120"), timedelta(minutes=2)),
    (told(409, outcome("lock-error")), LATER),
    (told(422, outcome("processing", "BUSY")), LATER),
    (told(404, b"<html>no such application</html>"), LATER),
    (told(405), LATER),
    (told(410), LATER),
    (NotDone("no connection"), None),
]
UNKNOWN = [
    told(500, outcome("exception")),
    told(502, b"<html>bad gateway</html>"),
    told(503),
    told(504),
    told(408),
    told(302, location="https://elsewhere.example/"),
    told(202),
    told(422, outcome("processing", "HALF")),
    told(201),
    told(201, b'{"resourceType": "PaymentNotice", "id": '),
    told(201, b"<html>ok</html>"),
    told(200, {"resourceType": "Patient", "id": "1"}),
    told(201, {**NOTICE, "amount": {"value": 12.3, "currency": "USD"}}),
    told(201, {**NOTICE, "identifier": []}),
    told(201, {**NOTICE, "status": "draft"}),
    told(200, {**NOTICE, "status": "draft"}),
    OutcomeUnknown("the call was cut off"),
    Malformed("answer is longer than 10 bytes"),
]


@pytest.mark.parametrize(("answer", "reason", "code"), REFUSED)
def test_a_no_is_firm_and_keeps_its_reason(answer: Response, reason: Reason, code: str) -> None:
    his, _ = his_at(answer, codes=SAID)
    for ask in (lambda: his.post(POSTING), lambda: his.postings(DAY)):
        with pytest.raises(Refused) as refusal:
            ask()
        assert (refusal.value.reason, refusal.value.native_code) == (reason, code)


@pytest.mark.parametrize(("answer", "pause"), NOT_DONE)
def test_a_busy_server_has_done_nothing(answer: Response, pause: timedelta | None) -> None:
    his, _ = his_at(answer, codes=SAID)
    for ask in (lambda: his.post(POSTING), lambda: his.postings(DAY)):
        with pytest.raises(NotDone) as busy:
            ask()
        assert busy.value.retry_after == pause


@pytest.mark.parametrize("answer", UNKNOWN)
def test_whatever_else_follows_a_change_leaves_it_unknown_and_a_question_unasked(
    answer: Response | OutsideError,
) -> None:
    his, server = his_at(answer, codes=SAID)
    with pytest.raises(OutcomeUnknown):
        his.post(POSTING)
    assert server.asked[0].method == "POST"
    with pytest.raises((NotDone, Malformed)):
        his.postings(DAY)


def test_a_certificate_that_is_not_trusted_stays_so() -> None:
    his, _ = his_at(Untrusted("the server's certificate was not accepted"))
    with pytest.raises(Untrusted):
        his.postings(DAY)


def test_what_was_made_without_a_word_is_read_where_it_stands() -> None:
    his, server = his_at(told(201, location="https://his.example/fhir/PaymentNotice/N1/_history/1"), told(200, NOTICE))
    assert his.post(POSTING).receipt_no == "N1"
    assert server.asked[1].url == "https://his.example/fhir/PaymentNotice/N1"


def test_a_serial_that_stood_already_is_the_same_posting_or_refused() -> None:
    his, _ = his_at(told(200, NOTICE))
    assert his.post(POSTING).amount_fen == 1230
    for other in (
        replace(POSTING, amount_fen=Fen(1231)),
        replace(POSTING, kind=EntryKind.REFUND),
        replace(POSTING, bill_no="B2"),
    ):
        with pytest.raises(Refused) as refusal:
            his.post(other)
        assert refusal.value.reason is Reason.CONFLICTING_CONTENT


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_posting_that_was_taken_out_again_is_no_receipt(status: str) -> None:
    his, _ = his_at(told(200, {**NOTICE, "status": status}))
    with pytest.raises(Refused) as refusal:
        his.post(POSTING)
    assert (refusal.value.reason, refusal.value.native_code) == (Reason.CLOSED, status)


def test_several_notices_under_one_serial_are_one_posting_of_their_sum() -> None:
    his, _ = his_at(told(200, page(NOTICE, {**NOTICE, "id": "N2", "amount": {"value": 7.7, "currency": "CNY"}})))
    found = his.find_posting("S1", DAY)
    assert found is not None
    assert (found.amount_fen, found.receipt_no) == (2000, "N1")


HALF_A_LIST = [
    page(NOTICE, total=2),
    page({**NOTICE, "resourceType": "PaymentNotice", "amount": {"value": "12,30"}}),
    {**page(NOTICE), "resourceType": "Parameters"},
    page(NOTICE, outcome("timeout")),
    {**page(NOTICE), "entry": [{"resource": NOTICE}, {"fullUrl": "urn:uuid:1"}]},
    page(NOTICE, link=[{"relation": "next", "url": "https://elsewhere.example/fhir?page=2"}]),
    page(NOTICE, link=[{"relation": "next", "url": "http://his.example/fhir?page=2"}]),
    page(NOTICE, link=[{"relation": "next", "url": "https://his.example/other/../../x?page=2"}]),
    page(NOTICE, link=[{"relation": "next", "url": "https://his.example:8443/fhir?page=2"}]),
    page(NOTICE, link=[{"relation": "next", "url": "//[x/fhir"}]),
]


@pytest.mark.parametrize("answer", HALF_A_LIST)
def test_a_part_of_a_list_is_never_the_whole_and_no_link_leads_away(answer: dict[str, Any]) -> None:
    his, server = his_at(told(200, answer))
    with pytest.raises(Malformed):
        his.postings(DAY)
    assert {request.url.partition("?")[0] for request in server.asked} == {"https://his.example/fhir/PaymentNotice"}


@pytest.mark.parametrize("link", ["?_getpages=1", "/fhir?_getpages=1", "https://his.example/fhir?_getpages=1"])
def test_a_next_page_on_the_server_is_followed_to_the_end(link: str) -> None:
    second = {**NOTICE, "id": "N2", "identifier": [{"system": "urn:hospital-bridge:posting", "value": "S2"}]}
    first = page(NOTICE, total=2, link=[{"relation": "next", "url": link}])
    his, server = his_at(told(200, first), told(200, page(second)))
    assert [entry.serial for entry in his.postings(DAY)] == ["S1", "S2"]
    assert server.asked[1].url.startswith("https://his.example/fhir")
    assert server.asked[1].url.endswith("?_getpages=1")


def test_pages_that_do_not_end_are_given_up() -> None:
    his, _ = his_at(told(200, page(NOTICE, link=[{"relation": "next", "url": "?p=1"}])))
    with pytest.raises(Malformed, match="do not end"):
        his.postings(DAY)
