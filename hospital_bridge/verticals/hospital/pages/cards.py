"""The patient's record numbers (绑卡): bound, unbound, or newly entered at the hospital."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, Right, View
from hospital_bridge.verticals.hospital import cards
from hospital_bridge.verticals.hospital.acting import acting
from hospital_bridge.verticals.hospital.pages.trouble import gone, page
from hospital_bridge.verticals.hospital.store import record_requests


class Chosen(Schema):
    """A record number, by the token that stands for it."""

    token = fields.String(required=True, validate=validate.Length(equal=24))


def show_cards(request: PageRequest) -> View:
    """The patient's record numbers."""
    found = cards.cards_of(request.scope, acting(request))
    return View("cards.html", {"cards": found, "errors": request.errors})


def bind_card(request: PageRequest) -> View | Go:
    """Bind one of the numbers that the index knows."""
    if not cards.bind(request.scope, acting(request), request.data["token"]):
        return gone(404, "HB-R002")
    return Go("cards")


def unbind_card(request: PageRequest) -> View | Go:
    """Unbind a number; the hospital keeps its record."""
    if not cards.unbind(request.scope, acting(request), request.data["token"]):
        return gone(404, "HB-R002")
    return Go("cards")


def new_card(request: PageRequest) -> Go:
    """Have the hospital enter the verified person as a new patient."""
    cards.ask_new_record(request.scope, acting(request))
    return Go("card_wait")


def wait_for_card(request: PageRequest) -> View | Go:
    """Until the hospital has given the new record number, or has said why it gives none."""
    with request.scope.read() as work:
        acting(request).must(work, Right.BOOK)
        if work.subjects.identifiers(request.subject_id):
            return Go("cards")
        refusal = record_requests.record_refusal(work, request.subject_id)
    if refusal:
        return View("card_refused.html", {"reason": refusal})
    return View("card_wait.html", refresh_seconds=2)


PAGES = (
    page("cards", "cards", show_cards, menu="My record numbers"),
    page("cards.bind", "cards/bind", bind_card, method="POST", schema=Chosen, again="cards"),
    page("cards.unbind", "cards/unbind", unbind_card, method="POST", schema=Chosen, again="cards"),
    page("cards.new", "cards/new", new_card, method="POST"),
    page("card_wait", "cards/wait", wait_for_card),
)
