"""The hospital's books as tables: whatever differs from what was written last is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from adapters.money import yuan_from_fen
from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.doors.sql_view.database import Columns, insert, remove
from hospital_bridge.sandbox.hospital.doors.sql_view.writing import ENTRY_KINDS, ID_TYPES, SEXES, date_of, time_of
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import AppointmentStatus

_KEYS = {"SZ": "XH", "ZD_KS": "KSDM", "ZD_YS": "YSDM", "HY": "HYBM", "BR": "BRID", "YY": "WBLSH", "SK": "SJH"}


class Mirror:
    """Writes into one database; whoever calls holds the hospital's lock."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock) -> None:
        self._hospital = hospital
        self._clock = clock
        self._written: dict[str, dict[object, Columns]] = {}
        self._day: date | None = None

    def changes(self) -> Mapping[str, Sequence[Columns]]:
        """The rows of each table that are not yet there as they are in the books."""
        return {table: changed for table, rows in self._rows().items() if (changed := self._changed(table, rows))}

    def write(self, database: Connection, changes: Mapping[str, Sequence[Columns]]) -> None:
        """Put them there; the caller commits."""
        for table, rows in changes.items():
            key, written = _KEYS[table], self._written.setdefault(table, {})
            if known := [{key: row[key]} for row in rows if row[key] in written]:
                remove(database, table, known)
            insert(database, table, rows)
            written.update((row[key], row) for row in rows)

    def _rows(self) -> Mapping[str, Iterator[Columns]]:
        """What may have changed; who works here and when changes only with the day."""
        now = self._clock.now()
        today = now.astimezone(calendar.ZONE).date()
        of_day = {} if today == self._day else {**self._staff(), "HY": self._sessions(today)}
        self._day = today
        told = {"BR": self._patients(), "YY": self._appointments(), "SK": self._entries()}
        return {"SZ": iter([{"XH": 1, "DQSJ": time_of(now)}]), **of_day, **told}

    def _changed(self, table: str, rows: Iterator[Columns]) -> Sequence[Columns]:
        key, known = _KEYS[table], self._written.get(table, {})
        return [row for row in rows if known.get(row[key]) != row]

    def _staff(self) -> Mapping[str, Iterator[Columns]]:
        data, price = self._hospital.data, self._hospital.cashier.price_fen
        doctors = (
            {
                "YSDM": each.code,
                "YSXM": each.name,
                "ZC": each.title,
                "KSDM": each.department_code,
                "GHF": yuan_from_fen(price(each.service_code)),
            }
            for each in data.doctors
        )
        departments = ({"KSDM": each.code, "KSMC": each.name, "WZ": each.place} for each in data.departments)
        return {"ZD_KS": departments, "ZD_YS": doctors}

    def _sessions(self, today: date) -> Iterator[Columns]:
        for doctor in self._hospital.data.doctors:
            days = 1 if doctor.department_code in calendar.ALL_HOURS else calendar.OPEN_DAYS
            for later in range(days):
                for session in calendar.sessions(doctor, today + timedelta(days=later)):
                    yield {
                        "HYBM": session.session_id,
                        "YSDM": doctor.code,
                        "RQ": date_of(session.starts_at),
                        "KSSJ": time_of(session.starts_at),
                        "JSSJ": time_of(session.ends_at),
                        "ZE": session.capacity,
                    }

    def _patients(self) -> Iterator[Columns]:
        for each in self._hospital.patients.all():
            yield {
                "BRID": each.mrn,
                "XM": each.name,
                "XB": SEXES[each.sex],
                "CSRQ": each.birth_date.isoformat(),
                "ZJLX": ID_TYPES[each.id_type],
                "ZJHM": each.id_number,
                "DH": each.phone,
                "ZF": "1" if self._hospital.patients.gone_into(each.mrn) else "0",
            }

    def _appointments(self) -> Iterator[Columns]:
        for each in self._hospital.diary.appointments():
            yield {
                "WBLSH": each.placer_id,
                "YYLSH": each.filler_id,
                "HYBM": each.session_id,
                "BRID": each.mrn,
                "ZT": "1" if each.status is AppointmentStatus.BOOKED else "0",
            }

    def _entries(self) -> Iterator[Columns]:
        for each in self._hospital.cashier.all():
            yield {
                "SJH": each.receipt_no,
                "LSH": each.serial,
                "LX": ENTRY_KINDS[each.kind],
                "JE": yuan_from_fen(each.amount_fen),
                "RQ": date_of(each.occurred_at),
                "SJ": time_of(each.occurred_at),
                "GHLSH": each.filler_id,
                "FYDH": each.bill_no,
            }
