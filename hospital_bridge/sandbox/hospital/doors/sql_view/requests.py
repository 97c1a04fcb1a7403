"""What others write into the interface tables, and what the hospital does about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.errors import Malformed
from adapters.money import fen_from_yuan, yuan_from_fen
from hospital_bridge.sandbox.hospital.doors.sql_view.database import Columns
from hospital_bridge.sandbox.hospital.doors.sql_view.writing import ENTRY_KINDS, ID_TYPES, SEXES, day_of, instant_of
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import AppointmentStatus, BookEntry, Declined, Patient
from hospital_bridge.sandbox.hospital.request import DATA_TYPE

OK, BUSY, BROKEN_OFF = "0", "B1", "U1"
"""The hospital's codes for a yes, for not now, and for work that may have been done before it failed."""

_SEXES = {code: sex for sex, code in SEXES.items()}
_ID_TYPES = {code: id_type for id_type, code in ID_TYPES.items()}
_ENTRY_KINDS = {code: kind for kind, code in ENTRY_KINDS.items()}

_GARBLED = "\x01??"
_FOREIGN = "SOMEBODY-ELSES"


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of an interface table."""

    table: str
    columns: Mapping[str, str]

    @property
    def trigger(self) -> str:
        """What it is called where faults are planned: the HL7 trigger of the same operation."""
        return TRIGGERS[self.table]

    @property
    def number(self) -> str:
        """Under which it is answered."""
        return self.columns["QQLSH"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The line of the answer, None where none ever comes, after a delay in seconds."""

    columns: Columns | None
    delay_seconds: float = 0.0


def answer(asked: Asked, hospital: SimulatedHospital) -> Answered:
    """Act on it and answer; whoever calls holds the hospital's lock."""
    hospital.heard.append((asked.trigger, asked.number))
    fault = hospital.faults.take(asked.trigger)
    columns = _acted(asked, hospital, fault) if fault is None or fault.acts else _unmoved(fault)
    return _on_the_way(asked, columns, fault)


def _acted(asked: Asked, hospital: SimulatedHospital, fault: Fault | None) -> Columns:
    extra_fen = fault.extra_fen if fault and fault.kind is FaultKind.WRONG_AMOUNT else 0
    try:
        return {"JGDM": OK, **_ACTS[asked.table](asked.columns, hospital, extra_fen)}
    except Declined as no:
        return {"JGDM": no.code, "JGXX": no.text}
    except (KeyError, ValueError, Malformed):
        return {"JGDM": DATA_TYPE, "JGXX": "数据格式错误"}


def _unmoved(fault: Fault) -> Columns:
    if fault.kind is FaultKind.REFUSE:
        return {"JGDM": fault.code, "JGXX": fault.text}
    return {"JGDM": BUSY if fault.kind is FaultKind.BUSY else BROKEN_OFF}


def _on_the_way(asked: Asked, columns: Columns, fault: Fault | None) -> Answered:
    """What a fault makes of the answer; a connection that breaks is here a procedure that does."""
    number = {"QQLSH": asked.number}
    match fault.kind if fault else None:
        case FaultKind.NO_REPLY:
            return Answered(None)
        case FaultKind.RESET | FaultKind.ERROR:
            return Answered({**number, "JGDM": BROKEN_OFF, "JGXX": "过程执行中断"})
        case FaultKind.GARBLED:
            return Answered({**number, "JGDM": _GARBLED})
        case FaultKind.FOREIGN_ACK:
            return Answered({**columns, "QQLSH": _FOREIGN})
        case FaultKind.LATE if fault:
            return Answered({**number, **columns}, fault.seconds)
        case _:
            return Answered({**number, **columns})


def _registered(columns: Mapping[str, str], hospital: SimulatedHospital, _extra_fen: int) -> Columns:
    hospital.patients.register(
        Patient(
            mrn="",
            name=columns["XM"],
            sex=_SEXES[columns["XB"]],
            birth_date=day_of(columns["CSRQ"]),
            id_type=_ID_TYPES[columns["ZJLX"]],
            id_number=columns["ZJHM"],
            phone=columns["DH"],
        )
    )
    return {}


def _booked(columns: Mapping[str, str], hospital: SimulatedHospital, _extra_fen: int) -> Columns:
    patient = hospital.patients.get(columns["BRID"])
    booked = hospital.diary.book(columns["WBLSH"], columns["HYBM"], patient.mrn)
    return {"YYLSH": booked.filler_id, "ZT": "1" if booked.status is AppointmentStatus.BOOKED else "0"}


def _cancelled(columns: Mapping[str, str], hospital: SimulatedHospital, _extra_fen: int) -> Columns:
    hospital.diary.cancel(columns["WBLSH"], columns["YYLSH"])
    return {}


def _posted(columns: Mapping[str, str], hospital: SimulatedHospital, extra_fen: int) -> Columns:
    posted = hospital.cashier.post(
        BookEntry(
            serial=columns["LSH"],
            kind=_ENTRY_KINDS[columns["LX"]],
            amount_fen=fen_from_yuan(columns["JE"]),
            receipt_no="",
            filler_id=columns["GHLSH"],
            order_no=columns["SHDDH"],
            trade_no=columns["PTJYH"],
            occurred_at=instant_of(columns["SJ"]),
            control_id=columns["QQLSH"],
            bill_no=columns["FYDH"],
            stay_no=columns["ZYH"],
        )
    )
    return {"SJH": posted.receipt_no, "JE": yuan_from_fen(posted.amount_fen + extra_fen)}


_ACTS: Mapping[str, Callable[[Mapping[str, str], SimulatedHospital, int], Columns]] = {
    "In_table_JD": _registered,
    "In_table_YY": _booked,
    "In_table_QX": _cancelled,
    "In_table_SF": _posted,
}

TRIGGERS: Mapping[str, str] = {
    "In_table_JD": "ADT^A28",
    "In_table_YY": "SRM^S01",
    "In_table_QX": "SRM^S04",
    "In_table_SF": "DFT^P03",
}
"""The interface tables, and the HL7 trigger of the operation that each is for."""
