"""One request of this HIS answered: who asks, what is asked, and what a steered fault makes of it."""

from __future__ import annotations

import re
from functools import partial
from xml.etree.ElementTree import Element, ParseError, fromstring

from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital.doors.http_server import Answered
from hospital_bridge.sandbox.hospital.doors.http_server import Asked as HttpAsked
from hospital_bridge.sandbox.hospital.doors.http_xml import wording
from hospital_bridge.sandbox.hospital.doors.http_xml.lists import ALL, Lists
from hospital_bridge.sandbox.hospital.doors.http_xml.trades import Asked, Trade, Trades
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import Declined

USER = "alipay-bridge"
NAMESPACE = "http://his.demo.example/"

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_REPLY = (
    '<?xml version="1.0" encoding="{charset}"?><soap:Envelope xmlns:soap="{soap}"><soap:Body>'
    '<InvokeResponse xmlns="{namespace}"><InvokeResult>{inner}</InvokeResult></InvokeResponse>'
    "</soap:Body></soap:Envelope>"
)
_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_HEADERS = {"Content-Type": "text/xml"}
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Desk:
    """Answers in `codec`, named `charset` in its declaration; who asks must know the password."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, password: str, codec: str, charset: str) -> None:
        self._hospital = hospital
        self._clock = clock
        self._password = password
        self._codec = codec
        self._charset = charset
        self.lists = Lists(hospital)
        self._trades = {
            **Trades(hospital).by_code,
            **{code: Trade("", partial(self.lists.changed, code)) for code in ALL},
        }

    def answer(self, request: HttpAsked) -> Answered:
        """Answer one SOAP request."""
        try:
            call = self._call(request.body)
            asked = Asked(fromstring(call["Request"]), call["MsgId"])  # noqa: S314 - our own bridge asks
        except (ParseError, UnicodeDecodeError, KeyError):
            return Answered(400)
        trade = self._trades.get(call["TradeCode"])
        if trade is None or (call["User"], call["Password"]) != (USER, self._password):
            return Answered(403)
        self._hospital.heard.append((trade.trigger, asked.message_id))
        fault = self._hospital.faults.take(trade.trigger)
        with self._hospital.lock:
            document = self._answered(trade, asked, fault)
        return self._on_the_wire(document, fault)

    def _call(self, raw: bytes) -> dict[str, str]:
        text = _DECLARATION.sub(b"", raw).decode(self._codec)
        (call,) = fromstring(text).findall(f"./{{{_SOAP}}}Body/{{{NAMESPACE}}}Invoke")  # noqa: S314 - the same
        return {child.tag.rpartition("}")[2]: child.text or "" for child in call}

    def _answered(self, trade: Trade, asked: Asked, fault: Fault | None) -> str | None:
        if fault is not None and not fault.acts:
            return _unmoved(asked, fault)
        kind = fault.kind if fault else None
        extra = fault.extra_fen if fault and kind is FaultKind.WRONG_AMOUNT else 0
        return _acted(trade, Asked(asked.request, asked.message_id, extra), kind)

    def _on_the_wire(self, document: str | None, fault: Fault | None) -> Answered:
        kind = fault.kind if fault else None
        if kind is FaultKind.RESET:
            return Answered(200, reset=True)
        if document is None or kind is FaultKind.NO_REPLY:
            return Answered(200, silent=True)
        inner = document.translate(_ESCAPED)
        text = _REPLY.format(charset=self._charset, soap=_SOAP, namespace=NAMESPACE, inner=inner)
        body = text.encode(self._codec, "xmlcharrefreplace")
        if kind is FaultKind.GARBLED:
            return Answered(200, body[: len(body) // 2] + b"\x00\xff", _HEADERS)
        delay = fault.seconds if fault and kind is FaultKind.LATE else 0.0
        return Answered(200, body, _HEADERS, delay_seconds=delay)


def _acted(trade: Trade, asked: Asked, kind: FaultKind | None) -> str:
    message_id = "SOMEBODY-ELSES" if kind is FaultKind.FOREIGN_ACK else asked.message_id
    try:
        rows: list[Element] = list(trade.handler(asked))
    except Declined as no:
        return wording.response(message_id, wording.FAILED, (), error=no.code, text=no.text)
    if kind is FaultKind.ERROR:
        return wording.response(message_id, wording.CONFUSED, (), text="internal error")
    return wording.response(message_id, wording.DONE if rows else wording.NOTHING, rows)


def _unmoved(asked: Asked, fault: Fault) -> str | None:
    """The answer of a hospital that did not act."""
    match fault.kind:
        case FaultKind.REFUSE:
            return wording.response(asked.message_id, wording.FAILED, (), error=fault.code, text=fault.text)
        case FaultKind.BUSY:
            return wording.response(asked.message_id, wording.BUSY, (), text="busy")
        case FaultKind.ERROR:
            return wording.response(asked.message_id, wording.CONFUSED, (), text="internal error")
        case _:
            return None
