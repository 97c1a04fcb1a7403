"""The hospital's bills and its book of postings as resources; a number in JSON is written as the money is, `12.30`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.errors import Malformed
from adapters.money import fen_from_yuan, yuan_from_fen
from adapters.values import EntryKind
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.doors.fhir import names
from hospital_bridge.sandbox.hospital.doors.fhir.json_wire import Exact
from hospital_bridge.sandbox.hospital.doors.fhir.names import concept, ref
from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource, patient_id
from hospital_bridge.sandbox.hospital.model import Bill, BillItem, BillState, BookEntry, Declined, Doctor
from hospital_bridge.sandbox.hospital.request import DATA_TYPE

_KINDS = {names.PAID: EntryKind.PAYMENT, names.REFUNDED: EntryKind.REFUND}
_KIND_WRITTEN = {kind: code for code, kind in _KINDS.items()}
_INVOICE_STATES = {BillState.OPEN: "issued", BillState.SETTLED_AT_WINDOW: "balanced", BillState.CANCELLED: "cancelled"}


def money(amount_fen: int) -> Resource:
    """Yuan, in CNY."""
    return {"value": Exact(yuan_from_fen(amount_fen)), "currency": "CNY"}


def invoice(bill: Bill, doctor: Doctor, department_name: str, version: str) -> Resource:
    """A bill, its charges inside it."""
    at = bill.issued_at.astimezone(calendar.ZONE).isoformat()
    return {
        "resourceType": "Invoice",
        "id": bill.bill_no,
        "contained": [_charge(bill, number, item, version) for number, item in enumerate(bill.items, start=1)],
        "status": _INVOICE_STATES[bill.state],
        **({"type": concept(names.ITEMS, names.WINDOW_ONLY)} if bill.at_window else {}),
        "subject": ref("Patient", patient_id(bill.mrn)),
        **({"creation": at} if version == "R5" else {"date": at}),
        "participant": [{"actor": ref("Practitioner", doctor.code, doctor.name)}],
        "issuer": {"display": department_name},
        "lineItem": [_line(number, item) for number, item in enumerate(bill.items, start=1)],
        "totalNet": money(bill.self_pay_fen),
        "totalGross": money(bill.self_pay_fen),
    }


def posting(entry: BookEntry, extra_fen: int = 0) -> Resource:
    """One line of the book; a refund is written as a negative amount."""
    sign = 1 if entry.kind is EntryKind.PAYMENT else -1
    at = entry.occurred_at.astimezone(calendar.ZONE)
    numbers = [(names.SERIAL, entry.serial), (names.ORDER, entry.order_no)]
    trade = {"payment": {"identifier": {"system": names.TRADE, "value": entry.trade_no}}} if entry.trade_no else {}
    return {
        "resourceType": "PaymentNotice",
        "id": entry.receipt_no,
        "identifier": [{"system": system, "value": value} for system, value in numbers if value],
        "status": "active",
        "request": ref("Invoice", entry.bill_no) if entry.bill_no else ref("Appointment", entry.filler_id),
        "created": at.isoformat(),
        **trade,
        "paymentDate": at.date().isoformat(),
        "amount": money(sign * (entry.amount_fen + extra_fen)),
        "paymentStatus": concept("http://terminology.hl7.org/CodeSystem/paymentstatus", _KIND_WRITTEN[entry.kind]),
    }


def entry_of(told: Mapping[str, Any], control_id: str) -> BookEntry:
    """The line of the book that a PaymentNotice asks for; Declined where it does not say what it must."""
    try:
        numbers = {each["system"]: each["value"] for each in told["identifier"]}
        kind = _KINDS[told["paymentStatus"]["coding"][0]["code"]]
        amount = fen_from_yuan(str(told["amount"]["value"]))
        paid_for, number = told["request"]["reference"].split("/")
        at = datetime.fromisoformat(told["created"])
    except (KeyError, ValueError, IndexError, TypeError, Malformed):
        raise Declined(DATA_TYPE, "not a posting") from None
    if told["amount"].get("currency") != "CNY":
        raise Declined(DATA_TYPE, "not in CNY")
    return BookEntry(
        serial=numbers[names.SERIAL],
        kind=kind,
        amount_fen=abs(amount),
        receipt_no="",
        filler_id=number if paid_for == "Appointment" else "",
        order_no=numbers.get(names.ORDER, ""),
        trade_no=told.get("payment", {}).get("identifier", {}).get("value", ""),
        occurred_at=at,
        control_id=control_id,
        bill_no=number if paid_for == "Invoice" else "",
    )


def _line(number: int, item: BillItem) -> Resource:
    components = [{"type": "base", "amount": money(item.amount_fen)}]
    for code, share_fen in ((names.INSURANCE, item.insurance_fen), (names.ACCOUNT, item.account_fen)):
        if share_fen:
            share = {"type": "deduction", "code": concept(names.ITEMS, code), "amount": money(share_fen)}
            components.append(share)
    return {"sequence": number, "chargeItemReference": {"reference": f"#c{number}"}, "priceComponent": components}


def _charge(bill: Bill, number: int, item: BillItem, version: str) -> Resource:
    visit = {"encounter" if version == "R5" else "context": ref("Encounter", bill.filler_id)} if bill.filler_id else {}
    return {
        "resourceType": "ChargeItem",
        "id": f"c{number}",
        "status": "billable",
        "code": concept(names.ITEMS, item.code, item.name),
        "subject": ref("Patient", patient_id(bill.mrn)),
        **visit,
        "quantity": {"value": item.quantity},
    }
