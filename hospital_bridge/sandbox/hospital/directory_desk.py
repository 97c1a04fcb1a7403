"""The desk that knows departments, doctors, prices and patients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from adapters.hl7.build import SegmentText, segment
from adapters.hl7.segment import Repetition
from adapters.values import Department, Sex
from hospital_bridge.sandbox.hospital.model import Declined, Doctor, HospitalData, Patient, Service
from hospital_bridge.sandbox.hospital.patient_index import PatientIndex
from hospital_bridge.sandbox.hospital.request import FIELD_MISSING, Answer, Request, answer

AUTHORITY = "DEMOHIS"
MRN_TYPE = "MR"
CN_ID = "CN_ID"
_ID_TYPES = {"IDCard": CN_ID, "NNCHN": CN_ID, "PPN": "PASSPORT"}
_ID_TYPE_WRITTEN = {CN_ID: "IDCard", "PASSPORT": "PPN"}


class DirectoryDesk:
    """Master files (HL7 chapter 8), patient query (3.3.57) and registration of a patient (3.3.28)."""

    def __init__(self, data: HospitalData, patients: PatientIndex) -> None:
        self._data = data
        self._patients = patients

    @property
    def handlers(self) -> Mapping[str, Callable[[Request], Answer]]:
        """What this desk answers."""
        return {
            "MFQ^M05": self._departments,
            "MFQ^M02": self._doctors,
            "MFQ^M04": self._prices,
            "QBP^Q22": self._find_patients,
            "ADT^A28": self._register_patient,
        }

    def _departments(self, request: Request) -> Answer:
        rows = (line for department in self._data.departments for line in _department(department))
        return _master_file(request, "LOC", *rows)

    def _doctors(self, request: Request) -> Answer:
        wanted = request.message["QRD-11.1"]
        doctors = (d for d in self._data.doctors if wanted in ("", d.department_code))
        return _master_file(request, "PRA", *(line for doctor in doctors for line in self._doctor(doctor)))

    def _prices(self, request: Request) -> Answer:
        rows = (line for service in self._data.services for line in _price(request, service))
        return _master_file(request, "CDM", *rows)

    def _find_patients(self, request: Request) -> Answer:
        asked = {part["1"]: part["2"] for part in request.message.segments("QPD")[0].field(3).repetitions}
        number = asked.get("@PID.3.1", "")
        if not number:
            raise Declined(FIELD_MISSING, "QPD-3 names no @PID.3.1")
        found = self._patients.find(_ID_TYPES.get(asked.get("@PID.3.5", ""), CN_ID), number)
        return answer(query_acknowledgement(request, len(found)), echo(request), *map(patient_segment, found))

    def _register_patient(self, request: Request) -> Answer:
        numbers = request.message.segments("PID")[0].field(3).repetitions
        id_type, id_number = _document(numbers)
        self._patients.register(
            Patient(
                mrn="",
                name=request.required("PID-5.1"),
                sex=Sex(request.message["PID-8"] or Sex.UNKNOWN),
                birth_date=request.day("PID-7"),
                id_type=id_type,
                id_number=id_number,
                phone=request.message["PID-13.1"],
            )
        )
        return answer()

    def _doctor(self, doctor: Doctor) -> Iterator[SegmentText]:
        department = next(d for d in self._data.departments if d.code == doctor.department_code)
        yield segment("MFE", {1: "MAD", 4: doctor.code, 5: "CE"})
        yield segment(
            "STF",
            {
                1: doctor.code,
                3: _name(doctor.name),
                7: "A",
                8: (department.code, department.name, "L"),
                18: doctor.title,
            },
        )
        yield segment("PRA", {1: doctor.code, 3: doctor.title})


def patient_segment(patient: Patient) -> SegmentText:
    """PID with the record number first and the identity document after it."""
    document = (patient.id_number, "", "", "", _ID_TYPE_WRITTEN[patient.id_type])
    return segment(
        "PID",
        {
            1: "1",
            3: [(patient.mrn, "", "", AUTHORITY, MRN_TYPE), document],
            5: _name(patient.name),
            7: f"{patient.birth_date:%Y%m%d}",
            8: patient.sex,
            13: patient.phone,
        },
    )


def gone_segment(mrn: str) -> SegmentText:
    """MRG with the record number that is gone."""
    return segment("MRG", {1: (mrn, "", "", AUTHORITY, MRN_TYPE)})


def query_acknowledgement(request: Request, hits: int) -> SegmentText:
    """QAK: OK with the number of hits, NF where there is none (HL7 table 0208)."""
    message = request.message
    tag = message["QPD-2"] or message["QRD-4"]
    return segment("QAK", {1: tag, 2: "OK" if hits else "NF", 4: str(hits)})


def echo(request: Request) -> SegmentText:
    """The query's own definition, sent back as it came."""
    name = "QPD" if request.message.segments("QPD") else "QRD"
    return SegmentText(request.message.segments(name)[0].text)


def record_number(request: Request) -> str:
    """The hospital's number in PID-3; Declined where the message has none."""
    for segment_ in request.message.segments("PID"):
        for number in segment_.field(3).repetitions:
            if number["5"] == MRN_TYPE and number["1"]:
                return number["1"]
    raise Declined(FIELD_MISSING, "PID-3 has no record number")


def _department(department: Department) -> Iterator[SegmentText]:
    place = (department.code, "", "", AUTHORITY)
    yield segment("MFE", {1: "MAD", 4: place, 5: "PL"})
    yield segment("LOC", {1: place, 2: department.place, 3: "C"})
    yield segment("LDP", {1: place, 2: (department.code, department.name, "L"), 5: "O", 6: "A"})


def _price(request: Request, service: Service) -> Iterator[SegmentText]:
    code = (service.code, service.name, "L")
    yield segment("MFE", {1: "MAD", 4: code, 5: "CE"})
    yield segment("CDM", {1: code, 3: service.name, 8: "A"})
    yield segment("PRC", {1: code, 5: ((request.yuan(service.price_fen), "CNY"), "UP"), 16: "A"})


def _master_file(request: Request, name: str, *rows: SegmentText) -> Answer:
    file = segment("MFI", {1: (name, "", "HL70175"), 3: "REP", 6: "NE"})
    return answer(echo(request), file, *rows)


def _name(name: str) -> tuple[str, ...]:
    return (name, "", "", "", "", "", "L", "I")


def _document(numbers: list[Repetition]) -> tuple[str, str]:
    for number in numbers:
        if number["5"] in _ID_TYPES and number["1"]:
            return _ID_TYPES[number["5"]], number["1"]
    raise Declined(FIELD_MISSING, "PID-3 has no identity document")
