from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.his_hl7.client import Hl7Client
from adapters.his_hl7.his import Hl7His
from adapters.his_hl7.schema import Hl7HisSchema
from adapters.his_hl7.settings import Hl7HisSettings, settings_from
from adapters.hl7.build import UTF_8
from adapters.hl7.sender import MllpClient
from adapters.values import (
    Booking,
    BookingRequest,
    EntryKind,
    Fen,
    PatientRecord,
    Posting,
    Slot,
    VerifiedIdentity,
)
from hospital_bridge.clock import uuid7
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.cashier import Profile
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.server import HospitalServer
from hospital_bridge.sandbox.people import Person

MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


class StandingClock:
    """A clock that stands still; whoever sleeps on it waits until the test lets go."""

    def __init__(self) -> None:
        self.instant = MONDAY_MORNING
        self.released = threading.Event()

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        assert self.released.wait(timeout=60)


class Reception:
    """A simulated hospital on a real socket and the adapter that talks to it."""

    def __init__(self, charset: str, profile: Profile, **changed: object) -> None:
        self.clock = StandingClock()
        self.hospital = SimulatedHospital(self.clock, charset=charset, profile=profile)
        self.server = HospitalServer(self.hospital, self.clock)
        self.server.start()
        self.settings = demo_settings(port=self.server.port, charset=charset, **changed)
        numbers = itertools.count(1)
        self.link = MllpClient(self.settings.host, self.settings.port, reply_timeout=self.settings.reply_timeout)
        client = Hl7Client(self.link, self.settings, self.clock.now, lambda: uuid7(self.clock.now(), next(numbers)))
        self.his = Hl7His(client, self.settings)

    def close(self) -> None:
        self.clock.released.set()
        self.link.close()
        self.server.stop()

    def patient(self, person: Person = people.WANG_TAO) -> PatientRecord:
        return self.his.find_patients(identity(person))[0]

    def slot(self, doctor: str = "D01011") -> Slot:
        return self.his.slots(doctor[1:5], doctor, TUESDAY)[0]

    def request(self, placer_id: str = "P1", doctor: str = "D01011") -> BookingRequest:
        return BookingRequest(placer_id, self.slot(doctor), self.patient())

    def payment(self, booking: Booking, *, serial: str = "S1", amount_fen: int = 12_000) -> Posting:
        return self.posting(booking, serial, EntryKind.PAYMENT, amount_fen)

    def refund(self, booking: Booking, *, serial: str = "S2", amount_fen: int = 12_000) -> Posting:
        return self.posting(booking, serial, EntryKind.REFUND, amount_fen)

    def posting(self, booking: Booking, serial: str, kind: EntryKind, amount_fen: int) -> Posting:
        return Posting(
            serial=serial,
            kind=kind,
            amount_fen=Fen(amount_fen),
            patient=self.patient(),
            filler_id=booking.filler_id,
            merchant_order_no="0190f0c0ffee7000800000000000000a",
            provider_trade_no="2026112322001400000000000001",
            occurred_at=MONDAY_MORNING,
        )


def identity(person: Person) -> VerifiedIdentity:
    return VerifiedIdentity(person.name, "CN_ID", person.id_number, person.birth_date, person.sex, person.phone)


def demo_settings(**changed: object) -> Hl7HisSettings:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 2575,
        "reply_timeout": 10,
        "codes": dict(codes.REASONS),
        "receiving_application": "DEMOHIS",
        "receiving_facility": "DEMOHOSPITAL",
        **changed,
    }
    return settings_from(Hl7HisSchema().load(given))


MakeReception = Callable[..., Reception]


@pytest.fixture
def make_reception() -> Iterator[MakeReception]:
    made: list[Reception] = []

    def make(*, charset: str = UTF_8, profile: Profile | None = None, **changed: object) -> Reception:
        made.append(Reception(charset, profile or Profile(), **changed))
        return made[-1]

    yield make
    for reception in made:
        reception.close()


@pytest.fixture(params=["UNICODE UTF-8", "GB 18030-2000"])
def reception(request: pytest.FixtureRequest, make_reception: MakeReception) -> Reception:
    return make_reception(charset=request.param)


@pytest.fixture
def hasty(make_reception: MakeReception) -> Reception:
    """An adapter that waits three tenths of a second for an answer."""
    return make_reception(reply_timeout=0.3)
