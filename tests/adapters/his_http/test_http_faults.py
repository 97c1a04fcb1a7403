"""Answers that are no data: SOAP faults, error pages, no content, packed bytes. Each is the outcome that it must be."""

from __future__ import annotations

import gzip

import pytest

from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from adapters.http import Response
from adapters.values import Booking
from tests.adapters.his_http.dialect import DIALECT, Script, his, loaded, messages, ok, raw
from tests.adapters.his_http.test_http_replies import POSTING

SOAP = DIALECT.replace('"xml:/Reply/Result"', '"xml:/Envelope/Body/Answer"').replace(
    "rules = [",
    """statuses = { 500 = "read", 204 = "empty" }
rules = [
  { at = "/Envelope/Body/Fault/faultcode", has = ["Client"], means = "not_allowed" },
  { at = "/Envelope/Body/Fault/faultcode", has = ["Busy"], means = "busy" },""",
)
BOOKING = Booking("P1", "A1")


def fault(code: str, status: int) -> Response:
    body = f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>张三</faultstring></s:Fault>"
    envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
    return raw(envelope.encode("gb18030"), status)


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    ("code", "asking", "changing"),
    [
        ("Client", Refused, Refused),
        ("Busy", NotDone, NotDone),
        ("Server", (NotDone, Malformed), OutcomeUnknown),
    ],
)
def test_a_soap_fault_is_what_a_rule_says_and_else_unknown(
    code: str, status: int, asking: type[OutsideError], changing: type[OutsideError]
) -> None:
    with pytest.raises(asking):
        his(Script(fault(code, status)), SOAP).departments()
    with pytest.raises(changing) as told:
        his(Script(fault(code, status)), SOAP).post(POSTING)
    assert "张三" not in told.value.text
    if isinstance(told.value, Refused):
        assert told.value.reason is Reason.NOT_ALLOWED


PAGE = b"<!DOCTYPE html><html><head><title>Login</title></head><body>OK</body></html>"
NO_ANSWERS = {
    "a login page with status 200": raw(PAGE, content_type="text/html"),
    "a page that is whole XML": raw(b"<html><body><p>OK</p></body></html>", content_type="text/html"),
    "no content that nobody declared": raw(b"", 204),
    "an empty answer": raw(b""),
    "a redirect": raw(b"", 302),
    "a packed answer that was not asked for": raw(gzip.compress(ok().body)),
    "a packed bomb": raw(gzip.compress(b"<R>" + b" " * 4_000_000 + b"</R>")),
    "two documents": raw(ok().body * 2),
    "one attribute twice": raw(b'<Reply a="1" a="2"><Result/></Reply>'),
    "an answer behind a warning": raw(b"Warning: mysql\n" + ok().body),
}


@pytest.mark.parametrize("reply", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_never_a_yes_nor_a_firm_no(reply: Response) -> None:
    with pytest.raises((Malformed, NotDone)):
        his(Script(reply)).find_booking("P1")
    with pytest.raises(OutcomeUnknown):
        his(Script(reply)).cancel(BOOKING)


def test_no_content_is_a_yes_without_an_answer_where_the_settings_say_so() -> None:
    his(Script(raw(b"", 204)), SOAP).cancel(BOOKING)
    assert his(Script(raw(b"", 204)), SOAP).find_booking("P1") is None


@pytest.mark.parametrize(
    ("written", "text"),
    [('404 = "empty"', "only 204 may be empty"), ('200 = "empty"', "only 204"), ('20 = "read"', "an HTTP status")],
)
def test_no_other_status_is_a_yes(written: str, text: str) -> None:
    assert text in str(messages(f"statuses = {{ {written} }}\n{DIALECT}"))
    assert loaded(f'statuses = {{ 204 = "empty" }}\n{DIALECT}')
