"""The hospital's books as tables: whatever differs from what was written last is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from adapters.money import yuan_from_fen
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.doors.sql_view.writing import ENTRY_KINDS, ID_TYPES, SEXES, time_of
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import AppointmentStatus

Line = Sequence[object]
"""A row, its key first."""


class Mirror:
    """Writes into one database; whoever calls holds the hospital's lock."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock) -> None:
        self._hospital = hospital
        self._clock = clock
        self._written: dict[str, dict[object, Line]] = {}
        self._day: date | None = None

    def changes(self) -> Mapping[str, Sequence[Line]]:
        """The rows of each table that are not yet there as they are in the books."""
        return {table: changed for table, lines in self._lines().items() if (changed := self._changed(table, lines))}

    def write(self, database: sqlite3.Connection, changes: Mapping[str, Sequence[Line]]) -> None:
        """Put them there; the caller commits."""
        for table, lines in changes.items():
            places = ", ".join("?" * len(lines[0]))
            database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", lines)  # noqa: S608
            self._written.setdefault(table, {}).update((line[0], line) for line in lines)

    def _lines(self) -> Mapping[str, Iterator[Line]]:
        """What may have changed; who works here and when changes only with the day."""
        now = self._clock.now()
        today = now.astimezone(calendar.ZONE).date()
        of_day = {} if today == self._day else {**self._staff(), "HY": self._sessions(today)}
        self._day = today
        told = {"BR": self._patients(), "YY": self._appointments(), "SK": self._entries()}
        return {"SZ": iter([(1, time_of(now))]), **of_day, **told}

    def _changed(self, table: str, lines: Iterator[Line]) -> Sequence[Line]:
        known = self._written.get(table, {})
        return [line for line in lines if known.get(line[0]) != line]

    def _staff(self) -> Mapping[str, Iterator[Line]]:
        data = self._hospital.data
        price = self._hospital.cashier.price_fen
        return {
            "ZD_KS": iter([(each.code, each.name, each.place) for each in data.departments]),
            "ZD_YS": iter(
                [
                    (each.code, each.name, each.title, each.department_code, yuan_from_fen(price(each.service_code)))
                    for each in data.doctors
                ]
            ),
        }

    def _sessions(self, today: date) -> Iterator[Line]:
        for doctor in self._hospital.data.doctors:
            days = 1 if doctor.department_code in calendar.ALL_HOURS else calendar.OPEN_DAYS
            for later in range(days):
                for session in calendar.sessions(doctor, today + timedelta(days=later)):
                    times = time_of(session.starts_at), time_of(session.ends_at)
                    yield (session.session_id, doctor.code, *times, session.capacity)

    def _patients(self) -> Iterator[Line]:
        for each in self._hospital.patients.all():
            document = ID_TYPES[each.id_type], each.id_number
            yield (each.mrn, each.name, SEXES[each.sex], each.birth_date.isoformat(), *document, each.phone)

    def _appointments(self) -> Iterator[Line]:
        for each in self._hospital.diary.appointments():
            state = "1" if each.status is AppointmentStatus.BOOKED else "0"
            yield (each.placer_id, each.filler_id, each.session_id, each.mrn, state)

    def _entries(self) -> Iterator[Line]:
        for each in self._hospital.cashier.all():
            amount, at = yuan_from_fen(each.amount_fen), time_of(each.occurred_at)
            kind = ENTRY_KINDS[each.kind]
            yield (each.receipt_no, each.serial, kind, amount, at, each.filler_id, each.bill_no)
