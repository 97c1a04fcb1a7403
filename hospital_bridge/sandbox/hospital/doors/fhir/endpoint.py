"""One request -> one answer of the hospital's FHIR server, faults of the hospital included."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hospital_bridge.sandbox.hospital import codes
from hospital_bridge.sandbox.hospital.doors.fhir import json_wire, names
from hospital_bridge.sandbox.hospital.doors.fhir.desks import FED, NO_SUCH_TYPE, STALE, Desks
from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource
from hospital_bridge.sandbox.hospital.doors.fhir.search import Search, bundle, search_of
from hospital_bridge.sandbox.hospital.doors.http_server import Answered, Asked
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.model import Declined

if TYPE_CHECKING:
    from hospital_bridge.sandbox.hospital.doors.fhir.subscriptions import Subscriptions
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital

BASE = "/fhir"
FHIR_VERSIONS = {"R4": "4.0.1", "R4B": "4.3.0", "R5": "5.0.0"}
_TRIGGERS = {
    ("GET", "Location"): "MFQ^M05",
    ("GET", "PractitionerRole"): "MFQ^M02",
    ("GET", "ChargeItemDefinition"): "MFQ^M04",
    ("GET", "Patient"): "QBP^Q22",
    ("GET", "Slot"): "SQM^S25",
    ("GET", "Appointment"): "SQM^S25",
    ("POST", "Patient"): "ADT^A28",
    ("POST", "Appointment"): "SRM^S01",
    ("PUT", "Appointment"): "SRM^S04",
    ("POST", "PaymentNotice"): "DFT^P03",
    ("POST", "Subscription"): "SUBSCRIBE",
}
"""What a request is called where faults are planned: the HL7 trigger of the same operation."""

_STATUS = {
    codes.PATIENT_EXISTS: 409,
    codes.SLOT_TAKEN: 409,
    codes.POSTING_CONFLICT: 409,
    codes.APPOINTMENT_CONFLICT: 409,
    STALE: 412,
    NO_SUCH_TYPE: 404,
}
_BUSINESS, _CONFLICT = 422, 409
_SILENT = frozenset({FaultKind.NO_REPLY, FaultKind.FOREIGN_ACK})


class Endpoint:
    """Answers requests under `/fhir`; `authority` is the address by which callers know this server."""

    def __init__(
        self,
        hospital: SimulatedHospital,
        desks: Desks,
        subscriptions: Subscriptions,
        version: str,
        authority: Callable[[], str],
        token: str,
    ) -> None:
        self._hospital = hospital
        self._desks = desks
        self._subscriptions = subscriptions
        self._version = version
        self._authority = authority
        self._token = token
        self._numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Answered:
        """What goes back."""
        control_id = f"F{next(self._numbers):09d}"
        where = urlsplit(asked.target)
        parts = where.path.removeprefix(BASE).strip("/").split("/")
        if parts == ["metadata"]:
            return self._told(200, self._capabilities())
        if asked.headers.get("authorization") != f"Bearer {self._token}":
            return self._told(401, outcome("login", "", "who are you"))
        search = self._search(asked, parts[0], where.query)
        trigger = _trigger(asked.method, search, parts)
        self._hospital.heard.append((trigger, control_id))
        fault = self._hospital.faults.take(trigger)
        with self._hospital.lock:
            return self._answered(asked, search, parts, control_id, fault)

    def _answered(
        self, asked: Asked, search: Search, parts: list[str], control_id: str, fault: Fault | None
    ) -> Answered:
        kind = fault.kind if fault else None
        if fault is not None and not fault.acts:
            return self._unmoved(fault)
        try:
            extra_fen = fault.extra_fen if fault and kind is FaultKind.WRONG_AMOUNT else 0
            given = self._acted(asked, search, parts, control_id, extra_fen)
        except Declined as no:
            given = self._no(no)
        if kind is FaultKind.ERROR:
            return self._told(500, outcome("exception", "", "internal error"))
        return _on_the_wire(given, fault)

    def _acted(self, asked: Asked, search: Search, parts: list[str], control_id: str, extra_fen: int) -> Answered:
        kind, identifier = search.kind, "" if len(parts) == 1 or parts[1] == "_search" else parts[1]
        if asked.method == "GET" or parts[-1] == "_search":
            if identifier:
                found = self._desks.named(f"{kind}/{identifier}")
                return self._told(200, found) if found else self._told(404, outcome("not-found", "", "none"))
            everything = self._desks.search(search, extra_fen)
            return self._told(200, bundle(search, everything, self._desks.named, self._base))
        told = json_wire.read(asked.body)
        if asked.method == "PUT" and kind == "Appointment":
            return self._told(200, self._desks.cancel(identifier, told, asked.headers.get("if-match", "")))
        return self._created(kind, told, asked.headers, control_id, extra_fen)

    def _created(
        self, kind: str, told: Mapping[str, Any], headers: Mapping[str, str], control_id: str, extra_fen: int
    ) -> Answered:
        known = self._standing(kind, headers.get("if-none-exist", ""), extra_fen)
        if known is not None:
            return self._told(200, known)
        match kind:
            case "Patient":
                made = self._desks.register(told)
            case "Appointment":
                made = self._desks.book(told)
            case "PaymentNotice":
                made = self._desks.post(told, control_id, extra_fen)
            case "Subscription":
                made = self._subscriptions.add(told)
            case _:
                raise Declined(NO_SUCH_TYPE, "no such type here")
        answered = self._told(201, made)
        return replace(answered, headers={**answered.headers, "Location": f"{self._base}/{kind}/{made['id']}"})

    def _standing(self, kind: str, condition: str, extra_fen: int) -> Resource | None:
        """What a conditional creation finds instead."""
        if not condition:
            return None
        if kind == "Subscription":
            return self._subscriptions.known(condition)
        return next(iter(self._desks.search(search_of(kind, condition), extra_fen)), None)

    def _unmoved(self, fault: Fault) -> Answered:
        match fault.kind:
            case FaultKind.REFUSE:
                return self._told(_BUSINESS, outcome("business-rule", fault.code, fault.text))
            case FaultKind.BUSY:
                busy = self._told(503, outcome("transient", "", "come again"))
                return replace(busy, headers={**busy.headers, "Retry-After": "1"})
            case FaultKind.ERROR:
                return self._told(500, outcome("exception", "", "internal error"))
            case _:
                return _on_the_wire(Answered(500), fault)

    def _no(self, no: Declined) -> Answered:
        status = _STATUS.get(no.code, _BUSINESS)
        issue = {404: "not-supported", 412: "conflict", _CONFLICT: "conflict"}.get(status, "business-rule")
        return self._told(status, outcome(issue, no.code, no.text))

    def _told(self, status: int, resource: Resource) -> Answered:
        return Answered(status, json_wire.written(resource), {"Content-Type": "application/fhir+json; charset=utf-8"})

    def _search(self, asked: Asked, kind: str, query: str) -> Search:
        is_form = asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return search_of(kind, asked.body.decode() if is_form else query)

    @property
    def _base(self) -> str:
        return f"{self._authority()}{BASE}"

    def _capabilities(self) -> Resource:
        kinds = sorted({kind for _, kind in _TRIGGERS} | {*FED, "Schedule"})
        return {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "kind": "instance",
            "fhirVersion": FHIR_VERSIONS[self._version],
            "format": ["json"],
            "rest": [{"mode": "server", "resource": [{"type": kind} for kind in kinds]}],
        }


def outcome(issue: str, code: str, text: str) -> Resource:
    """An OperationOutcome; `code` is the hospital's own."""
    details = {"details": names.concept(names.ERRORS, code)} if code else {}
    told = {"severity": "error", "code": issue, **details, "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [told]}


def _trigger(method: str, search: Search, parts: list[str]) -> str:
    if search.one("_lastUpdated") or search.one("_sort"):
        return "FEED"
    if search.kind == "PaymentNotice" and method == "GET":
        return "QBP^ZQ1" if search.token("identifier")[1] else "QBP^ZQ2"
    asked = "GET" if parts[-1] == "_search" else method
    return _TRIGGERS.get((asked, search.kind), f"{asked} {search.kind}")


def _on_the_wire(given: Answered, fault: Fault | None) -> Answered:
    kind = fault.kind if fault else None
    if kind in _SILENT:
        return replace(given, silent=True)
    if kind is FaultKind.RESET:
        return replace(given, reset=True)
    if kind is FaultKind.GARBLED:
        return replace(given, body=given.body[: len(given.body) // 2])
    return replace(given, delay_seconds=fault.seconds) if fault and kind is FaultKind.LATE else given
