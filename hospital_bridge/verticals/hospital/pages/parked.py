"""The record office's work list: reports of which nobody knows whose they are."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.hospital.pages.trouble import gone, page
from hospital_bridge.verticals.hospital.results import parked_desk

RECORDS = "records"


class Chosen(Schema):
    """Whose it is."""

    subject = fields.String(required=True, validate=validate.Length(equal=32, error="Choose a person."))


class Typed(Schema):
    """The ID number of somebody who may be meant."""

    id_number = fields.String(required=True, validate=validate.Length(1, 40, error="Type the ID number."))


def show_parked(request: PageRequest) -> View:
    """What waits, critical values first."""
    parked = parked_desk.list_parked(request.scope)
    return View("parked.html", {"parked": parked, "urgent": sum(each.critical for each in parked)})


def show_one(request: PageRequest) -> View:
    """One of them: whom it names, and who may be meant."""
    opened = parked_desk.open_parked(request.scope, request.data["parked"], by=request.principal)
    return View("parked_report.html", {"opened": opened, "not_found": False, "errors": request.errors})


def find(request: PageRequest) -> View:
    """The same with the person of an ID number; typed into a form, so that no address holds it."""
    parked_id, typed = request.data["parked"], request.data["id_number"]
    opened = parked_desk.open_parked(request.scope, parked_id, by=request.principal, id_number=typed)
    found = any(candidate.id_number == typed.strip().upper() for candidate in opened.candidates)
    return View("parked_report.html", {"opened": opened, "not_found": not found, "errors": {}})


def match(request: PageRequest) -> View | Go:
    """It is that person's."""
    try:
        parked_desk.match(request.scope, request.data["parked"], request.data["subject"], by=request.principal)
    except parked_desk.NobodyOfOurs:
        return gone(404, "HB-R002")
    return Go("parked")


def refuse(request: PageRequest) -> Go:
    """It is nobody's here."""
    parked_desk.refuse(request.scope, request.data["parked"], by=request.principal)
    return Go("parked")


PAGES = (
    page("parked", "parked", show_parked, role=RECORDS, menu="Reports without a patient"),
    page("parked_report", "parked/<parked>", show_one, role=RECORDS),
    page(
        "parked.find",
        "parked/<parked>/find",
        find,
        role=RECORDS,
        method="POST",
        schema=Typed,
        again="parked_report",
    ),
    page(
        "parked.match",
        "parked/<parked>/match",
        match,
        role=RECORDS,
        method="POST",
        schema=Chosen,
        again="parked_report",
    ),
    page("parked.refuse", "parked/<parked>/refuse", refuse, role=RECORDS, method="POST"),
)
