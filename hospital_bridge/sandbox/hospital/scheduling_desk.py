"""The desk that shows free sessions and takes, shows and cancels appointments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from adapters.hl7.build import Field, SegmentText, segment, timestamp
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.diary import Diary
from hospital_bridge.sandbox.hospital.directory_desk import (
    AUTHORITY,
    patient_segment,
    query_acknowledgement,
    record_number,
)
from hospital_bridge.sandbox.hospital.model import Appointment, HospitalData, Session
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex
from hospital_bridge.sandbox.hospital.request import Answer, Request, answer

_MINUTE = 60
_OPEN_SLOTS = "SOP"


class SchedulingDesk:
    """Schedule query S25, booking S01 and cancellation S04 (HL7 chapter 10)."""

    def __init__(self, diary: Diary, patients: PatientIndex, data: HospitalData) -> None:
        self._diary = diary
        self._patients = patients
        self._data = data

    @property
    def handlers(self) -> Mapping[str, Callable[[Request], Answer]]:
        """What this desk answers."""
        return {"SQM^S25": self._query, "SRM^S01": self._book, "SRM^S04": self._cancel}

    def called_off(self, placer_id: str) -> tuple[Appointment, Sequence[SegmentText]]:
        """Cancel an appointment on the hospital's own account; it and the body of the notice (SIU^S15)."""
        known = self._diary.by_placer(placer_id)
        if known is None:
            raise LookupError(placer_id)
        cancelled = self._diary.cancel(placer_id, known.filler_id)
        return cancelled, list(self._appointment(cancelled))

    def booked_elsewhere(self, placer_id: str, session_id: str, mrn: str) -> tuple[Appointment, Sequence[SegmentText]]:
        """Book for a patient who asked another channel: the appointment and the body of the notice (SIU^S12)."""
        booked = self._diary.book(placer_id, session_id, self._patients.get(mrn).mrn)
        return booked, list(self._appointment(booked))

    def _query(self, request: Request) -> Answer:
        if request.message["QRD-9.1"] == _OPEN_SLOTS:
            return self._open_slots(request)
        found = self._diary.by_placer(request.required("ARQ-1.1"))
        rows = self._appointment(found) if found else ()
        return answer(query_acknowledgement(request, 1 if found else 0), *rows)

    def _open_slots(self, request: Request) -> Answer:
        department, doctor = request.required("AIL-3.1"), request.required("AIP-3.1")
        found = self._diary.open_sessions(
            department, doctor, request.instant("ARQ-11.1").astimezone(calendar.ZONE).date()
        )
        rows = (line for session, left in found for line in self._slot(session, left))
        return answer(query_acknowledgement(request, len(found)), *rows)

    def _book(self, request: Request) -> Answer:
        patient = self._patients.get(record_number(request))
        booked = self._diary.book(request.required("ARQ-1.1"), request.required("ARQ-5.1"), patient.mrn)
        return answer(*self._appointment(booked))

    def _cancel(self, request: Request) -> Answer:
        cancelled = self._diary.cancel(request.required("ARQ-1.1"), request.required("ARQ-2.1"))
        return answer(*self._appointment(cancelled))

    def _appointment(self, appointment: Appointment) -> Iterator[SegmentText]:
        session = self._diary.session(appointment.session_id)
        yield _schedule(appointment.session_id, appointment)
        yield patient_segment(self._patients.get(appointment.mrn))
        if session is not None:
            yield from self._resources(session)

    def _slot(self, session: Session, left: int) -> Iterator[SegmentText]:
        yield _schedule(session.session_id)
        group, service, location, person = self._resources(session)
        quota: dict[int, Field] = {1: "1", 3: session.session_id, 4: ("QUOTA", "号源", "L"), 6: str(left)}
        yield from (group, service, segment("AIG", quota), person, location)

    def _resources(self, session: Session) -> Iterator[SegmentText]:
        """Group, service, location and person, as SRR has them; SQR has the person before the location."""
        doctor = session.doctor
        department = self._data.department_of(doctor.code)
        place = (department.code, department.place, "", AUTHORITY, "", "", "", "", department.name)
        start = timestamp(session.starts_at, calendar.ZONE)
        minutes = int((session.ends_at - session.starts_at).total_seconds()) // _MINUTE
        yield segment("RGS", {1: "1"})
        yield segment("AIS", {1: "1", 3: (doctor.service_code, "", "L"), 4: start, 7: str(minutes), 8: "min"})
        yield segment("AIL", {1: "1", 3: place, 4: "C"})
        yield segment("AIP", {1: "1", 3: (doctor.code, doctor.name), 4: "D"})


def _schedule(session_id: str, appointment: Appointment | None = None) -> SegmentText:
    clerk = ("DESK", "预约中心")
    fields: dict[int, Field] = {5: session_id, 6: "ROUTINE", 16: clerk, 20: clerk}
    if appointment is not None:
        fields |= {1: appointment.placer_id, 2: appointment.filler_id, 25: appointment.status}
    return segment("SCH", fields)
