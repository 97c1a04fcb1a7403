"""Record numbers that become one, or two again (HL7 v2.5.1 sections 3.3.24, 3.3.37 and 3.3.40)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.mapping.layout import PatientPart, patient_parts
from adapters.his_hl7.mapping.patients import read_identifiers, read_record
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.hl7.null import is_deleted
from adapters.news import Left, News, PatientUpdated, RecordsMerged, RecordsUnmerged
from adapters.values import Identifier, PatientRecord

MRN = "MRN"
_ITSELF = "a number that would become itself"

Making = Callable[[PatientRecord, tuple[Identifier, ...], datetime], News]


def merged(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The numbers in MRG went up into those of the patient in the PID before it."""
    return _told(message, part, settings, RecordsMerged)


def linked(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The patients of all PID are one person, and each number stays in use."""
    return _told(message, part, settings, _linked)


def parted(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The numbers in MRG, or of every further PID, are somebody else's after all."""
    return _told(message, part, settings, RecordsUnmerged)


def updated(_message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """Who the patient is, said anew; what cannot be read changes nothing, for whoever it is about is known already."""
    try:
        cleared = is_deleted(part.scope.segment("PID"), "7.1")
        yield PatientUpdated(_record(part.scope, settings), _told_at(part.scope, settings), cleared)
    except Malformed as fault:
        yield Left(part.scope.label("PID"), fault.text)


def _linked(survivor: PatientRecord, others: tuple[Identifier, ...], told_at: datetime) -> RecordsMerged:
    return RecordsMerged(survivor, others, told_at, in_use=True)


def _told(message: Message, part: PatientPart, settings: Hl7HisSettings, make: Making) -> Iterator[Told]:
    retired = _in_mrg(part, settings)
    if not retired and _is_by_pid(message, settings):
        yield from _by_pid(message, part, settings, make)
        return
    if not retired:
        raise Malformed(f"{part.scope.at(settings.map.patient.retired)} is missing")
    survivor = _record(part.scope, settings)
    left = tuple(number for number in survivor.identifiers if number not in retired)
    survivor = replace(survivor, identifiers=left)
    if survivor.first(MRN) is None:
        yield Left(part.scope.label("PID-3"), _ITSELF)
    else:
        yield make(survivor, retired, _told_at(part.scope, settings))


def _by_pid(message: Message, part: PatientPart, settings: Hl7HisSettings, make: Making) -> Iterator[Told]:
    first = next(patient_parts(message)).scope
    survivor, other = _record(first, settings), _record(part.scope, settings)
    if part.scope.segment("PID") is first.segment("PID"):
        return
    others = tuple(number for number in other.identifiers if number not in survivor.identifiers)
    if others:
        yield make(survivor, others, _told_at(part.scope, settings))
    else:
        yield Left(part.scope.label("PID-3"), _ITSELF)


def _in_mrg(part: PatientPart, settings: Hl7HisSettings) -> tuple[Identifier, ...]:
    places = settings.map.patient.retired
    names = {address.partition("-")[0] for address in places} - {"PID"}
    scopes = (Scope(part.message, [segment]) for segment in part.segments if segment.name in names)
    return tuple(number for scope in scopes for number in read_identifiers(scope.field(places), settings))


def _is_by_pid(message: Message, settings: Hl7HisSettings) -> bool:
    """Whether the numbers stand in further PID: the first one then only says who stays."""
    return len(message.segments("PID")) > 1 and not any(_in_mrg(part, settings) for part in patient_parts(message))


def _record(scope: Scope, settings: Hl7HisSettings) -> PatientRecord:
    record = read_record(scope.segment("PID"), settings)
    if record.first(MRN) is None:
        raise Malformed(f"{scope.label('PID-3')} has no record number")
    return record


def _told_at(scope: Scope, settings: Hl7HisSettings) -> datetime:
    return scope.required_instant(settings.map.patient.told_at, settings.time_zone)
