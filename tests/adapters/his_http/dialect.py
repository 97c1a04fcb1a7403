"""A small dialect in one place, and a network that answers from a script."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from marshmallow import ValidationError

from adapters.errors import OutsideError
from adapters.his_http.adapter import HttpHis
from adapters.his_http.client import HttpHisClient
from adapters.his_http.schema import HttpHisSchema, settings_from
from adapters.http import Request, Response

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

DIALECT = """
url = "http://his.invalid/service"
charset = "GB18030"
envelope = "<Call><Arg>{payload}</Arg></Call>"
unwrap = ["xml:/Reply/Result"]
code = "/R/Code"
codes = { 0 = "ok", 1 = "empty", 7 = "slot_taken", 8 = "busy" }
rules = [{ at = "/R/Text", has = ["已约满"], means = "slot_taken" }]
otherwise = "unknown"

[secrets]
password = "s3cret-password"

[conventions]
sexes = { 1 = "M", 2 = "F" }
entry_kinds = { 1 = "payment", 2 = "refund" }
booking_states = { 0 = "live", 9 = "over" }
id_types = { CN_ID = ["01"] }
bill_states = { 0 = "wanted", 1 = "withdrawn" }

[operations.departments]
template = "<Q><Op>1</Op><Key>{password}</Key></Q>"
rows = "/R/List/Row"
fields = { code = "@code", name = "Name", place = "Place" }

[operations.slots]
template = "<Q><Op>2</Op><Doctor>{practitioner_code}</Doctor><Day>{day}</Day></Q>"
rows = "/R/List/Row"
fields = { slot_id = ["Id", "No"], starts_at = "Begin", ends_at = "End", level = "Level" }
complete = ["quota", "fee"]

[lookups.quota]
template = "<Q><Op>3</Op><Id>{slot_id.1}</Id></Q>"
fields = { capacity = "/R/Total", taken = "/R/Used" }

[lookups.fee]
template = "<Q><Op>4</Op><Level>{level}</Level></Q>"
rows = "/R/List/Row"
fields = { level = "Level", fee = "Fee" }

[operations.book]
template = '''
<Q op="5" name="{patient_name}"><No>{placer_id}</No><Slot>{slot_id.2}</Slot><Note>{patient_name:cdata}</Note></Q>'''
fields = { filler_id = "/R/Id" }

[operations.find_booking]
template = "<Q><Op>6</Op><No>{placer_id}</No></Q>"
rows = "/R/List/Row"
fields = { filler_id = "Id", placer_id = "No", booking_state = "State" }

[operations.cancel]
template = "<Q><Op>7</Op><No>{placer_id}</No></Q>"

[operations.post]
template = "<Q><Op>8</Op><Serial>{serial}</Serial><Fee>{signed_amount}</Fee></Q>"
fields = { receipt_no = "/R/Receipt", amount = "/R/Fee" }

[operations.postings]
template = "<Q><Op>9</Op><Day>{day}</Day></Q>"
rows = "/R/List/Row"
fields = { serial = "Serial", entry_kind = "Kind", amount = "Fee", receipt_no = "Receipt", occurred_at = "At" }

[feeds.bills]
kind = "bill"
template = "<Q><Op>10</Op><Since>{since}</Since></Q>"
rows = "/R/List/Bill"
id = "@no"
version = "@changed"
items = "Item"
item_fields = { item_name = "@name", item_amount = "@fee" }
[feeds.bills.fields]
bill_no = "@no"
mrn = "../@mrn"
patient_name = "Name"
bill_state = "@state"
issued_at = "@changed"
"""


class Script:
    """A network that answers one request after another and keeps what it was sent."""

    def __init__(self, *answers: Response | OutsideError) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, OutsideError):
            raise answer
        return answer

    @property
    def asked(self) -> list[str]:
        return [request.body.decode("gb18030") for request in self.sent]


def loaded(text: str = DIALECT, **changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = HttpHisSchema().load({**tomllib.loads(text), **changed})
    return made


def messages(text: str) -> dict[str, Any]:
    """What is refused of a description."""
    try:
        loaded(text)
    except ValidationError as refused:
        found: dict[str, Any] = refused.messages_dict
        return found
    raise AssertionError("the description was accepted")


def his(network: Script, text: str = DIALECT, **changed: Any) -> HttpHis:
    settings = settings_from(loaded(text, **changed))
    return HttpHis(HttpHisClient(network, settings, lambda: NOW, lambda: "0" * 32), settings, lambda: NOW)


def told(inner: str, *, status: int = 200, charset: str = "gb18030", cdata: bool = False) -> Response:
    """A reply with its document wrapped as text."""
    wrapped = f"<![CDATA[{inner}]]>" if cdata else escape(inner)
    body = f"<Reply><Result>{wrapped}</Result></Reply>".encode(charset)
    return Response(status, {"content-type": "text/xml; charset=GBK"}, body)


def ok(*rows: str, more: str = "") -> Response:
    return told(f"<R><Code>0</Code>{more}<List>{''.join(rows)}</List></R>")


def said(code: str, text: str = "") -> Response:
    return told(f"<R><Code>{code}</Code><Text>{text}</Text></R>")


def raw(body: bytes, status: int = 200, content_type: str = "text/xml") -> Response:
    return Response(status, {"content-type": content_type}, body)
