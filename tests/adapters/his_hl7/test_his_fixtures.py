"""One example of every message: what we send is what the fixture holds, what comes back reads as it expects."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from adapters.errors import OutsideError
from adapters.his_hl7.client import Hl7Client
from adapters.his_hl7.his import Hl7His
from adapters.his_hl7.mapping.directory import read_prices
from adapters.hl7.build import GB18030, UTF_8
from adapters.hl7.conformance import Severity, check
from adapters.hl7.message import Message
from adapters.values import (
    Booking,
    BookingRequest,
    EntryKind,
    Fen,
    Identifier,
    PatientRecord,
    Posting,
    Slot,
)
from hospital_bridge.clock import uuid7
from hospital_bridge.sandbox import people
from tests.adapters.his_hl7.conftest import MONDAY_MORNING, TUESDAY, demo_settings, identity
from tests.adapters.his_hl7.news_fixtures import NEWS

FOLDER = Path(__file__).parents[3] / "fixtures" / "his_hl7"
LOCAL_BY_NATURE = {
    "MSH-9.2": "a trigger of the hospital's own",
    "PID-3.5": "an identifier type of China, which hl7apy's table 0203 lacks",
    "QPD-1.3": "the coding system of table 0471, as the standard writes it",
}
"""Where hl7apy warns of a value that it does not know and the standard leaves it to the site."""

WANG_TAO = PatientRecord(
    identifiers=(Identifier("MRN", "100001"), Identifier("CN_ID", people.WANG_TAO.id_number)),
    name=people.WANG_TAO.name,
    birth_date=people.WANG_TAO.birth_date,
    sex=people.WANG_TAO.sex,
)
SLOT = Slot(
    slot_id="D01011-202611240800",
    department_code="0101",
    practitioner_code="D01011",
    starts_at=datetime.fromisoformat("2026-11-24T08:00:00+08:00"),
    ends_at=datetime.fromisoformat("2026-11-24T08:30:00+08:00"),
    remaining=3,
    fee_fen=Fen(12_000),
)
PLACER_ID = "019abcde000070008000000000000001"
BOOKING = Booking(PLACER_ID, "A00000001")
PAYMENT = Posting(
    serial="019abcde000070008000000000000002",
    kind=EntryKind.PAYMENT,
    amount_fen=Fen(12_000),
    patient=WANG_TAO,
    filler_id="A00000001",
    merchant_order_no="019abcde000070008000000000000003",
    provider_trade_no="2026112322001400000000000001",
    occurred_at=MONDAY_MORNING,
)
REFUND = dataclasses.replace(PAYMENT, serial="019abcde000070008000000000000004", kind=EntryKind.REFUND)


@dataclass(frozen=True)
class Scene:
    """A call of a port, the messages that it sends and the answers that it gets, in turn."""

    call: Callable[[Hl7His], object]
    sent: tuple[str, ...]
    answers: tuple[str, ...]
    charset: str = UTF_8


SCENES = (
    Scene(lambda his: his.departments(), ("mfq_m05__departments",), ("mfr_m05__departments",)),
    Scene(lambda his: his.practitioners("0101"), ("mfq_m02__practitioners",), ("mfr_m02__practitioners",)),
    Scene(
        lambda his: his.slots("0101", "D01011", TUESDAY),
        ("sqm_s25__open_slots", "mfq_m04__prices"),
        ("sqr_s25__open_slots", "mfr_m04__prices"),
    ),
    Scene(
        lambda his: his.find_patients(identity(people.LI_QI)),
        ("qbp_q22__by_id_number",),
        ("rsp_k22__two_record_numbers",),
    ),
    Scene(
        lambda his: his.find_patients(identity(people.WANG_TAO)),
        ("qbp_q22__gb18030",),
        ("rsp_k22__gb18030_name_with_delimiter_byte",),
        GB18030,
    ),
    Scene(lambda his: his.find_patients(identity(people.WU_TONG)), ("qbp_q22__nobody_known",), ("rsp_k22__not_found",)),
    Scene(
        lambda his: his.register_patient(identity(people.WU_TONG)), ("adt_a28__new_patient",), ("ack_a28__accepted",)
    ),
    Scene(lambda his: his.book(BookingRequest(PLACER_ID, SLOT, WANG_TAO)), ("srm_s01__booking",), ("srr_s01__booked",)),
    Scene(
        lambda his: his.book(BookingRequest(PLACER_ID, SLOT, WANG_TAO)),
        ("srm_s01__full_slot",),
        ("srr_s01__slot_taken",),
    ),
    Scene(lambda his: his.find_booking(PLACER_ID), ("sqm_s25__by_our_number",), ("sqr_s25__booked",)),
    Scene(lambda his: his.post(PAYMENT), ("dft_p03__payment",), ("ack_p03__receipt",)),
    Scene(lambda his: his.post(REFUND), ("dft_p03__refund",), ("ack_p03__internal_error",)),
    Scene(
        lambda his: his.find_posting(PAYMENT.serial, date(2026, 11, 23)), ("qbp_zq1__by_serial",), ("rsp_zq1__found",)
    ),
    Scene(lambda his: his.postings(date(2026, 11, 23)), ("qbp_zq2__day",), ("rsp_zq2__payment_and_refund",)),
    Scene(lambda his: his.cancel(BOOKING), ("srm_s04__cancellation",), ("srr_s04__cancelled",)),
    Scene(
        lambda his: his.cancel(BOOKING),
        ("srm_s04__repeated", "sqm_s25__after_a_refusal"),
        ("srr_s04__already_cancelled", "sqr_s25__cancelled"),
    ),
)


class Playback:
    """A link that keeps what is sent and answers from the fixtures."""

    def __init__(self, answers: tuple[str, ...]) -> None:
        self.sent: list[bytes] = []
        self._answers = iter(answers)

    def exchange(self, raw: bytes) -> bytes:
        self.sent.append(raw)
        return fixture(next(self._answers))

    def close(self) -> None:
        """Nothing is open."""


def fixture(name: str) -> bytes:
    return (FOLDER / f"{name}.hl7").read_bytes()


def expected(name: str) -> dict[str, object]:
    read: dict[str, object] = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    return read


def adapter_of(scene: Scene, link: Playback) -> Hl7His:
    settings = demo_settings(charset=scene.charset)
    numbers: Iterator[int] = iter(range(SCENES.index(scene) * 10, 1_000_000))
    return Hl7His(
        Hl7Client(link, settings, lambda: MONDAY_MORNING, lambda: uuid7(MONDAY_MORNING, next(numbers))), settings
    )


def outcome(scene: Scene, link: Playback) -> dict[str, object]:
    try:
        result = scene.call(adapter_of(scene, link))
    except OutsideError as error:
        return {"outcome": type(error).__name__, "native_code": error.native_code}
    return {"result": plain(result)}


def plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def scene_name(scene: Scene) -> str:
    return scene.answers[0]


@pytest.mark.parametrize("scene", SCENES, ids=scene_name)
def test_what_is_sent_is_the_fixture_byte_for_byte(scene: Scene) -> None:
    link = Playback(scene.answers)
    outcome(scene, link)
    assert link.sent == [fixture(name) for name in scene.sent]


@pytest.mark.parametrize("scene", SCENES, ids=scene_name)
def test_the_answer_reads_as_expected(scene: Scene) -> None:
    assert outcome(scene, Playback(scene.answers)) == expected(scene.answers[0])


def test_the_price_list_reads_as_expected() -> None:
    prices = read_prices(Message.parse(fixture("mfr_m04__prices")))
    assert {"prices_fen": dict(prices)} == expected("mfr_m04__prices")


@pytest.mark.parametrize("name", sorted({name for scene in SCENES for name in scene.sent}))
def test_every_message_that_we_send_keeps_the_standard(name: str) -> None:
    findings = [finding for finding in check(fixture(name)) if finding.place not in LOCAL_BY_NATURE]
    assert findings == []
    assert Severity.ERROR not in {finding.severity for finding in check(fixture(name))}


@pytest.mark.parametrize("name", sorted({name for scene in SCENES for name in scene.sent}))
def test_every_message_that_we_send_says_what_its_note_says(name: str) -> None:
    message, notes = Message.parse(fixture(name)), expected(name)
    assert notes
    assert {address: message[address] for address in notes} == notes


def test_no_fixture_stands_outside_the_scenes() -> None:
    used = {name for scene in SCENES for name in (*scene.sent, *scene.answers)} | set(NEWS)
    assert {path.stem for path in FOLDER.glob("*.hl7")} == used
    noted = {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")}
    assert noted == used


def test_every_segment_ends_with_a_carriage_return() -> None:
    for path in FOLDER.glob("*.hl7"):
        raw = path.read_bytes()
        assert raw.endswith(b"\r"), path.name
        assert b"\n" not in raw, path.name
