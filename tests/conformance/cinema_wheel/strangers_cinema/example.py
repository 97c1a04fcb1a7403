"""What the bridge's conformance suite is told: a house with one hall, and somebody who was in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace

from adapters.values import Fen
from hospital_bridge.slot import VerticalWork

from . import store
from .order import Order, State

SETTINGS = {"halls": [{"id": "h2", "name": "2号厅", "rows": 5, "seats": 8}]}


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    """A film that is over, one to come, and an order of each kind of end; no job of the cinema's has a ref."""
    over = store.Screening(work.ids.new(), "星际归途", "h2", work.now - timedelta(hours=3), Fen(4500))
    coming = store.Screening(work.ids.new(), "远山的灯", "h2", work.now + timedelta(hours=3), Fen(3900))
    for each in (over, coming):
        store.add_screening(work, each, rows=5, seats=8)
    for screening, state, ago in ((over, State.SOLD, 3), (coming, State.LAPSED, 1), (over, State.REFUNDED, 24 * 100)):
        held_until = work.now - timedelta(hours=ago)
        order = Order(
            work.ids.new(), screening.screening_id, subject_id, work.ids.new(), "C3", Fen(13500), held_until, state
        )
        store.add_order(work, order)
    return {}


EXAMPLE = SimpleNamespace(settings=SETTINGS, keep=keep, secrets=())
