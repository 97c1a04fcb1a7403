"""The hospital's appointments: nothing is booked twice, and no session beyond its capacity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from hospital_bridge.clock import Clock
from hospital_bridge.sandbox.hospital import calendar, codes
from hospital_bridge.sandbox.hospital.model import Appointment, AppointmentStatus, Declined, Doctor, Session


class Diary:
    """Appointments by the asker's number; `keep` writes each change down before it counts."""

    def __init__(self, doctors: Sequence[Doctor], clock: Clock, keep: Callable[[Appointment], None]) -> None:
        self._doctors = {doctor.code: doctor for doctor in doctors}
        self._clock = clock
        self._keep = keep
        self._by_placer: dict[str, Appointment] = {}

    def take_in(self, appointment: Appointment) -> None:
        """Hold an appointment that is written down already."""
        self._by_placer[appointment.placer_id] = appointment

    def open_sessions(self, department_code: str, doctor_code: str, day: date) -> Sequence[tuple[Session, int]]:
        """The sessions yet to start of one doctor and day, each with the places that are left."""
        doctor = self._doctors.get(doctor_code)
        if doctor is None or doctor.department_code != department_code:
            return []
        return [(session, self.left(session)) for session in calendar.sessions(doctor, day) if self._is_open(session)]

    def left(self, session: Session) -> int:
        """The places of a session that are left."""
        live = (a for a in self._by_placer.values() if a.status is AppointmentStatus.BOOKED)
        return session.capacity - sum(1 for appointment in live if appointment.session_id == session.session_id)

    def book(self, placer_id: str, session_id: str, mrn: str) -> Appointment:
        """Take a place; the same number and content again gives the same appointment, cancelled or not."""
        known = self._by_placer.get(placer_id)
        if known is not None:
            return _unchanged(known, session_id, mrn)
        session = self.session(session_id)
        if session is None or not self._is_open(session) or self.left(session) < 1:
            raise Declined(codes.SLOT_TAKEN, "the session is full or closed")
        return self._change(Appointment(placer_id, f"A{len(self._by_placer) + 1:08d}", session_id, mrn))

    def cancel(self, placer_id: str, filler_id: str) -> Appointment:
        """Give the place back; Declined where there is none or it was given back before."""
        known = self._by_placer.get(placer_id)
        if known is None or known.filler_id != filler_id:
            raise Declined(codes.APPOINTMENT_UNKNOWN, "no such appointment")
        if known.status is AppointmentStatus.CANCELLED:
            raise Declined(codes.APPOINTMENT_CANCELLED, "the appointment is cancelled already")
        return self._change(replace(known, status=AppointmentStatus.CANCELLED))

    def appointments(self) -> Sequence[Appointment]:
        """Every appointment, cancelled ones too."""
        return list(self._by_placer.values())

    def by_placer(self, placer_id: str) -> Appointment | None:
        """The appointment under the asker's number."""
        return self._by_placer.get(placer_id)

    def by_filler(self, filler_id: str) -> Appointment:
        """The appointment under the hospital's number; Declined where there is none."""
        for appointment in self._by_placer.values():
            if appointment.filler_id == filler_id:
                return appointment
        raise Declined(codes.APPOINTMENT_UNKNOWN, "no such appointment")

    def session(self, session_id: str) -> Session | None:
        """The session of that id, open or not."""
        doctor = self._doctors.get(session_id.partition("-")[0])
        day = calendar.session_day(session_id)
        if doctor is None or day is None:
            return None
        return next((s for s in calendar.sessions(doctor, day) if s.session_id == session_id), None)

    def _is_open(self, session: Session) -> bool:
        return calendar.is_open(session, self._clock.now())

    def _change(self, appointment: Appointment) -> Appointment:
        self._keep(appointment)
        self.take_in(appointment)
        return appointment


def _unchanged(known: Appointment, session_id: str, mrn: str) -> Appointment:
    if (known.session_id, known.mrn) != (session_id, mrn):
        raise Declined(codes.APPOINTMENT_CONFLICT, "this number stands for another appointment")
    return known
