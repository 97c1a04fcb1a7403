"""How this HIS writes: elements and texts, local times, yuan, and codes of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from adapters.invoices import InvoiceState
from adapters.money import yuan_from_fen
from adapters.values import EntryKind, Sex
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.model import Patient

DONE, NOTHING, BUSY, FAILED, CONFUSED = "0", "1", "2", "-1", "-9"
"""`ResultCode`: done; done and nothing there; come again; no; nobody knows."""

SEXES = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNKNOWN: "0"}
ID_TYPES = {"CN_ID": "01", "PASSPORT": "03"}
INVOICES = {InvoiceState.NOT_ISSUED: "0", InvoiceState.ISSUED: "1", InvoiceState.REVERSED: "2"}
KINDS = {EntryKind.PAYMENT: "1", EntryKind.REFUND: "2"}
_TIME = "%Y-%m-%d %H:%M:%S"


def row(name: str, **texts: str) -> Element:
    """An element with one child for each text."""
    made = Element(name)
    for key, text in texts.items():
        SubElement(made, key).text = text
    return made


def instant(at: datetime) -> str:
    """A local time."""
    return at.astimezone(calendar.ZONE).strftime(_TIME)


def instant_of(text: str) -> datetime:
    """The instant of a local time; ValueError where it is none."""
    return datetime.strptime(text, _TIME).replace(tzinfo=calendar.ZONE)


def day_of(text: str) -> date:
    """A day; ValueError where it is none."""
    return date.fromisoformat(text)


def yuan(fen: int) -> str:
    """An amount."""
    return yuan_from_fen(fen)


def patient_row(patient: Patient, name: str = "Patient") -> Element:
    """A record of the patient index."""
    return row(
        name,
        PatientNo=patient.mrn,
        PatientName=patient.name,
        Sex=SEXES[patient.sex],
        BirthDate=patient.birth_date.isoformat(),
        IdType=ID_TYPES[patient.id_type],
        IdNo=patient.id_number,
    )


def response(message_id: str, result: str, rows: Iterable[Element], *, error: str = "", text: str = "") -> str:
    """The document of an answer."""
    made = row("Response", MsgId=message_id, ResultCode=result, ErrorCode=error, ResultDesc=text)
    SubElement(made, "Data").extend(rows)
    return tostring(made, encoding="unicode")
