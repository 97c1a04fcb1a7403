"""Boards and kiosks: devices that somebody on staff has enrolled, each for the lines that it stands before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Row, String, Table, UniqueConstraint

from hospital_bridge.store.metadata import CODE, ID, Instant, metadata, operator_column
from hospital_bridge.store.sessions import HASH, SessionKind, Sessions, digest
from hospital_bridge.store.typed_codes import CODE_LIVES, new_code, typed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

DEVICE = Table(
    "device",
    metadata,
    operator_column(),
    Column("device_id", ID, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("name", String(100), nullable=False),
    Column("place", String(2000), nullable=False),
    Column("code_hash", HASH, nullable=False),
    Column("code_expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("enrolled_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("operator_id", "code_hash"),
)


class DeviceKind(StrEnum):
    """BOARD shows a hall who is called; KIOSK lets people do something by themselves."""

    BOARD = "board"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Device:
    """One screen; `place` names what it stands before, such as the lines that it shows."""

    device_id: str
    kind: DeviceKind
    name: str
    place: tuple[str, ...]
    enrolled: bool


class Devices:
    """The devices of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._devices = work.table(DEVICE)

    def add(self, kind: DeviceKind, name: str, place: Sequence[str]) -> tuple[str, str]:
        """A device that is still to be enrolled: its id, and the one-use code to type into it, shown this once."""
        device_id, code = self._work.ids.new(), new_code(self._work.ids)
        self._devices.add(
            device_id=device_id,
            kind=kind.value,
            name=name,
            place=" ".join(place),
            code_hash=digest(code),
            code_expires_at=self._work.now + CODE_LIVES,
            created_at=self._work.now,
        )
        return device_id, code

    def enrol(self, code: str) -> Device | None:
        """Use a code up: the device that it was made for; None when it is unknown, used or too old."""
        mine = DEVICE.c.code_hash == digest(typed(code))
        waiting = (DEVICE.c.enrolled_at.is_(None), DEVICE.c.revoked_at.is_(None))
        fresh = DEVICE.c.code_expires_at > self._work.now
        if self._devices.change(mine, *waiting, fresh, enrolled_at=self._work.now) != 1:
            return None
        row = self._devices.one(mine)
        return None if row is None else _read(row)

    def find(self, device_id: str) -> Device | None:
        """The device while it may be used."""
        row = self._devices.one(DEVICE.c.device_id == device_id, DEVICE.c.revoked_at.is_(None))
        return None if row is None or row.enrolled_at is None else _read(row)

    def standing(self) -> Sequence[Device]:
        """Every device that was not taken out of use, oldest first."""
        return [_read(row) for row in self._devices.all(DEVICE.c.revoked_at.is_(None), order_by=[DEVICE.c.device_id])]

    def revoke(self, device_id: str) -> bool:
        """Take a device out of use at once; False when none of that id is in use."""
        standing = (DEVICE.c.device_id == device_id, DEVICE.c.revoked_at.is_(None))
        if self._devices.change(*standing, revoked_at=self._work.now) != 1:
            return False
        Sessions(self._work).end_all_of(SessionKind.DEVICE, device_id)
        return True


def _read(row: Row[Any]) -> Device:
    return Device(row.device_id, DeviceKind(row.kind), row.name, tuple(row.place.split()), row.enrolled_at is not None)
