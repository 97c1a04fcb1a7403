"""What each type of resource can be asked here: searches, creations and changes over the hospital's books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from adapters.values import Sex
from hospital_bridge.sandbox.hospital import calendar, codes
from hospital_bridge.sandbox.hospital.doors.fhir import money_resources, names, resources
from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource
from hospital_bridge.sandbox.hospital.doors.fhir.search import Search
from hospital_bridge.sandbox.hospital.model import Appointment, AppointmentStatus, Declined, Patient
from hospital_bridge.sandbox.hospital.request import DATA_TYPE, FIELD_MISSING

if TYPE_CHECKING:
    from hospital_bridge.sandbox.hospital.doors.fhir.shelf import Shelf
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital

FED = ("Appointment", "Encounter", "Invoice", "DiagnosticReport")
"""What can be searched by its last change."""

NO_SUCH_TYPE = "201"
STALE = "HTTP-412"


class Desks:
    """Reads and changes the hospital's books; whoever calls holds the hospital's lock."""

    def __init__(self, hospital: SimulatedHospital, shelf: Shelf, version: str) -> None:
        self._hospital = hospital
        self._data = hospital.data
        self._shelf = shelf
        self._version = version
        self._directory = {f"{each['resourceType']}/{each['id']}": each for each in resources.directory(self._data)}
        self._searches: Mapping[str, Callable[[Search, int], Sequence[Resource]]] = {
            "Location": lambda _search, _: self._of_type("Location"),
            "PractitionerRole": self._roles,
            "Schedule": self._schedules,
            "Slot": self._slots,
            "ChargeItemDefinition": self._prices,
            "Patient": self._patients,
            "PaymentNotice": self._postings,
            **dict.fromkeys(FED, self._fed),
        }

    # --- reading

    def search(self, search: Search, extra_fen: int = 0) -> Sequence[Resource]:
        """Everything that a search finds; Declined where this hospital has no such type."""
        if search.kind not in self._searches:
            raise Declined(NO_SUCH_TYPE, "no such type here")
        return self._searches[search.kind](search, extra_fen)

    def named(self, reference: str) -> Resource | None:
        """The resource of that type and id, None where there is none."""
        kind, _, identifier = reference.partition("/")
        if kind == "Patient":
            known = [each for each in self._hospital.patients.all() if resources.patient_id(each.mrn) == identifier]
            return self.patient(known[0].mrn) if known else None
        return self._shelf.get(kind, identifier) or self._directory.get(reference)

    def _of_type(self, kind: str) -> Sequence[Resource]:
        return [each for each in self._directory.values() if each["resourceType"] == kind]

    def _roles(self, search: Search, _extra_fen: int) -> Sequence[Resource]:
        wanted = search.ids("location")
        return [resources.role(each) for each in self._data.doctors if each.department_code in wanted]

    def _schedules(self, search: Search, _extra_fen: int) -> Sequence[Resource]:
        return [resources.schedule(each) for each in self._data.doctors if each.code in search.ids("actor")]

    def _slots(self, search: Search, _extra_fen: int) -> Sequence[Resource]:
        begins, ends = search.bounds("start")
        if begins is None or ends is None:
            raise Declined(FIELD_MISSING, "start is required")
        doctors = [each for each in self._data.doctors if resources.schedule_id(each) in search.ids("schedule")]
        open_ones = [
            pair
            for doctor in doctors
            for pair in self._hospital.diary.open_sessions(
                doctor.department_code, doctor.code, begins.astimezone(calendar.ZONE).date()
            )
        ]
        told = [resources.slot(session, left, self._version) for session, left in open_ones if session.starts_at < ends]
        return [each for each in told if each["status"] in search.one("status").split(",")]

    def _prices(self, _search: Search, extra_fen: int) -> Sequence[Resource]:
        return [
            resources.price(each, lambda fen: money_resources.money(fen + extra_fen))
            for each in self._hospital.cashier.services
        ]

    def _patients(self, search: Search, _extra_fen: int) -> Sequence[Resource]:
        if search.one("_sort"):
            return self._fed(search, 0)
        everybody = [self.patient(each.mrn) for each in self._hospital.patients.all()]
        if search.one("_id"):
            return [each for each in everybody if each["id"] == search.one("_id")]
        wanted = dict(zip(("system", "value"), search.token("identifier"), strict=True))
        return [each for each in everybody if wanted in each["identifier"]]

    def _postings(self, search: Search, extra_fen: int) -> Sequence[Resource]:
        _, serial = search.token("identifier")
        if serial:
            found = self._hospital.cashier.under_serial(serial)
        else:
            found = self._hospital.cashier.of_day(self._day(search))
        return [money_resources.posting(entry, extra_fen) for entry in found]

    def _day(self, search: Search) -> date:
        begins, _ = search.bounds("created")
        if begins is None:
            raise Declined(FIELD_MISSING, "created is required")
        return begins.astimezone(calendar.ZONE).date()

    def _fed(self, search: Search, _extra_fen: int) -> Sequence[Resource]:
        if search.kind == "Appointment" and search.one("identifier"):
            _, placer_id = search.token("identifier")
            known = self._hospital.diary.by_placer(placer_id)
            return [] if known is None else [self.appointment(known)]
        return self._shelf.since(search.kind, search.bounds("_lastUpdated")[0])

    # --- changing

    def register(self, told: Mapping[str, Any]) -> Resource:
        """A new record; Declined where the document is known."""
        try:
            number = next(each for each in told["identifier"] if each["system"] in names.DOCUMENTS.values())
            kind = next(kind for kind, system in names.DOCUMENTS.items() if system == number["system"])
            newcomer = Patient(
                "",
                told["name"][0]["text"],
                resources.SEXES.get(told.get("gender", ""), Sex.UNKNOWN),
                date.fromisoformat(told["birthDate"]),
                kind,
                number["value"],
                next((each["value"] for each in told.get("telecom", ()) if each["system"] == "phone"), ""),
            )
        except (KeyError, IndexError, StopIteration, ValueError, TypeError):
            raise Declined(DATA_TYPE, "not a patient") from None
        return self.patient(self._hospital.patients.register(newcomer).mrn)

    def book(self, told: Mapping[str, Any]) -> Resource:
        """A place of a session."""
        try:
            placer = next(each["value"] for each in told["identifier"] if each["system"] == names.PLACER)
            session_id = told["slot"][0]["reference"].rpartition("/")[2]
            actors = [each["actor"]["reference"] for each in told["participant"]]
            person = next(actor for actor in actors if actor.startswith("Patient/"))
        except (KeyError, IndexError, StopIteration, TypeError):
            raise Declined(DATA_TYPE, "not an appointment") from None
        known = self.named(person)
        if known is None:
            raise Declined(codes.PATIENT_UNKNOWN, "no such patient record")
        booked = self._hospital.diary.book(placer, session_id, known["identifier"][0]["value"])
        return self._shelf.lay(self.appointment(booked))

    def cancel(self, identifier: str, told: Mapping[str, Any], if_match: str) -> Resource:
        """An appointment becomes cancelled, while it is of the version that was read."""
        known = self._hospital.diary.by_filler(identifier)
        if if_match != f'W/"{self._shelf.version("Appointment", identifier)}"':
            raise Declined(STALE, "another version")
        if told.get("status") != "cancelled":
            raise Declined(DATA_TYPE, "an appointment can only be cancelled")
        if known.status is not AppointmentStatus.CANCELLED:
            known = self._hospital.diary.cancel(known.placer_id, identifier)
        return self._shelf.lay(self.appointment(known))

    def post(self, told: Mapping[str, Any], control_id: str, extra_fen: int) -> Resource:
        """A line of the book."""
        entry = self._hospital.cashier.post(money_resources.entry_of(told, control_id))
        return money_resources.posting(entry, extra_fen)

    def patient(self, mrn: str) -> Resource:
        """A record as it stands."""
        return resources.patient(self._hospital.patients.get(mrn), self._hospital.patients)

    def appointment(self, known: Appointment) -> Resource:
        """An appointment as it stands, with the version of it that was told."""
        session = self._hospital.diary.session(known.session_id)
        told = resources.appointment(known, session, self._version)
        laid = self._shelf.get("Appointment", known.filler_id)
        return told | ({"meta": laid["meta"]} if laid else {"meta": {"versionId": "1"}})
