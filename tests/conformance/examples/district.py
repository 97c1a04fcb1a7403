"""District: a member with their card, a purchase and its points."""

from __future__ import annotations

from collections.abc import Mapping

from hospital_bridge.slot import VerticalWork
from hospital_bridge.verticals.district.coupons import giving, kinds
from hospital_bridge.verticals.district.selling import earning
from hospital_bridge.verticals.district.selling.purchase import Purchase, State
from hospital_bridge.verticals.district.store import purchases
from tests.conformance.candidates import Example

SETTINGS = {
    "shops": [
        {"id": "noodles", "name": "兰州拉面", "floor": "B1", "latitude": "31.230001", "longitude": "121.47"},
        {"id": "books", "name": "百草书店", "floor": "2F", "latitude": "31.230101", "longitude": "121.4701"},
    ]
}


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    bought = Purchase("c" * 32, subject_id, "", "noodles", 8800, 0, 250, work.now, State.PAID)
    purchases.add(work, bought)
    earning.earn(work, bought)
    card = giving.join(work, subject_id)
    return {kinds.ENDS: card.card_id, earning.ENDS: bought.purchase_id}


EXAMPLE = Example(SETTINGS, keep)
