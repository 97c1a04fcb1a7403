"""Postings: a PaymentNotice or a PaymentReconciliation for each payment and refund, under our serial.

| value | PaymentNotice | PaymentReconciliation |
|---|---|---|
| our serial | identifier of `our_system` | the same |
| merchant order number | identifier of `order_system` | the same |
| wallet's trade number | payment.identifier of `trade_system` | paymentIdentifier; identifier in R5 |
| payment or refund | paymentStatus | detail.type; kind, then allocation.type, in R5 |
| amount | amount | paymentAmount; amount in R5 |
| when the money moved | created, paymentDate its day | created, paymentDate or date its day |
| visit or bill | request | detail.request; allocation.target in R5 |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.errors import Malformed, OutcomeUnknown, Reason, Refused
from adapters.his_fhir.addresses import Params, token
from adapters.his_fhir.json_text import Number
from adapters.his_fhir.mapping.datatypes import YUAN, codes, day_bounds, fen, instant, written_instant
from adapters.his_fhir.mapping.numbers import reference, required_number, under
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.money import yuan_from_fen
from adapters.values import EntryKind, Fen, Posting, PostingEntry

NOTICE = "PaymentNotice"
_DRAFT = "draft"
_VOID = frozenset({"cancelled", "entered-in-error", _DRAFT})


def posting_resource(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    """One posting in the form that the settings name."""
    told = settings.billing
    identifiers = [(told.our_system, posting.serial), (told.order_system, posting.merchant_order_no)]
    common = {
        "resourceType": told.posting,
        "identifier": [{"system": system, "value": value} for system, value in identifiers if value],
        "status": "active",
        "created": written_instant(posting.occurred_at, settings.time_zone),
    }
    return {**common, **(_notice if told.posting == NOTICE else _reconciliation)(posting, settings)}


def read_entry(found: Node, settings: FhirSettings) -> PostingEntry:
    """One posting of the hospital's book."""
    kind = _kind(found, settings)
    money = found.child("amount" if found.type == NOTICE else settings.version.reconciled_amount)
    amount = fen(money)
    if amount < 0 and kind is EntryKind.PAYMENT:
        raise Malformed(f"{money.path} is a negative payment")
    return PostingEntry(
        serial=under(found, settings.billing.our_system),
        kind=kind,
        amount_fen=Fen(abs(amount)),
        receipt_no=required_number(found, settings.billing.receipt),
        occurred_at=instant(found.required("created"), settings.time_zone, f"{found.path}.created"),
    )


def check_same(found: Node, posting: Posting, settings: FhirSettings) -> None:
    """Refused(CONFLICTING_CONTENT) where our serial stood already for something else."""
    entry, wanted = read_entry(found, settings), posting_resource(posting, settings)
    same = (entry.kind, entry.amount_fen) == (posting.kind, posting.amount_fen)
    if not same or _target(found.value, settings) not in (None, _target(wanted, settings)):
        raise Refused("our serial stands for another posting", reason=Reason.CONFLICTING_CONTENT)


def stands(found: Node) -> bool:
    """Whether the posting counts."""
    return found.text("status") not in _VOID


def must_stand(made: Node) -> None:
    """Of an answer to a posting: Refused(CLOSED) where it is void, OutcomeUnknown while it is a draft."""
    status = made.text("status")
    if status == _DRAFT:
        raise OutcomeUnknown("the posting under our serial is a draft", native_code=status)
    if not stands(made):
        raise Refused("the posting under our serial does not stand", reason=Reason.CLOSED, native_code=status)


def by_serial(serial: str, settings: FhirSettings) -> tuple[str, str]:
    """The search for our serial."""
    return "identifier", token(serial, settings.billing.our_system)


def of_day(day: date, settings: FhirSettings) -> Params:
    """Every posting of a day that carries a serial of ours."""
    begins, ends = day_bounds(day, settings.time_zone)
    return [
        ("identifier", f"{token(settings.billing.our_system)}|"),
        ("created", f"ge{begins}"),
        ("created", f"lt{ends}"),
    ]


def _notice(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    told = settings.billing
    trade = {"system": told.trade_system, "value": posting.provider_trade_no}
    recipient = {"reference": told.recipient} if told.recipient else {}
    return {
        "request": _paid_for(posting, settings),
        **({"payment": {"identifier": trade}} if posting.provider_trade_no else {}),
        "paymentDate": _day(posting, settings),
        **({"recipient": recipient} if recipient else {}),
        "amount": _money(posting, settings),
        "paymentStatus": _kind_written(posting, settings),
    }


def _reconciliation(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    version, money = settings.version, _money(posting, settings)
    trade = {"system": settings.billing.trade_system, "value": posting.provider_trade_no}
    line = {version.reconciled_target: _paid_for(posting, settings), "amount": money}
    kind = _kind_written(posting, settings)
    if version.concepts_are_references:
        told: dict[str, Any] = {"type": _R5_TYPE, "kind": kind, "referenceNumber": posting.provider_trade_no}
    else:
        told, line = {"outcome": "complete", "paymentIdentifier": trade}, {"type": kind, **line}
    return {
        **told,
        version.reconciled_on: _day(posting, settings),
        version.reconciled_amount: money,
        version.reconciled_lines: [line],
    }


_R5_TYPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/payment-type", "code": "payment"}]}


def _paid_for(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    if posting.bill_no:
        return reference(settings.map.bill_from, posting.bill_no, settings.map.bill_number)
    if posting.stay_no:
        raise Refused("deposits onto a stay are not posted over FHIR", reason=Reason.NOT_ALLOWED)
    return reference("Appointment", posting.filler_id, settings.scheduling.number)


def _money(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    is_negative = posting.kind is EntryKind.REFUND and settings.billing.refund_amount == "negative"
    return {
        "value": Number(yuan_from_fen(-posting.amount_fen if is_negative else posting.amount_fen)),
        "currency": YUAN,
    }


def _day(posting: Posting, settings: FhirSettings) -> str:
    return posting.occurred_at.astimezone(settings.time_zone).date().isoformat()


def _kind_written(posting: Posting, settings: FhirSettings) -> Mapping[str, Any]:
    told = settings.billing
    code = told.payment_code if posting.kind is EntryKind.PAYMENT else told.refund_code
    return {"coding": [{"system": told.kind_system, "code": code}]}


def _kind(found: Node, settings: FhirSettings) -> EntryKind:
    holder, key = found, "paymentStatus"
    if found.type != NOTICE:
        holder, key = (found, "kind") if found.has("kind") else (found.child(settings.version.reconciled_lines), "type")
    meanings = {settings.billing.payment_code: EntryKind.PAYMENT, settings.billing.refund_code: EntryKind.REFUND}
    kind = next((meanings[code.code] for code in codes(holder, key) if code.code in meanings), None)
    if kind is None:
        raise Malformed(f"{holder.path}.{key} is neither a payment nor a refund")
    return kind


def _target(value: Mapping[str, Any], settings: FhirSettings) -> object:
    """What was paid, as it is written; None where it is not told."""
    if value["resourceType"] == NOTICE:
        return _plain(value.get("request"))
    lines = value.get(settings.version.reconciled_lines)
    first = lines[0] if isinstance(lines, list) and lines else {}
    return _plain(first.get(settings.version.reconciled_target) if isinstance(first, Mapping) else None)


def _plain(written: Any) -> object:
    """A reference without its display: the literal one, or the value of the identifier."""
    if not isinstance(written, Mapping):
        return None
    identifier = written.get("identifier")
    return written.get("reference") or (identifier.get("value") if isinstance(identifier, Mapping) else None)
