"""What this HIS can be asked, by its trade code (交易码): each reads and writes the hospital's books."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from xml.etree.ElementTree import Element

from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import EntryKind, Sex
from hospital_bridge.sandbox.hospital.doors.http_xml import wording
from hospital_bridge.sandbox.hospital.doors.http_xml.wording import row
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import Appointment, AppointmentStatus, BookEntry, Declined, Patient

Value = TypeVar("Value")

MISSING, WRONG = "E1001", "E1002"
"""A parameter is missing; a parameter cannot be read."""

OPERATOR = "ZZJ-ALIPAY"
"""The user of its own under whom this HIS books what the asker posts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one request; `extra_fen` is what a steered fault adds to every amount of the answer."""

    request: Element
    message_id: str
    extra_fen: int = 0

    def text(self, name: str) -> str:
        """A parameter; Declined where it is missing."""
        found = self.optional(name)
        if not found:
            raise Declined(MISSING, f"{name} is missing")
        return found

    def optional(self, name: str) -> str:
        """A parameter, '' where it is missing."""
        return (self.request.findtext(name) or "").strip()

    def read(self, name: str, reading: Callable[[str], Value]) -> Value:
        """A parameter read; Declined where it cannot be."""
        try:
            return reading(self.text(name))
        except (ValueError, KeyError, Malformed):
            raise Declined(WRONG, f"{name} cannot be read") from None

    def yuan(self, fen: int) -> str:
        """An amount of the answer."""
        return wording.yuan(fen + self.extra_fen)


Handler = Callable[[Asked], Iterator[Element]]


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade: the HL7 trigger of the same operation, '' where it has none, and how it is handled."""

    trigger: str
    handler: Handler


class Trades:
    """The desks of this HIS."""

    def __init__(self, hospital: SimulatedHospital) -> None:
        self._hospital = hospital

    @property
    def by_code(self) -> Mapping[str, Trade]:
        """Every trade."""
        return {
            "1001": Trade("MFQ^M05", self._departments),
            "1002": Trade("MFQ^M02", self._doctors),
            "1003": Trade("QBP^Q22", self._find_patients),
            "1004": Trade("ADT^A28", self._register),
            "1005": Trade("SQM^S25", self._schedule),
            "1006": Trade("", self._quota),
            "1007": Trade("MFQ^M04", self._prices),
            "1008": Trade("SRM^S01", self._book),
            "1009": Trade("SQM^S25", self._find_booking),
            "1010": Trade("SRM^S04", self._cancel),
            "1011": Trade("DFT^P03", self._post),
            "1012": Trade("QBP^ZQ1", self._find_posting),
            "1013": Trade("QBP^ZQ2", self._postings),
            "1014": Trade("", self._invoice),
        }

    # --- directory

    def _departments(self, _asked: Asked) -> Iterator[Element]:
        for department in self._hospital.data.departments:
            yield row("Dept", DeptCode=department.code, DeptName=department.name, Location=department.place)

    def _doctors(self, asked: Asked) -> Iterator[Element]:
        code = asked.text("DeptCode")
        for doctor in self._hospital.data.doctors:
            if doctor.department_code == code:
                yield row("Doctor", DoctorCode=doctor.code, DoctorName=doctor.name, Title=doctor.title, DeptCode=code)

    def _find_patients(self, asked: Asked) -> Iterator[Element]:
        id_type = asked.read("IdType", _id_type)
        yield from map(wording.patient_row, self._hospital.patients.find(id_type, asked.text("IdNo")))

    def _register(self, asked: Asked) -> Iterator[Element]:
        newcomer = Patient(
            mrn="",
            name=asked.text("PatientName"),
            sex=asked.read("Sex", _sex),
            birth_date=asked.read("BirthDate", wording.day_of),
            id_type=asked.read("IdType", _id_type),
            id_number=asked.text("IdNo"),
            phone=asked.optional("Phone"),
        )
        yield wording.patient_row(self._hospital.patients.register(newcomer))

    # --- scheduling

    def _schedule(self, asked: Asked) -> Iterator[Element]:
        """Who works when; how many places are left and what they cost is asked for apart."""
        department, doctor = asked.text("DeptCode"), asked.text("DoctorCode")
        for session, _ in self._hospital.diary.open_sessions(department, doctor, asked.read("Date", wording.day_of)):
            yield row(
                "Schedule",
                ScheduleId=session.session_id,
                DeptCode=department,
                DoctorCode=doctor,
                RegLevel=session.doctor.service_code,
                WorkDate=f"{session.starts_at:%Y-%m-%d}",
                BeginTime=f"{session.starts_at:%H:%M}",
                EndTime=wording.instant(session.ends_at),
            )

    def _quota(self, asked: Asked) -> Iterator[Element]:
        day = asked.read("Date", wording.day_of)
        doctor = self._hospital.data.doctor(asked.read("DoctorCode", self._doctor_code))
        for session, left in self._hospital.diary.open_sessions(doctor.department_code, doctor.code, day):
            total, used = str(session.capacity), str(session.capacity - left)
            yield row("Quota", ScheduleId=session.session_id, TotalNum=total, UsedNum=used)

    def _prices(self, asked: Asked) -> Iterator[Element]:
        """A registration costs its own fee (挂号费) and the doctor's (诊查费)."""
        for service in self._hospital.cashier.services:
            own = min(service.price_fen, 1_000)
            fees = {"RegFee": asked.yuan(own), "ExamFee": wording.yuan(service.price_fen - own)}
            yield row("Price", RegLevel=service.code, LevelName=service.name, **fees)

    def _book(self, asked: Asked) -> Iterator[Element]:
        patient = self._hospital.patients.get(asked.text("PatientNo"))
        booked = self._hospital.diary.book(asked.text("OrderNo"), asked.text("ScheduleId"), patient.mrn)
        yield _booking(booked)

    def _find_booking(self, asked: Asked) -> Iterator[Element]:
        found = self._hospital.diary.by_placer(asked.text("OrderNo"))
        yield from () if found is None else (_booking(found),)

    def _cancel(self, asked: Asked) -> Iterator[Element]:
        yield _booking(self._hospital.diary.cancel(asked.text("OrderNo"), asked.text("VisitNo")))

    # --- cashier

    def _post(self, asked: Asked) -> Iterator[Element]:
        bill_no, stay_no = asked.optional("BillNo"), asked.optional("StayNo")
        entry = BookEntry(
            serial=asked.text("Serial"),
            kind=asked.read("PayType", _kinds().__getitem__),
            amount_fen=asked.read("Amount", fen_from_yuan),
            receipt_no="",
            filler_id=asked.optional("VisitNo") if bill_no or stay_no else asked.text("VisitNo"),
            order_no=asked.text("OrderNo"),
            trade_no=asked.optional("TradeNo"),
            occurred_at=asked.read("PayTime", wording.instant_of),
            control_id=asked.message_id,
            bill_no=bill_no,
            accounting_day=asked.optional("AccountDay"),
            refers_to=asked.optional("OldSerial"),
            stay_no=stay_no,
        )
        yield _entry(self._hospital.cashier.post(entry), asked)

    def _find_posting(self, asked: Asked) -> Iterator[Element]:
        yield from (_entry(entry, asked) for entry in self._hospital.cashier.under_serial(asked.text("Serial")))

    def _postings(self, asked: Asked) -> Iterator[Element]:
        day = asked.read("Date", wording.day_of)
        yield from (_entry(entry, asked) for entry in self._hospital.cashier.of_day(day))

    def _invoice(self, asked: Asked) -> Iterator[Element]:
        state = self._hospital.cashier.invoices.get(asked.text("Serial"))
        yield from () if state is None else (row("Invoice", State=wording.INVOICES[state]),)

    def _doctor_code(self, code: str) -> str:
        return self._hospital.data.doctor(code).code


def _booking(appointment: Appointment) -> Element:
    state = "1" if appointment.status is AppointmentStatus.BOOKED else "9"
    return row("Booking", OrderNo=appointment.placer_id, VisitNo=appointment.filler_id, State=state)


def _entry(entry: BookEntry, asked: Asked) -> Element:
    return row(
        "Posting",
        Serial=entry.serial,
        PayType=wording.KINDS[entry.kind],
        Amount=asked.yuan(entry.amount_fen),
        ReceiptNo=entry.receipt_no,
        PayTime=wording.instant(entry.occurred_at),
        AccountDay=entry.accounting_day or wording.instant(entry.occurred_at)[:10],
        Operator=OPERATOR,
    )


def _kinds() -> Mapping[str, EntryKind]:
    return {code: kind for kind, code in wording.KINDS.items()}


def _id_type(code: str) -> str:
    return {written: ours for ours, written in wording.ID_TYPES.items()}[code]


def _sex(code: str) -> Sex:
    return {written: sex for sex, written in wording.SEXES.items()}[code]
