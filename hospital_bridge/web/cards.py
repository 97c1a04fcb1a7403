"""What a wallet user holds: every card of theirs, and one card with the code to show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import CardKind, CardState, CardView, Right
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.live import show
from hospital_bridge.web.site import Plugged
from hospital_bridge.web.visit import address, visit

HOLDER = Access(Area.PATIENT)
USABLE = frozenset({CardState.COLLECTED, CardState.REVERSED})
OPEN = USABLE | {CardState.ISSUED}
STATES: Mapping[CardState, str] = {
    CardState.ISSUED: "To be collected",
    CardState.COLLECTED: "Can be used",
    CardState.REDEEMED: "Used",
    CardState.REVERSED: "Can be used",
    CardState.EXPIRED: "Expired",
    CardState.VOID: "No longer valid",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

blueprint = Blueprint("cards", __name__, url_prefix="/p/<operator>/cards")


@dataclass(frozen=True, slots=True)
class Held:
    """A card with the vertical and the kind that it is of."""

    vertical: str
    kind: CardKind
    card: CardView


@blueprint.get("")
@open_to(HOLDER)
def held() -> Response:
    """Every card, those that can be used first."""
    cards = sorted(_held(), key=lambda each: each.card.state not in OPEN)
    return show("cards.html", {"cards": cards, "states": STATES, "open": OPEN})


@blueprint.get("/<vertical>/<card_id>")
@open_to(HOLDER)
def card(vertical: str, card_id: str) -> Response:
    """One card; its code stands there only while it can be used."""
    plugged, mine = _mine(vertical, card_id)
    with plugged.scope.read() as work:
        places = mine.kind.places(work)
        code = work.cards.code_of(card_id) if mine.card.state in USABLE else ""
        used = work.cards.standing(card_id)
    hours = [(_runs(each.weekdays), each) for each in mine.card.rules.hours]
    context = {"held": mine, "states": STATES, "weekdays": WEEKDAYS, "code": code, "hours": hours}
    where = [places.get(place, place) for place in sorted(mine.card.rules.places)]
    used_at = places.get(used.place, used.place) if used else ""
    return show("card.html", context | {"places": where, "used": used, "used_at": used_at})


@blueprint.post("/<vertical>/<card_id>/collect")
@open_to(HOLDER)
def collect(vertical: str, card_id: str) -> Any:
    """The holder takes the card; its days begin to run."""
    plugged, mine = _mine(vertical, card_id)
    with plugged.scope.begin() as work:
        work.cards.collect(mine.card.card_id)
    return redirect(address("cards.card", vertical=vertical, card_id=card_id), 303)


def _runs(weekdays: Collection[int]) -> list[tuple[int, int]]:
    """The first and the last day of each run of days, Monday being 1."""
    firsts = [day for day in sorted(weekdays) if day - 1 not in weekdays]
    lasts = [day for day in sorted(weekdays) if day + 1 not in weekdays]
    return list(zip(firsts, lasts, strict=True))


def _held() -> Iterator[Held]:
    for name, plugged in visit().operator.verticals.items():
        if plugged.vertical.cards:
            yield from _held_of(name, plugged)


def _held_of(name: str, plugged: Plugged) -> Iterator[Held]:
    kinds = {kind.kind: kind for kind in plugged.vertical.cards}
    with plugged.scope.read() as work:
        for holder in _holders():
            yield from (Held(name, kinds[card.kind], card) for card in work.cards.of_subject(holder))


def _holders() -> list[str]:
    """The wallet user, and the chosen person where they may pay for that person: a card is worth money."""
    here = visit()
    chosen = here.patient
    return [here.principal, *([chosen.subject_id] if chosen and Right.PAY in chosen.binding.rights else [])]


def _mine(vertical: str, card_id: str) -> tuple[Plugged, Held]:
    """HB-R002 for everybody else's card, as for one that does not exist."""
    plugged = visit().operator.verticals.get(vertical)
    if plugged is not None and plugged.vertical.cards:
        for each in _held_of(vertical, plugged):
            if each.card.card_id == card_id:
                return plugged, each
    raise BridgeError("HB-R002")
