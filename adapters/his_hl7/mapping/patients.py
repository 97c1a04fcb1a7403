"""The patient index: QBP^Q22 finds (HL7 v2.5.1 section 3.3.57), ADT^A28 creates (3.3.28), PID carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from adapters import texts
from adapters.his_hl7.mapping import reading
from adapters.his_hl7.mapping.draft import Draft, Envelope, draft
from adapters.his_hl7.mapping.names import person_name, xpn
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.build import Repetition as Part
from adapters.hl7.build import SegmentText, segment, timestamp
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.segment import Field, Repetition, Segment
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity

_UNTYPED = "MRN"
_NOT_APPLICABLE = "N"
_FIND_CANDIDATES = ("Q22", "Find Candidates", "HL70471")


def patient_query(identity: VerifiedIdentity, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """Find every record of one identity document: its number and type as parameters of QPD-3."""
    parameters: list[Part] = [
        ("@PID.3.1", identity.id_number),
        ("@PID.3.5", _type_sent(identity.id_type, settings)),
    ]
    trigger = settings.patient_query.split("^")[1]
    name = _FIND_CANDIDATES if trigger == _FIND_CANDIDATES[0] else (trigger,)
    query = segment("QPD", {1: name, 2: envelope.control_id, 3: parameters})
    return draft(settings.patient_query, query, segment("RCP", {1: "I", 2: ("99", "RD")}))


def read_patients(answer: Message, identity: VerifiedIdentity, settings: Hl7HisSettings) -> Sequence[PatientRecord]:
    """The records found; one that names another document of the same type is not ours to see and left out."""
    if not _found_any(answer, settings):
        return ()
    records = (read_record(pid, settings) for pid in answer.segments("PID"))
    return tuple(record for record in records if _may_belong(record, identity))


def _found_any(answer: Message, settings: Hl7HisSettings) -> bool:
    """By QAK-2; an answer to a query of the hospital's own may lack QAK, and then its PID tell."""
    is_own = settings.patient_query.split("^")[1].startswith("Z")
    if is_own and not answer.segments("QAK"):
        return bool(answer.segments("PID"))
    return reading.hits(answer)


def registration(identity: VerifiedIdentity, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """A new patient record; PV1 says that there is no visit, for the structure demands one."""
    at = timestamp(envelope.at, settings.time_zone)
    document = Identifier(identity.id_type, identity.id_number)
    patient = pid_segment(
        (document,), identity.name, identity.birth_date, identity.sex, settings=settings, phone=identity.phone
    )
    visit = segment("PV1", {1: "1", 2: _NOT_APPLICABLE})
    return draft(settings.registration, segment("EVN", {2: at}), patient, visit)


def record_segment(record: PatientRecord, settings: Hl7HisSettings) -> SegmentText:
    """PID of a record as the hospital's index gave it to us."""
    return pid_segment(record.identifiers, record.name, record.birth_date, record.sex, settings=settings)


def pid_segment(
    identifiers: Iterable[Identifier],
    name: str,
    birth_date: date | None,
    sex: Sex,
    *,
    settings: Hl7HisSettings,
    phone: str = "",
) -> SegmentText:
    """PID with every identifier typed in CX.5 as the hospital's map has it."""
    numbers: list[Part] = [
        (number.value, "", "", settings.assigning_authority, _type_sent(number.system, settings))
        for number in identifiers
    ]
    return segment(
        "PID",
        {
            1: "1",
            3: numbers,
            5: xpn(name),
            7: f"{birth_date:%Y%m%d}" if birth_date else "",
            8: sex,
            **({13: phone} if phone else {}),
        },
    )


def read_record(pid: Segment, settings: Hl7HisSettings) -> PatientRecord:
    """The patient of a message or an answer; Malformed where the birth date is none."""
    born = told(pid["7.1"])
    return PatientRecord(
        identifiers=read_identifiers(pid.field(3), settings),
        name=person_name(pid.field(5).repetitions),
        birth_date=texts.day(born, "PID-7") if born and not texts.is_part_of_day(born) else None,
        sex=Sex(settings.sexes.get(told(pid["8.1"]), Sex.UNKNOWN)),
    )


def read_identifiers(numbers: Field, settings: Hl7HisSettings) -> tuple[Identifier, ...]:
    """Every number of a field of type CX."""
    return tuple(_identifier(number, settings) for number in numbers.repetitions if told(number["1"]))


def _identifier(number: Repetition, settings: Hl7HisSettings) -> Identifier:
    """A type that the map does not list stays as it is; a number without a type is a record number."""
    kind = told(number["5"])
    system = next((ours for ours, theirs in settings.id_types.items() if kind in theirs), kind)
    return Identifier(system or _UNTYPED, told(number["1"]))


def _type_sent(system: str, settings: Hl7HisSettings) -> str:
    return next(iter(settings.id_types.get(system, ())), system)


def _may_belong(record: PatientRecord, identity: VerifiedIdentity) -> bool:
    documents = {number.value.upper() for number in record.identifiers if number.system == identity.id_type}
    return not documents or identity.id_number.upper() in documents
