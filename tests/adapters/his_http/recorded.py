"""The dialect of `fixtures/his_http/kangtai`: what is asked of it, and a server that speaks only its recordings."""

from __future__ import annotations

import dataclasses
import json
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from adapters import registry
from adapters.errors import OutsideError, Refused
from adapters.http import UrllibTransport
from adapters.manifest import AdapterContext
from adapters.values import (
    Booking,
    BookingRequest,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    Sex,
    Slot,
    VerifiedIdentity,
)
from hospital_bridge.sandbox import people
from tests.adapters.his_http.dialect import NOW
from tests.architecture.tree import ROOT

FOLDER = ROOT / "fixtures" / "his_http" / "kangtai"
RECORDED = FOLDER / "recorded"
SECRETS = {"user": "alipay", "key": "7c9f1d", "lis_key": "lis-3b2a"}

MONDAY = date(2026, 11, 23)
WANG_TAO = VerifiedIdentity("王弢", "CN_ID", people.WANG_TAO.id_number, date(1985, 3, 12), Sex.MALE, "13800000001")
NEWCOMER = VerifiedIdentity("欧阳玘", "PASSPORT", "XDA123456", date(1990, 1, 2), Sex.FEMALE, "13800000002")
RECORD = PatientRecord((Identifier("MRN", "0000100001"), Identifier("CN_ID", "1")), "王弢", None, Sex.MALE)
SLOT = Slot("PB1123001|0830", "1001", "2031", NOW, NOW, 1, Fen(5_000))
REQUEST = BookingRequest("P0000001", SLOT, RECORD)
PAID = Posting("S1", EntryKind.PAYMENT, Fen(5_000), RECORD, "GH26112300017", "O1", "2026112322001", NOW)
BILL = dataclasses.replace(PAID, serial="S2", amount_fen=Fen(2_700), bill_no="JF260001")
BACK = dataclasses.replace(PAID, serial="S3", kind=EntryKind.REFUND)

Ask = Callable[[Any], Any]

PLAYS: Mapping[str, Ask] = {
    "departments__open_ones": lambda his: his.departments(),
    "practitioners__of_one_department": lambda his: his.practitioners("1001"),
    "find_patients__one_record": lambda his: his.find_patients(WANG_TAO),
    "find_patients__nobody": lambda his: his.find_patients(NEWCOMER),
    "register_patient__new": lambda his: his.register_patient(NEWCOMER),
    "register_patient__known": lambda his: his.register_patient(WANG_TAO),
    "slots__by_periods": lambda his: his.slots("1001", "2031", MONDAY),
    "book__taken": lambda his: his.book(REQUEST),
    "book__full": lambda his: his.book(dataclasses.replace(REQUEST, placer_id="P0000002")),
    "book__half_an_answer": lambda his: his.book(dataclasses.replace(REQUEST, placer_id="P0000003")),
    "find_booking__live": lambda his: his.find_booking("P0000001"),
    "find_booking__over": lambda his: his.find_booking("P0000004"),
    "find_booking__none": lambda his: his.find_booking("P0000002"),
    "cancel__given_back": lambda his: his.cancel(Booking("P0000001", "GH26112300017")),
    "cancel__again": lambda his: his.cancel(Booking("P0000004", "GH26112300018")),
    "post__registration": lambda his: his.post(PAID),
    "post__bill": lambda his: his.post(BILL),
    "post__refund": lambda his: his.post(BACK),
    "post__still_under_way": lambda his: his.post(dataclasses.replace(BILL, serial="S4")),
    "post__busy": lambda his: his.post(dataclasses.replace(BILL, serial="S5")),
    "post__wrong_amount": lambda his: his.post(dataclasses.replace(BILL, serial="S6", amount_fen=Fen(1))),
    "find_posting__found": lambda his: his.find_posting("S3", MONDAY),
    "find_posting__none": lambda his: his.find_posting("S4", MONDAY),
    "postings__of_a_day": lambda his: his.postings(MONDAY),
    "visits__by_department": lambda his: fetched(his, "visits"),
    "bills__with_items": lambda his: fetched(his, "bills"),
    "reports__row_by_row": lambda his: fetched(his, "reports"),
}
"""What is asked, by the name of its recordings: `NAME.request` and `NAME.reply`, numbered where there are several."""


def fetched(his: Any, feed: str) -> list[Any]:
    page = his.fetch(feed, "")
    return [[item.id, item.version, item.subject, *his.read_news(item.raw, None)] for item in page.items]


def described(address: str) -> dict[str, Any]:
    """The dialect's TOML as it is loaded, its services at that address."""
    text = (FOLDER / "his.toml").read_text(encoding="utf-8").replace("http://127.0.0.1:0", address)
    table = {**tomllib.loads(text), "secrets": SECRETS}
    settings: dict[str, Any] = registry.manifest("http-xml").settings_schema().load(table)
    return settings


def adapter(settings: Mapping[str, Any], transport: Any = None) -> Any:
    context = AdapterContext(lambda: NOW, UrllibTransport(), lambda: "0" * 31 + "1")
    if transport is not None:
        context = dataclasses.replace(context, open_transport=lambda *_, **__: transport)
    return registry.build(registry.manifest("http-xml"), settings, context)


def outcome(ask: Ask, his: Any) -> Any:
    """What is answered, as JSON has it."""
    try:
        return plain(ask(his))
    except Refused as no:
        return {"outcome": "Refused", "reason": str(no.reason), "native_code": no.native_code}
    except OutsideError as error:
        return {"outcome": type(error).__name__, "text": error.text}


def plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return f"{len(value)} bytes"
        case tuple() | list():
            return [plain(each) for each in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            whole = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {
                "": type(value).__name__,
                **{key: each for key, each in whole.items() if each not in ("", [], None)},
            }
        case _:
            return value


def recordings() -> Mapping[bytes, bytes]:
    """Every recorded request (of a GET its target) and its reply."""
    return {
        file.read_bytes(): file.with_name(file.name.replace(".request.", ".reply.")).read_bytes()
        for file in sorted(RECORDED.glob("*.request.*"))
    }


def expected(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.expected.json").read_text(encoding="utf-8"))


@contextmanager
def spoken() -> Iterator[str]:
    """The address of a server that answers what was recorded, and 500 to all else."""

    class Handler(BaseHTTPRequestHandler):
        known: ClassVar[Mapping[bytes, bytes]] = recordings()

        def do_GET(self) -> None:
            self._answer(self.path.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.headers["SOAPAction"] == '"http://tempuri.org/HisTrans"' and self.path.endswith(".asmx")
            self._answer(body if right else b"")

        def _answer(self, asked: bytes) -> None:
            reply = self.known.get(asked, b"")
            self.send_response(200 if reply else 500)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
