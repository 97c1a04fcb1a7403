"""A hospital's system as a test steers it, and the same as the bridge asks it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import OutsideError
from adapters.values import Booking, BookingRequest, Department, Fen, Slot
from hospital_bridge.clock import Clock
from hospital_bridge.pace.paced import Name, Paced
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.settings.pace import MaintenanceWindow, PaceSettings
from hospital_bridge.settings.pace_schema import PaceSchema
from tests.steered import FakeClock

ZONE = ZoneInfo("Asia/Shanghai")


class Hospital:
    """Counts what it is asked; `fails_with` is what it says instead of an answer, `takes` how long it thinks."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.fails_with: OutsideError | None = None
        self.takes = timedelta(0)
        self.places = 3
        self.asked: list[str] = []

    def departments(self) -> Sequence[Department]:
        self._think("departments")
        return (Department("0101", "心血管内科"),)

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        self._think("slots")
        starts_at = datetime(day.year, day.month, day.day, 23, 30, tzinfo=ZONE)
        ends_at = starts_at + timedelta(minutes=20)
        slot_id = f"{practitioner_code}-{day}"
        return (Slot(slot_id, department_code, practitioner_code, starts_at, ends_at, self.places, Fen(5_000)),)

    def book(self, request: BookingRequest) -> Booking:
        self._think("book")
        self.places -= 1
        return Booking(request.placer_id, "A1")

    def find_booking(self, placer_id: str) -> Booking | None:
        self._think("find_booking")
        return Booking(placer_id, "A1")

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[Any]:
        return (raw, charset)

    def _think(self, what: str) -> None:
        self.asked.append(what)
        self.clock.advance(self.takes)
        if self.fails_with is not None:
            raise self.fails_with


def pace(**written: Any) -> PaceSettings:
    """The settings, as hospital IT would write them."""
    settings: PaceSettings = PaceSchema().load(written)["pace"]
    return settings


def paced(
    hospital: Any, clock: Clock, settings: PaceSettings | None = None, windows: Sequence[MaintenanceWindow] = ()
) -> Paced:
    settings = settings or pace()
    return Paced(Name("h1", "his"), hospital, settings, Maintenance(windows or settings.maintenance, ZONE), clock)
