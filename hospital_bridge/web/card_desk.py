"""Where staff redeem cards: one field that a keyboard scanner fills, and the answer above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.cards.refusals import as_error
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import CardKind, CardRefusal, CardRefused, CardState, CardView, Redemption, Use
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.forms import KEY
from hospital_bridge.web.live import show
from hospital_bridge.web.site import Plugged
from hospital_bridge.web.visit import address, site, visit

BY_REDEEMER = Access(Area.STAFF)
"""The vertical's own roles are asked for in `_redeeming`."""

blueprint = Blueprint("card_desk", __name__, url_prefix="/staff/<operator>/cards")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the last scan came to; of a used card who redeemed it, where and when. No `error`: it went well."""

    title: str
    redemption: Redemption | None
    who: str
    error: BridgeError | None = None
    why: str = ""


@blueprint.get("")
@open_to(BY_REDEEMER)
def terminal() -> Response:
    """The field, at the place that this terminal last named."""
    return _terminal(request.args.get("place", ""))


@blueprint.post("/redeem")
@open_to(BY_REDEEMER)
def redeem() -> Any:
    """Redeem what was scanned; the same press again is told the same."""
    place, code = request.form.get("place", ""), request.form.get("code", "")
    if place not in _places() and (place or _has_places()):
        raise BridgeError("HB-R001")
    try:
        name, redemption = _redeem(Use(request.form.get(KEY, ""), code, place, visit().principal))
    except CardRefused as refused:
        used = refused.redemption
        answer = Answer(_title(code), used, _who(used), as_error(refused), refused.why)
        return _terminal(place, answer, int(as_error(refused).status))
    return redirect(address("card_desk.redeemed", vertical=name, card_id=redemption.card_id, place=place), 303)


@blueprint.get("/redeemed/<vertical>/<card_id>")
@open_to(BY_REDEEMER)
def redeemed(vertical: str, card_id: str) -> Response:
    """The answer to the last scan, with the field for the next one."""
    plugged = _redeeming().get(vertical)
    if plugged is None:
        raise BridgeError("HB-R002")
    with plugged.scope.read() as work:
        card, redemption = work.cards.get(card_id), work.cards.standing(card_id)
    if card.state is not CardState.REDEEMED or not _may(plugged, card):
        raise BridgeError("HB-R002")
    return _terminal(request.args.get("place", ""), Answer(card.title, redemption, _who(redemption)))


def _redeem(use: Use) -> tuple[str, Redemption]:
    """Asks every vertical whose cards this person may redeem; a code is one vertical's alone."""
    for name, plugged in _redeeming().items():
        with plugged.scope.begin() as work:
            try:
                card = work.cards.look(use.code)
            except CardRefused as refused:
                if refused.refusal is CardRefusal.UNKNOWN_CARD:
                    continue
                raise
            if not _may(plugged, card):
                raise BridgeError("HB-A002")
            return name, work.cards.redeem(use)
    raise CardRefused(CardRefusal.UNKNOWN_CARD)


def _terminal(place: str, answer: Answer | None = None, status: int = 200) -> Response:
    return show("staff/redeem.html", {"places": _places(), "place": place, "answer": answer}, status)


def _places() -> Mapping[str, str]:
    places: dict[str, str] = {}
    for plugged in _redeeming().values():
        with plugged.scope.read() as work:
            for kind in _kinds(plugged):
                places |= {place: words for place, words in kind.places(work).items() if _may_at(kind, place)}
    return places


def _may_at(kind: CardKind, place: str) -> bool:
    """Whether this person redeems the kind at that place: a role may be held for one shop alone."""
    staff = visit().staff
    return staff is not None and any(staff.has(role, place) for role in kind.redeemers)


def _has_places() -> bool:
    """Whether some kind is redeemed at places, be they this person's or not."""
    for plugged in _redeeming().values():
        with plugged.scope.read() as work:
            if any(kind.places(work) for kind in _kinds(plugged)):
                return True
    return False


def _redeeming() -> dict[str, Plugged]:
    """The verticals some of whose cards this person may redeem; HB-A002 where there is none."""
    found = {name: plugged for name, plugged in visit().operator.verticals.items() if _kinds(plugged)}
    if not found:
        raise BridgeError("HB-A002")
    return found


def _kinds(plugged: Plugged) -> list[CardKind]:
    staff = visit().staff
    return [kind for kind in plugged.vertical.cards if staff and any(staff.has(role) for role in kind.redeemers)]


def _may(plugged: Plugged, card: CardView) -> bool:
    return card.kind in {kind.kind for kind in _kinds(plugged)}


def _title(code: str) -> str:
    """What was scanned, as far as it is a card; empty for a code that is none."""
    for plugged in _redeeming().values():
        try:
            with plugged.scope.read() as work:
                return str(work.cards.look(code).title)
        except CardRefused:
            continue
    return ""


def _who(redemption: Redemption | None) -> str:
    """The name of the member of staff who redeemed it; of anybody else the id."""
    if redemption is None:
        return ""
    with site().store.read(visit().operator.id) as work:
        found = StaffAccounts(work).find(redemption.actor)
    return redemption.actor if found is None else found.display_name
