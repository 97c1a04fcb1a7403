"""A shop's desk: the cashier enters a purchase with what the member shows, and sees it paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import CardRefused, Go, PageRequest, View
from hospital_bridge.verticals.district.coupons.kinds import desks
from hospital_bridge.verticals.district.pages.trouble import staff_page
from hospital_bridge.verticals.district.roles import CASHIER
from hospital_bridge.verticals.district.selling import desk
from hospital_bridge.verticals.district.selling.money import Yuan
from hospital_bridge.verticals.district.selling.purchase import State
from hospital_bridge.verticals.district.store import purchases

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.selling.purchase import Purchase

LOOK_AGAIN_SECONDS = 2
SHOWN = 10
SCAN = "Scan what the member shows."
NOBODY_PAYS, OTHER_SHOP = "nobody_pays", "no_such_shop"


class Entered(Schema):
    """What the cashier typed and scanned."""

    shop = fields.String(required=True, validate=validate.Length(1, 32, error="Choose the shop."))
    price = Yuan(required=True)
    code = fields.String(required=True, validate=validate.Length(1, 40, error=SCAN))


class AtShop(Schema):
    """The shop at whose desk this is, as it was named last."""

    shop = fields.String(load_default="", validate=validate.Length(max=32))


def show_desk(request: PageRequest) -> View:
    """The form, and the shop's last purchases of today."""
    return _desk(request)


def sell(request: PageRequest) -> View | Go:
    """Enter the purchase; of one coupon at many desks one is entered, and the others hear who was faster."""
    data = request.data
    if not _is_theirs(request, data["shop"]):
        return _desk(request, OTHER_SHOP)
    try:
        purchase = desk.sell(
            request.scope,
            request.principal,
            data["shop"],
            data["price"],
            data["code"],
            command_key=request.command_key,
        )
    except CardRefused as refused:
        return _desk(request, refused.refusal.value, refused)
    except desk.NoPayer:
        return _desk(request, NOBODY_PAYS)
    except desk.NoSuchShop:
        return _desk(request, OTHER_SHOP)
    return Go("sold", {"purchase": purchase.purchase_id})


def show_sold(request: PageRequest) -> View:
    """The purchase until it is paid or called off."""
    with request.scope.read() as work:
        purchase = _sold(work, request)
        data = {"purchase": purchase, "shops": desks(work)}
    waits = purchase.state is State.ORDERED
    return View("sold.html", data, refresh_seconds=LOOK_AGAIN_SECONDS if waits else None)


def call_off(request: PageRequest) -> Go:
    """Nobody will pay this purchase."""
    with request.scope.read() as work:
        _sold(work, request)
    desk.call_off(request.scope, request.principal, request.data["purchase"])
    return Go("sold", {"purchase": request.data["purchase"]})


def _desk(request: PageRequest, refusal: str = "", refused: CardRefused | None = None) -> View:
    shop = request.data.get("shop", "")
    shop = shop if _is_theirs(request, shop) else ""
    today = request.scope.now().astimezone(request.scope.timezone).date()
    with request.scope.read() as work:
        data = {
            "shops": {shop: name for shop, name in desks(work).items() if _is_theirs(request, shop)},
            "names": desks(work),
            "shop": shop,
            "sold": purchases.of_day(work, today, request.scope.timezone, shop)[:SHOWN] if shop else (),
            "refusal": refusal,
            "why": refused.why if refused else "",
            "redemption": refused.redemption if refused else None,
            "errors": request.errors,
            "typed": request.typed,
        }
    return View("desk.html", data, 409 if refusal else 200)


def _is_theirs(request: PageRequest, shop: str) -> bool:
    """Whether it is a shop of this cashier, who may be one shop's alone."""
    return not request.held_for or shop in request.held_for


def _sold(work: VerticalWork, request: PageRequest) -> Purchase:
    purchase = purchases.get(work, request.data["purchase"])
    if not _is_theirs(request, purchase.shop_id):
        raise purchases.NoSuchPurchase(purchase.purchase_id)
    return purchase


PAGES = (
    staff_page("desk", "desk", CASHIER, show_desk, schema=AtShop, menu="Shop desk", heeds_departments=True),
    staff_page(
        "desk.sell",
        "desk/sell",
        CASHIER,
        sell,
        method="POST",
        schema=Entered,
        again="desk",
        heeds_departments=True,
    ),
    staff_page("sold", "desk/<purchase>", CASHIER, show_sold, heeds_departments=True),
    staff_page("sold.call_off", "desk/<purchase>/off", CASHIER, call_off, method="POST", heeds_departments=True),
)
