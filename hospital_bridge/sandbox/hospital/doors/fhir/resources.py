"""The hospital's directory, diary and patient index as resources; an id is its own number where it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.values import Department, Sex
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.doors.fhir import names
from hospital_bridge.sandbox.hospital.doors.fhir.names import concept, ref
from hospital_bridge.sandbox.hospital.model import (
    Appointment,
    AppointmentStatus,
    Doctor,
    HospitalData,
    Patient,
    Service,
    Session,
    Visit,
)
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex

Resource = dict[str, Any]

_GENDERS = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.UNKNOWN: "unknown"}
SEXES = {gender: sex for sex, gender in _GENDERS.items()}


def location(department: Department) -> Resource:
    """A department is a Location here: every version lets slots, visits and roles refer to one."""
    return {
        "resourceType": "Location",
        "id": department.code,
        "status": "active",
        "name": department.name,
        "description": department.place,
    }


def practitioner(doctor: Doctor) -> Resource:
    """A doctor by the code."""
    return {"resourceType": "Practitioner", "id": doctor.code, "active": True, "name": [{"text": doctor.name}]}


def role(doctor: Doctor) -> Resource:
    """What a doctor is in the one department."""
    return {
        "resourceType": "PractitionerRole",
        "id": role_id(doctor),
        "active": True,
        "practitioner": ref("Practitioner", doctor.code),
        "code": [{"text": doctor.title}],
        "location": [ref("Location", doctor.department_code)],
    }


def role_id(doctor: Doctor) -> str:
    """The id of a doctor's one role."""
    return f"R-{doctor.code}"


def price(service: Service, money: Any) -> Resource:
    """A line of the price list; `money` writes an amount."""
    component = {"type": "base", "amount": money(service.price_fen)}
    return {
        "resourceType": "ChargeItemDefinition",
        "id": service.code,
        "url": f"{names.SERVICES}:{service.code}",
        "status": "active",
        "title": service.name,
        "code": concept(names.SERVICES, service.code, service.name),
        "propertyGroup": [{"priceComponent": [component]}],
    }


def schedule(doctor: Doctor) -> Resource:
    """A doctor's own schedule."""
    actors = [ref("Practitioner", doctor.code, doctor.name), ref("Location", doctor.department_code)]
    return {"resourceType": "Schedule", "id": schedule_id(doctor), "active": True, "actor": actors}


def schedule_id(doctor: Doctor) -> str:
    """Its id."""
    return f"S-{doctor.code}"


def slot(session: Session, left: int, version: str) -> Resource:
    """A session, with the places that are left."""
    service: Any = concept(names.SERVICES, session.doctor.service_code)
    return {
        "resourceType": "Slot",
        "id": session.session_id,
        "extension": [{"url": names.PLACES_LEFT, "valueInteger": left}],
        "serviceType": [{"concept": service} if version == "R5" else service],
        "schedule": ref("Schedule", schedule_id(session.doctor)),
        "status": "free" if left > 0 else "busy",
        "start": session.starts_at.isoformat(),
        "end": session.ends_at.isoformat(),
    }


def patient(known: Patient, index: PatientIndex) -> Resource:
    """A record under both of its numbers, and the record that replaces it or stands beside it."""
    links = {"replaced-by": index.gone_into(known.mrn), "seealso": index.beside(known.mrn)}
    link = [{"other": ref("Patient", patient_id(mrn)), "type": kind} for kind, mrn in links.items() if mrn]
    numbers = [(names.MRN, known.mrn), (names.DOCUMENTS[known.id_type], known.id_number)]
    phone = [{"system": "phone", "value": known.phone}] if known.phone else []
    return {
        "resourceType": "Patient",
        "id": patient_id(known.mrn),
        "identifier": [{"system": system, "value": value} for system, value in numbers],
        "active": not links["replaced-by"],
        **({"link": link} if link else {}),
        "name": [{"use": "official", "text": known.name}],
        **({"telecom": phone} if phone else {}),
        "gender": _GENDERS[known.sex],
        "birthDate": known.birth_date.isoformat(),
    }


def patient_id(mrn: str) -> str:
    """The server's own id of a record, which is not its number."""
    return f"P{mrn}"


def appointment(known: Appointment, session: Session | None, version: str) -> Resource:
    """An appointment; what became of its session is no matter of it."""
    told: Resource = {
        "resourceType": "Appointment",
        "id": known.filler_id,
        "identifier": [{"system": names.PLACER, "value": known.placer_id}],
        "status": "booked" if known.status is AppointmentStatus.BOOKED else "cancelled",
        "slot": [ref("Slot", known.session_id)],
    }
    actors = [ref("Patient", patient_id(known.mrn))]
    if session is not None:
        told |= {"start": session.starts_at.isoformat(), "end": session.ends_at.isoformat()}
        actors += [
            ref("Practitioner", session.doctor.code, session.doctor.name),
            ref("Location", session.doctor.department_code),
        ]
    if version == "R5":
        told["subject"] = actors[0]
    return {**told, "participant": [{"actor": actor, "status": "accepted"} for actor in actors]}


def encounter(visit: Visit, doctor: Doctor, version: str) -> Resource:
    """A visit that was registered at the window."""
    klass: Resource = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    is_r5 = version == "R5"
    standing = "in-progress" if is_r5 else "arrived"
    person = ref("Practitioner", doctor.code, doctor.name)
    return {
        "resourceType": "Encounter",
        "id": visit.visit_no,
        "status": "cancelled" if visit.cancelled else standing,
        "class": [{"coding": [klass]}] if is_r5 else klass,
        "subject": ref("Patient", patient_id(visit.mrn)),
        "participant": [{"actor" if is_r5 else "individual": person}],
        "actualPeriod" if is_r5 else "period": {"start": visit.registered_at.astimezone(calendar.ZONE).isoformat()},
        "location": [{"location": ref("Location", doctor.department_code)}],
    }


def directory(data: HospitalData) -> Iterator[Resource]:
    """Everything of the directory, one after the other."""
    yield from map(location, data.departments)
    for doctor in data.doctors:
        yield from (practitioner(doctor), role(doctor), schedule(doctor))
