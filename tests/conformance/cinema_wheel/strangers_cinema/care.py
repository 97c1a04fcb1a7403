"""What the cinema's engineer asks and does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.values import Fen
from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import Care, Chore, Finding, Scope

from . import store
from .settings import halls_of


def look(scope: Scope) -> Iterator[Finding]:
    """Whether there is anything to sell."""
    with scope.read() as work:
        count = len(store.coming(work))
    remedy = "" if count else "Add one with `verticals run cinema screen`."
    yield Finding("Screenings to come", "{count}", remedy, {"count": count})


def add(scope: Scope, arguments: Sequence[str]) -> Iterator[str]:
    """Put a film on: its title, the hall's id, when it begins on the operator's clock, and the price of a seat."""
    film, hall_id, begins, price = arguments
    hall = halls_of(scope.settings).get(hall_id)
    if hall is None or not price.isdecimal():
        raise BridgeError("HB-R001", f"{hall_id} {price}")
    begins_at = datetime.fromisoformat(begins).replace(tzinfo=scope.timezone)
    with scope.begin() as work:
        made = store.Screening(work.ids.new(), film, hall.id, begins_at, Fen(int(price)))
        store.add_screening(work, made, hall.rows, hall.seats)
    yield made.screening_id


CARE = Care(look, (Chore("screen", "Put a film on.", add, ("FILM", "HALL", "BEGINS", "PRICE_FEN")),))
