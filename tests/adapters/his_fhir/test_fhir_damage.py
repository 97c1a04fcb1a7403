"""Whatever a server makes of its answers, an answer or one of the five outcomes comes out, and nobody is quoted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import OutsideError
from adapters.his_fhir import manifest
from adapters.his_fhir.his import FhirHis
from adapters.his_fhir.schema import FhirHisSchema
from adapters.http import Request, Response
from adapters.manifest import AdapterContext
from adapters.values import BookingRequest, EntryKind, Fen, PatientRecord, Posting, Slot, VerifiedIdentity
from hospital_bridge.clock import uuid7
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.doors.fhir import names
from hospital_bridge.sandbox.hospital.doors.fhir.door import TOKEN, FhirDoor
from hospital_bridge.sandbox.hospital.doors.http_server import Asked
from hospital_bridge.sandbox.hospital.examinations import GLUCOSE
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOMORROW = date(2026, 11, 24)
JUNK: tuple[Any, ...] = (None, "", "不可读", "-1", "9" * 80, 0, True, [], [[]], {}, {"a": [{}]}, "../../x", "#x", "\n")


class Frozen:
    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class Damaged:
    """The sandbox hospital's server without a wire, each answer of it damaged as the test says."""

    def __init__(self) -> None:
        self.hospital = SimulatedHospital(Frozen())
        self.door = FhirDoor(self.hospital, Frozen(), "127.0.0.1", 80)
        self.damage: Callable[[bytes], bytes] = lambda body: body

    def send(self, request: Request) -> Response:
        where = urlsplit(request.url)
        target = f"{where.path}?{where.query}" if where.query else where.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answered = self.door.endpoint.answer(Asked(request.method, target, headers, request.body))
        told = {name.lower(): value for name, value in answered.headers.items()}
        return Response(answered.status, told, self.damage(answered.body))


SERVER = Damaged()
NUMBERS = itertools.count(1)
HIS = cast(
    "FhirHis",
    manifest.build(
        FhirHisSchema().load(
            {
                "base_url": "http://127.0.0.1:80/fhir",
                "access": {"kind": "bearer", "token": TOKEN},
                "identifiers": {"MRN": [names.MRN]},
                "directory": {"department": "Location"},
                "scheduling": {"places_extension": names.PLACES_LEFT},
            }
        ),
        AdapterContext(lambda: NOW, SERVER, lambda: uuid7(NOW, next(NUMBERS)), open_transport=lambda *_, **__: SERVER),
    ),
)
PERSON = people.WANG_TAO
IDENTITY = VerifiedIdentity(PERSON.name, "CN_ID", PERSON.id_number, PERSON.birth_date, PERSON.sex, PERSON.phone)


@pytest.fixture(scope="module")
def whole() -> tuple[PatientRecord, Slot]:
    """A record and a slot as the undamaged server tells them; some news of each kind are laid down."""
    staff = SERVER.hospital.staff
    for notice in (
        staff.register("100001", "D01011"),
        staff.order("100001", "", "D01011", (GLUCOSE,)),
        staff.preliminary("100001", "", "D01011", GLUCOSE, {"GLU": "7.1"}),
    ):
        SERVER.door.tell(notice, cast("Any", None))
    return HIS.find_patients(IDENTITY)[0], HIS.slots("0101", "D01012", TOMORROW)[0]


def asks(record: PatientRecord, slot: Slot) -> Mapping[str, Callable[[], object]]:
    number = f"N{next(NUMBERS)}"
    posting = Posting(number, EntryKind.PAYMENT, Fen(200), record, "", "O", "T", NOW, "B00000001")
    return {
        "departments": HIS.departments,
        "practitioners": lambda: HIS.practitioners("0101"),
        "patients": lambda: HIS.find_patients(IDENTITY),
        "slots": lambda: HIS.slots("0101", "D01011", TOMORROW),
        "book": lambda: HIS.book(BookingRequest(number, slot, record)),
        "find booking": lambda: HIS.find_booking(number),
        "post": lambda: HIS.post(posting),
        "postings": lambda: HIS.postings(NOW.date()),
        **{f"feed {feed.name}": partial(told, feed.name) for feed in HIS.feeds()},
    }


def told(feed: str) -> None:
    for item in HIS.fetch(feed, "").items:
        with suppress(OutsideError):
            HIS.read_news(item.raw, None)


@settings(deadline=None)
@given(
    name=st.sampled_from(sorted(asks(cast("Any", None), cast("Any", None)))),
    spots=st.lists(st.integers(0, 10_000), min_size=1, max_size=6),
    junk=st.sampled_from(JUNK),
)
def test_a_damaged_answer_is_an_answer_or_one_of_the_five_outcomes(
    whole: tuple[PatientRecord, Slot], name: str, spots: list[int], junk: Any
) -> None:
    turns = itertools.cycle(spots)

    def damage(body: bytes) -> bytes:
        document = json.loads(body)
        everywhere = list(places(document))
        holder, key = everywhere[next(turns) % len(everywhere)]
        holder[key] = junk
        return json.dumps(document).encode()

    SERVER.damage = damage
    try:
        asks(*whole)[name]()
    except OutsideError as fault:
        said = f"{fault.text} {fault.native_code}"
        assert not any(value in said for value in ("不可读", PERSON.name, PERSON.id_number))
    finally:
        SERVER.damage = lambda body: body


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from places(each)
