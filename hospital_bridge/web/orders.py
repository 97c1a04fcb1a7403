"""Orders looked up at a counter: found by any number in the hand, read in plain words, asked about again, printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web import order_words
from hospital_bridge.web.access import FINANCE, HELP_DESK, Access, Area, open_to
from hospital_bridge.web.forms import fen_typed, number_typed
from hospital_bridge.web.live import show
from hospital_bridge.web.once import is_repeat
from hospital_bridge.web.order_reads import MOST_SHOWN, Heard, OrderRow, OrderView, Sought
from hospital_bridge.web.visit import address, site, visit

LOOKING = Access(Area.STAFF, role=HELP_DESK, or_role=FINANCE)
FINDING = Access(Area.STAFF, role=HELP_DESK, or_role=FINANCE, once=False)
"""Nothing is kept of what was typed, not even a digest: of an ID number that would be as good as the number."""
ASKING = Access(Area.STAFF, role=HELP_DESK, or_role=FINANCE, shows_again=True)
LONGEST = 64
OLDEST, NEWEST = date(2000, 1, 1), date(2999, 12, 31)
NOTHING_TYPED = "Enter a number, or a day and an amount."
NO_DAY = "Enter the day of the payment."
NO_AMOUNT = "Enter the amount in yuan, such as 12.50."
_NONE: Mapping[str, str] = {}
FAULTS = (NOTHING_TYPED, NO_DAY, NO_AMOUNT)

blueprint = Blueprint("orders", __name__, url_prefix="/staff/<operator>/orders")


@blueprint.get("")
@open_to(LOOKING)
def search() -> Response:
    """The form: whatever is scanned or typed goes into one field."""
    return _search_page({"number": "", "day": "", "amount": ""}, None)


@blueprint.post("")
@open_to(FINDING)
def find() -> Any:
    """Look for orders: numbers are typed into a form, so that no address holds them. One hit opens at once.

    A number that leads to nothing is shown once more, to be compared with the paper in the hand.
    """
    typed = {name: request.form.get(name, "").strip()[:LONGEST] for name in ("number", "day", "amount")}
    sought, faults = _sought(typed)
    if faults:
        return _search_page(typed, None, faults, 422)
    found = site().orders.find(visit().operator.id, sought, by=visit().principal)
    if len(found) == 1:
        return redirect(address("orders.one", payment_id=found[0].payment_id), 303)
    return _search_page(typed | {"number": ""} if found else typed, found)


@blueprint.get("/<payment_id>")
@open_to(LOOKING)
def one(payment_id: str) -> Response:
    """One order. The look is recorded."""
    return _page(payment_id, None)


@blueprint.post("/<payment_id>/again")
@open_to(ASKING)
def ask_again(payment_id: str) -> Response:
    """Ask wallet and operator's system now, and say what they said."""
    _found(payment_id)
    heard = None if is_repeat() else site().orders.ask_again(visit().operator.id, payment_id, by=visit().principal)
    return _page(payment_id, heard)


def _search_page(
    typed: Mapping[str, str], found: Sequence[OrderRow] | None, faults: Mapping[str, str] = _NONE, status: int = 200
) -> Response:
    context = {"found": found, "typed": typed, "faults": faults, "words": order_words, "most": MOST_SHOWN}
    return show("staff/orders.html", context, status)


def _page(payment_id: str, heard: Heard | None) -> Response:
    context = {"order": _found(payment_id), "heard": heard, "words": order_words, "now": site().clock.now()}
    return show("staff/order.html", context)


def _found(payment_id: str) -> OrderView:
    order = site().orders.show(visit().operator.id, payment_id, by=visit().principal)
    if order is None:
        raise BridgeError("HB-R002")
    return order


def _sought(typed: dict[str, str]) -> tuple[Sought, dict[str, str]]:
    """What is looked for, and message ids of what was not understood by field."""
    number = number_typed(typed["number"])
    if number:
        return Sought(number=number), {}
    if not typed["day"] and not typed["amount"]:
        return Sought(), {"number": NOTHING_TYPED}
    day, amount_fen = _day(typed["day"]), fen_typed(typed["amount"])
    missing = {"day": NO_DAY} if day is None else {}
    return Sought(day=day, amount_fen=amount_fen), missing if amount_fen is not None else {
        **missing,
        "amount": NO_AMOUNT,
    }


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if OLDEST <= day <= NEWEST else None
