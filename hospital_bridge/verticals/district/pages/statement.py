"""The mall's own pages: a day's split per shop, purchases given back, and coupons put up."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, fields

from hospital_bridge.slot import CardRefused, Go, NeedsSecondPerson, PageRequest, View
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.verticals.district.coupons.kinds import desks
from hospital_bridge.verticals.district.coupons.offer import configured
from hospital_bridge.verticals.district.pages.trouble import staff_page
from hospital_bridge.verticals.district.roles import MANAGER
from hospital_bridge.verticals.district.selling import desk
from hospital_bridge.verticals.district.selling.day import by_shop
from hospital_bridge.verticals.district.selling.money import Yuan
from hospital_bridge.verticals.district.store import book, offers, purchases

LOOK_AGAIN_SECONDS = 2
TOO_MUCH = "So much is not left of this purchase; nothing was given back."
TOO_LARGE = (
    "From this sum on the operator's finance gives money back, with a second person: ask them. Nothing was given back."
)


class OfDay(Schema):
    """A day; today where none is named."""

    day = fields.Date(load_default=None, allow_none=True)


class Part(Schema):
    """How much of a purchase goes back."""

    fen = Yuan(required=True)


def show_statement(request: PageRequest) -> View:
    """What each shop and the mall have of a day, and its purchases."""
    day: date = request.data.get("day") or request.scope.now().astimezone(request.scope.timezone).date()
    with request.scope.read() as work:
        accounts = {shop["id"]: shop["account"] for shop in request.scope.settings["shops"]}
        rows = by_shop(book.of_day(work, day, request.scope.timezone), accounts)
        sold = purchases.of_day(work, day, request.scope.timezone)
        data = {"day": day, "rows": rows, "sold": sold, "shops": desks(work), "errors": request.errors}
    return View("statement.html", data)


def show_purchase(request: PageRequest) -> View:
    """One purchase with its lines in the book, and the forms that give it back."""
    return _purchase(request)


def give_back(request: PageRequest) -> View | Go:
    """All of it; a large sum is for finance."""
    try:
        desk.give_back(request.scope, request.principal, request.data["purchase"])
    except NeedsSecondPerson:
        return _purchase(request, TOO_LARGE)
    return Go("bought", {"purchase": request.data["purchase"]})


def give_part(request: PageRequest) -> View | Go:
    """A part of it; a large sum is for finance."""
    purchase, fen = request.data["purchase"], request.data["fen"]
    try:
        is_done = desk.give_back(request.scope, request.principal, purchase, fen, command_key=request.command_key)
    except NeedsSecondPerson:
        return _purchase(request, TOO_LARGE)
    return Go("bought", {"purchase": purchase}) if is_done else _purchase(request, TOO_MUCH)


def _purchase(request: PageRequest, fault: str = "") -> View:
    with request.scope.read() as work:
        purchase = purchases.get(work, request.data["purchase"])
        payment = work.payments.view(purchase.payment_id)
        data = {
            "purchase": purchase,
            "payment": payment,
            "lines": book.of_purchase(work, purchase.purchase_id),
            "shops": desks(work),
            "fault": fault,
            "errors": request.errors,
        }
    return View("bought.html", data, 409 if fault else 200, LOOK_AGAIN_SECONDS if payment.moving else None)


def show_coupons(request: PageRequest) -> View:
    """What the settings describe, and how much of it is left where it was put up."""
    return _coupons(request)


def put_up(request: PageRequest) -> View | Go:
    """Have members see a coupon as the settings describe it now."""
    offer = next((each for each in configured(request.scope.settings) if each.offer_id == request.data["offer"]), None)
    if offer is None:
        raise offers.NoSuchOffer(request.data["offer"])
    try:
        with request.scope.begin() as work:
            giving.put_up(work, offer, request.principal)
    except CardRefused:
        return _coupons(request, offer.offer_id)
    return Go("coupons")


def _coupons(request: PageRequest, refused: str = "") -> View:
    with request.scope.read() as work:
        rows = []
        for offer in configured(request.scope.settings):
            shown = offers.find(work, offer.offer_id)
            left = work.cards.left(offer.template_id) if shown else None
            rows.append((offer, shown, left))
        data = {"rows": rows, "shops": desks(work), "refused": refused}
    return View("coupons.html", data, 409 if refused else 200)


PAGES = (
    staff_page("statement", "statement", MANAGER, show_statement, schema=OfDay, menu="Split per shop"),
    staff_page("bought", "bought/<purchase>", MANAGER, show_purchase),
    staff_page("bought.back", "bought/<purchase>/back", MANAGER, give_back, method="POST"),
    staff_page("bought.part", "bought/<purchase>/part", MANAGER, give_part, method="POST", schema=Part, again="bought"),
    staff_page("coupons", "coupons", MANAGER, show_coupons, menu="Coupons to put up"),
    staff_page("coupons.put_up", "coupons/<offer>/up", MANAGER, put_up, method="POST"),
)
