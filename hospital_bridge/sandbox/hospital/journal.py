"""What survives when the simulated hospital's process is killed: one JSON line for each new record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from adapters.values import EntryKind, Sex
from hospital_bridge.sandbox.hospital.model import (
    Appointment,
    AppointmentStatus,
    Bill,
    BillItem,
    BillState,
    BookEntry,
    Merge,
    MergeState,
    Patient,
    Report,
    ReportState,
    Stay,
    Visit,
)

Record = Patient | Merge | Appointment | Visit | BookEntry | Bill | Report | Stay

_RECORDS: tuple[type[Record], ...] = (Patient, Merge, Appointment, Visit, BookEntry, Bill, Report, Stay)
_KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in _RECORDS}
_STATES = {state.value: state for state in (*BillState, *ReportState, *MergeState)}
_READERS: dict[str, Any] = {
    "sex": Sex,
    "kind": EntryKind,
    "status": AppointmentStatus,
    "birth_date": date.fromisoformat,
    "occurred_at": datetime.fromisoformat,
    "issued_at": datetime.fromisoformat,
    "admitted_at": datetime.fromisoformat,
    "discharged_at": lambda text: text and datetime.fromisoformat(text),
    "registered_at": datetime.fromisoformat,
    "taken_at": datetime.fromisoformat,
    "reported_at": datetime.fromisoformat,
    "told_at": datetime.fromisoformat,
    "state": _STATES.__getitem__,
    "values": lambda pairs: tuple((code, value) for code, value in pairs),
    "items": lambda items: tuple(BillItem(**item) for item in items),
}


class Journal:
    """An append-only file; without a path nothing is kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def append(self, record: Record) -> None:
        """Keep the record; a later one with the same key replaces it on reading."""
        if self._path is None:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(_to_plain(record), ensure_ascii=False) + "\n")

    def records(self) -> Iterator[Record]:
        """Every kept record in order; a line that a kill cut short is the last and is left out."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield _from_plain(json.loads(line))


def _to_plain(record: Record) -> dict[str, object]:
    values = {field.name: _plain(getattr(record, field.name)) for field in fields(record)}
    return {"record": type(record).__name__, **values}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [asdict(item) if is_dataclass(item) and not isinstance(item, type) else item for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _from_plain(plain: dict[str, Any]) -> Record:
    kind = _KINDS[plain.pop("record")]
    return kind(**{name: _READERS.get(name, _same)(value) for name, value in plain.items()})


def _same(value: object) -> object:
    return value
