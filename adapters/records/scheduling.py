"""Slots and appointments out of records."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from adapters import texts
from adapters.errors import Malformed
from adapters.records import Record
from adapters.records.conventions import LIVE, Conventions
from adapters.records.fields import Fields
from adapters.values import Booking, Fen, Slot


def slot(record: Record, conventions: Conventions, department_code: str, practitioner_code: str) -> Slot:
    """A slot, of those who were asked for where the record names nobody; an oversold one has nothing left."""
    fields = Fields(record, conventions)
    starts_at, ends_at = hours(fields)
    return Slot(
        slot_id=fields.required_number("slot_id"),
        department_code=fields.number("department_code") or department_code,
        practitioner_code=fields.number("practitioner_code") or practitioner_code,
        starts_at=starts_at,
        ends_at=ends_at or starts_at,
        remaining=max(0, _remaining(fields)),
        fee_fen=_fee(fields),
    )


def booking(record: Record, conventions: Conventions, placer_id: str) -> Booking | None:
    """The appointment under our number, None where it is over; Malformed where it is another's."""
    fields = Fields(record, conventions)
    if fields.number("placer_id") not in ("", placer_id):
        raise Malformed("placer_id is not the number that we asked under")
    if "booking_state" in record and fields.meaning("booking_state", conventions.booking_states) != LIVE:
        return None
    return Booking(placer_id, fields.required_number("filler_id"))


def hours(fields: Fields) -> tuple[datetime, datetime | None]:
    """When it begins and ends, None where nobody says when it ends."""
    if not fields.text("starts_at"):
        return _of_session(fields)
    starts_at = _moment(fields, "starts_at")
    if fields.text("ends_at"):
        ends_at = _moment(fields, "ends_at")
    elif fields.text("minutes"):
        ends_at = starts_at + timedelta(minutes=fields.whole("minutes"))
    else:
        return starts_at, None
    if ends_at < starts_at:
        raise Malformed("ends_at is before the beginning")
    return starts_at, ends_at


def _of_session(fields: Fields) -> tuple[datetime, datetime]:
    if not fields.text("session"):
        raise Malformed("starts_at is missing")
    part = fields.meaning("session", fields.conventions.sessions)
    return _on_day(fields, part.begins), _on_day(fields, part.ends)


def _moment(fields: Fields, name: str) -> datetime:
    """An instant, or a local time such as 08:30 on the record's `day`."""
    try:
        at = time.fromisoformat(fields.text(name).zfill(5))
    except ValueError:
        return fields.required_instant(name)
    return _on_day(fields, at) if fields.text("day") else fields.required_instant(name)


def _on_day(fields: Fields, at: time) -> datetime:
    day = texts.day(fields.required("day"), "day", fields.conventions.formats)
    return datetime.combine(day, at, fields.conventions.time_zone).astimezone(UTC)


def _remaining(fields: Fields) -> int:
    if fields.text("remaining") or not fields.text("capacity"):
        return fields.whole("remaining")
    return fields.whole("capacity") - fields.whole("taken")


def _fee(fields: Fields) -> Fen:
    fee = Fen(fields.required_amount("fee") + (fields.amount("extra_fee") or 0))
    if fee < 0:
        raise Malformed("fee is negative")
    return fee
