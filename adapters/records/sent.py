"""What we ask with, as texts in the hospital's own codes, units and forms; the names are those of `names.ASKED`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from adapters.money import yuan_from_fen
from adapters.records import Record
from adapters.records.conventions import ANYTHING_ELSE, MINUS, PLUS, Conventions
from adapters.texts import EPOCHS
from adapters.values import Booking, BookingRequest, EntryKind, Fen, PatientRecord, Posting, Slot, VerifiedIdentity

Meaning = TypeVar("Meaning")
_NO_CODES = frozenset({ANYTHING_ELSE, PLUS, MINUS})


def of_day(day: date, conventions: Conventions) -> str:
    """A day."""
    return day.strftime(conventions.day_sent)


def of_instant(at: datetime, conventions: Conventions) -> str:
    """An instant, local where the form has no zone."""
    counted = EPOCHS.get(conventions.instant_sent)
    if counted is not None:
        return str((at - datetime.fromtimestamp(0, at.tzinfo)) // counted)
    return at.astimezone(conventions.time_zone).strftime(conventions.instant_sent)


def of_amount(amount: Fen, conventions: Conventions) -> str:
    """An amount in the hospital's unit: `12.30` yuan, or `1230` fen."""
    return str(amount) if conventions.unit == "fen" else yuan_from_fen(amount)


def of_identity(identity: VerifiedIdentity, conventions: Conventions) -> Record:
    """Who is looked for or to be registered."""
    return {
        "id_type": _id_type(identity.id_type, conventions),
        "id_number": identity.id_number,
        "patient_name": identity.name,
        "birth_date": of_day(identity.birth_date, conventions),
        "sex": _code_of(identity.sex, conventions.sexes),
        "phone": identity.phone,
    }


def of_patient(record: PatientRecord, conventions: Conventions) -> Record:
    """A patient as the hospital's index gave it to us."""
    document = next((n for n in record.identifiers if n.system not in ("MRN", "VISIT_CARD")), None)
    return {
        "mrn": record.first("MRN") or "",
        "visit_card_no": record.first("VISIT_CARD") or "",
        "id_type": _id_type(document.system, conventions) if document else "",
        "id_number": document.value if document else "",
        "patient_name": record.name,
        "birth_date": of_day(record.birth_date, conventions) if record.birth_date else "",
        "sex": _code_of(record.sex, conventions.sexes),
    }


def of_request(request: BookingRequest, conventions: Conventions) -> Record:
    """An appointment that we ask for."""
    patient = of_patient(request.patient, conventions)
    return {"placer_id": request.placer_id, **_of_slot(request.slot, conventions), **patient}


def of_booking(booking: Booking) -> Record:
    """An appointment to give back."""
    return {"placer_id": booking.placer_id, "filler_id": booking.filler_id}


def of_posting(posting: Posting, conventions: Conventions) -> Record:
    """A payment or a refund; `amount` is positive for both."""
    signed = posting.amount_fen if posting.kind is EntryKind.PAYMENT else Fen(-posting.amount_fen)
    return {
        "serial": posting.serial,
        "entry_kind": _code_of(posting.kind, conventions.entry_kinds),
        "amount": of_amount(posting.amount_fen, conventions),
        "signed_amount": of_amount(signed, conventions),
        "filler_id": posting.filler_id,
        "bill_no": posting.bill_no,
        "stay_no": posting.stay_no,
        "merchant_order_no": posting.merchant_order_no,
        "provider_trade_no": posting.provider_trade_no,
        "occurred_at": of_instant(posting.occurred_at, conventions),
        "accounting_day": of_day(posting.accounting_day, conventions) if posting.accounting_day else "",
        "refers_to": posting.refers_to,
        **of_patient(posting.patient, conventions),
    }


def _of_slot(slot: Slot, conventions: Conventions) -> Record:
    return {
        "slot_id": slot.slot_id,
        "department_code": slot.department_code,
        "practitioner_code": slot.practitioner_code,
        "day": of_day(slot.starts_at.astimezone(conventions.time_zone).date(), conventions),
        "starts_at": of_instant(slot.starts_at, conventions),
        "ends_at": of_instant(slot.ends_at, conventions),
        "starts_time": f"{slot.starts_at.astimezone(conventions.time_zone):%H:%M}",
        "ends_time": f"{slot.ends_at.astimezone(conventions.time_zone):%H:%M}",
        "fee": of_amount(slot.fee_fen, conventions),
    }


def _id_type(ours: str, conventions: Conventions) -> str:
    return next(iter(conventions.id_types.get(ours, ())), ours)


def _code_of(meaning: Meaning, table: Mapping[str, Meaning]) -> str:
    """The first code that leads to the value; the value's own name where none does."""
    codes = (code for code, each in table.items() if each == meaning and code not in _NO_CODES)
    return next(codes, str(meaning))
