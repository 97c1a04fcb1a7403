"""Slots and appointments: SQM^S25, SRM^S01 and SRM^S04 (HL7 v2.5.1 chapter 10).

Where a slot's values stand in SQR^S25: its id in SCH-5, the service that sets the price in
AIS-3, start and minutes in AIS-4 and AIS-7, places left in AIG-6, practitioner in AIP-3,
department in AIL-3. An appointment has our number in SCH-1, the hospital's in SCH-2 and its
state in SCH-25.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from adapters import texts
from adapters.errors import Malformed, Reason, Refused
from adapters.his_hl7.mapping import reading
from adapters.his_hl7.mapping.draft import Draft, Envelope, draft
from adapters.his_hl7.mapping.patients import record_segment
from adapters.his_hl7.mapping.query import query_definition
from adapters.his_hl7.mapping.reading import Group, required, value
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.build import Field, SegmentText, segment, timestamp
from adapters.hl7.message import Message
from adapters.values import Booking, BookingRequest, Fen, Slot

OPEN_SLOTS = "SOP"
BOOKED_SLOTS = "SBK"
_LIVE = frozenset({"", "BOOKED", "PENDING", "OVERBOOK", "STARTED", "COMPLETE"})
_DEAD = frozenset({"CANCELLED", "CANCELED", "DELETED", "DISCONTINUED", "NOSHOW", "BLOCKED"})
_MINUTES = {"": 1, "MIN": 1, "M": 1, "分钟": 1, "H": 60, "HR": 60}


def slots_query(
    department_code: str, practitioner_code: str, day: date, settings: Hl7HisSettings, envelope: Envelope
) -> Draft:
    """The open slots of one practitioner on one day of the hospital's zone."""
    zone = settings.time_zone
    midnight = datetime.combine(day, time.min, zone)
    window = tuple(timestamp(edge, zone) for edge in (midnight, midnight + timedelta(days=1)))
    return draft(
        "SQM^S25^SQM_S25",
        query_definition(envelope, zone, subject=OPEN_SLOTS, what=department_code, who=practitioner_code),
        _request(envelope.control_id, settings, {11: window}),
        *_resources(settings, department_code, practitioner_code),
    )


def booking_query(placer_id: str, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """The appointment under our number: a schedule query for booked slots that names it in ARQ-1.

    Chapter 10 has no query by appointment number; this keeps to its messages instead of inventing one.
    """
    return draft(
        "SQM^S25^SQM_S25",
        query_definition(envelope, settings.time_zone, subject=BOOKED_SLOTS, what=placer_id),
        _request(placer_id, settings),
        segment("RGS", {1: "1"}),
    )


def booking(request: BookingRequest, settings: Hl7HisSettings) -> Draft:
    """Ask for an appointment: our number in ARQ-1, the slot in ARQ-5."""
    slot = request.slot
    start = timestamp(slot.starts_at, settings.time_zone)
    window = (start, timestamp(slot.ends_at, settings.time_zone))
    return draft(
        "SRM^S01^SRM_S01",
        _request(request.placer_id, settings, {5: slot.slot_id, 11: window}),
        record_segment(request.patient, settings),
        *_resources(settings, slot.department_code, slot.practitioner_code, start=start, location_first=True),
    )


def cancellation(booked: Booking, settings: Hl7HisSettings) -> Draft:
    """Give an appointment back: both numbers in ARQ, the resources marked for deletion."""
    return draft(
        "SRM^S04^SRM_S01",
        _request(booked.placer_id, settings, {2: booked.filler_id}),
        segment("RGS", {1: "1", 2: "D"}),
    )


def read_slots(
    answer: Message, department_code: str, practitioner_code: str, prices: Mapping[str, Fen], settings: Hl7HisSettings
) -> Sequence[Slot]:
    """The open slots of that practitioner, in time order; blocked ones are left out."""
    if not reading.hits(answer):
        return ()
    slots = (_slot(group, prices, settings) for group in reading.groups(answer, "SCH") if _state(group) not in _DEAD)
    wanted = (s for s in slots if (s.department_code, s.practitioner_code) == (department_code, practitioner_code))
    return tuple(sorted(wanted, key=lambda slot: slot.starts_at))


def read_booked(answer: Message, placer_id: str, control_id: str) -> Booking:
    """The appointment that the hospital made; Refused(CLOSED) where that number's appointment is over already."""
    group = next(reading.groups(answer, "SCH"), {})
    if required(group, "SCH-1.1") != placer_id:
        raise Malformed("SCH-1 is not the number that we asked under")
    if not _is_live(group):
        raise Refused("the appointment under this number is over", reason=Reason.CLOSED, native_code=_state(group))
    return Booking(placer_id, _filler(group), control_id)


def read_found_booking(answer: Message, placer_id: str) -> Booking | None:
    """The live appointment under our number, or a firm None."""
    if not reading.hits(answer):
        return None
    ours = (group for group in reading.groups(answer, "SCH") if value(group, "SCH-1.1") == placer_id)
    live = next((group for group in ours if _is_live(group)), None)
    return Booking(placer_id, _filler(live)) if live is not None else None


def _request(placer_id: str, settings: Hl7HisSettings, extra: Mapping[int, Field] | None = None) -> SegmentText:
    """ARQ; the placer's contact and clerk, both required, are this system itself."""
    us = settings.sending_application
    return segment("ARQ", {1: placer_id, 15: us, 19: us, **(extra or {})})


def _resources(
    settings: Hl7HisSettings,
    department_code: str,
    practitioner_code: str,
    *,
    start: str = "",
    location_first: bool = False,
) -> Sequence[SegmentText]:
    """One resource group; SRM wants the location before the person and SQM after it."""
    service = segment(
        "AIS", {1: "1", 2: "A", 3: (settings.registration_service, "", "L"), **({4: start} if start else {})}
    )
    person = segment("AIP", {1: "1", 2: "A", 3: practitioner_code, 4: "D"})
    location = segment("AIL", {1: "1", 2: "A", 3: department_code, 4: "C"})
    pair = (location, person) if location_first else (person, location)
    return (segment("RGS", {1: "1", 2: "A"}), service, *pair)


def _slot(group: Group, prices: Mapping[str, Fen], settings: Hl7HisSettings) -> Slot:
    starts_at = texts.instant(required(group, "AIS-4.1"), settings.time_zone, "AIS-4")
    return Slot(
        slot_id=required(group, "SCH-5.1"),
        department_code=required(group, "AIL-3.1"),
        practitioner_code=required(group, "AIP-3.1"),
        starts_at=starts_at,
        ends_at=starts_at + duration(group),
        remaining=max(0, reading.whole_number(group, "AIG-6")),
        fee_fen=_price(required(group, "AIS-3.1"), prices, settings),
    )


def duration(group: Group) -> timedelta:
    """How long a service takes by AIS-7 and AIS-8; Malformed where they do not say."""
    unit = value(group, "AIS-8.1").upper()
    if unit not in _MINUTES:
        raise Malformed("AIS-8 is no unit of time that we know")
    return timedelta(minutes=reading.whole_number(group, "AIS-7") * _MINUTES[unit])


def _price(service: str, prices: Mapping[str, Fen], settings: Hl7HisSettings) -> Fen:
    code = settings.service_codes.get(service, service)
    if code not in prices:
        raise Malformed("AIS-3 names a service that the price list lacks")
    if prices[code] < 0:
        raise Malformed("PRC-5 is negative")
    return prices[code]


def _filler(group: Group) -> str:
    return texts.identifier(required(group, "SCH-2.1"), "SCH-2.1")


def _state(group: Group) -> str:
    return value(group, "SCH-25.1").upper()


def _is_live(group: Group) -> bool:
    state = _state(group)
    if state not in _LIVE | _DEAD:
        raise Malformed("SCH-25 is no appointment state of HL7 table 0278")
    return state in _LIVE
