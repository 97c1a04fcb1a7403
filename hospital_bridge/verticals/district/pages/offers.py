"""A member's way to a coupon: what is offered, their turn in a flash sale, and points given for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import CardRefused, Go, PageRequest, View
from hospital_bridge.verticals.district import acting
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.verticals.district.coupons.kinds import desks
from hospital_bridge.verticals.district.flash_sale import SaleRefused
from hospital_bridge.verticals.district.pages.trouble import member_page
from hospital_bridge.verticals.district.points import NotEnoughPoints
from hospital_bridge.verticals.district.store import offers, points

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_AGAIN_SECONDS = 3
"""How soon somebody who waits for their turn looks again."""

NOT_ENOUGH = "not_enough_points"


class Admitted(Schema):
    """The token that lets in."""

    token = fields.String(required=True, validate=validate.Length(1, 80))


def show_offers(request: PageRequest) -> View:
    """Everything that was put up and is not over."""
    with request.scope.read() as work:
        standing = [(offer, work.cards.left(offer.template_id)) for offer in offers.standing(work)]
        return View("offers.html", {"offers": standing, "now": work.now, "shops": desks(work)})


def show_offer(request: PageRequest) -> View:
    """One offer, and what this member can do about it now."""
    return _offer(request)


def come(request: PageRequest) -> View | Go:
    """Take a number; the page that follows lets in."""
    return _try(request, lambda who, offer_id: giving.come(request.scope, who, offer_id))


def take(request: PageRequest) -> View | Go:
    """Take the coupon with the token of the page."""
    token = request.data["token"]
    return _try(request, lambda who, offer_id: giving.take(request.scope, who, offer_id, token))


def exchange(request: PageRequest) -> View | Go:
    """Give points for the coupon."""
    return _try(request, lambda who, offer_id: giving.exchange(request.scope, who, offer_id))


def _try(request: PageRequest, act: Callable[[str, str], object]) -> View | Go:
    """Do it and show how it stands now, or say why it was refused."""
    with request.scope.read() as work:
        who = acting.member(work, request)
    try:
        act(who, request.data["offer"])
    except CardRefused as no:
        return _offer(request, no.refusal.value, 409)
    except SaleRefused as no:
        return _offer(request, no.refusal.value, 409)
    except NotEnoughPoints:
        return _offer(request, NOT_ENOUGH, 409)
    return Go("offer", {"offer": request.data["offer"]})


def _offer(request: PageRequest, refusal: str = "", status: int = 200) -> View:
    with request.scope.read() as work:
        offer = offers.get(work, request.data["offer"])
        data: dict[str, Any] = {"offer": offer, "now": work.now, "shops": desks(work), "refusal": refusal}
        may = acting.may(work, request)
        balance = points.account(work, request.subject_id).balance(work.now) if may else 0
    turn = giving.turn(request.scope, request.subject_id, offer.offer_id) if may else None
    waits = turn is not None and turn.came and not turn.token and turn.left > 0 and offer.is_open(data["now"])
    data |= {"turn": turn, "balance": balance, "errors": request.errors}
    return View("offer.html", data, status, LOOK_AGAIN_SECONDS if waits else None)


PAGES = (
    member_page("offers", "offers", show_offers, menu="Coupons"),
    member_page("offer", "offers/<offer>", show_offer),
    member_page("offer.come", "offers/<offer>/come", come, method="POST"),
    member_page("offer.take", "offers/<offer>/take", take, method="POST", schema=Admitted, again="offer"),
    member_page("offer.exchange", "offers/<offer>/exchange", exchange, method="POST"),
)
