"""District: a member with their card, a purchase and its points, who agreed to everything and waits for a table."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hospital_bridge.slot import VerticalWork
from hospital_bridge.verticals.district.coupons import giving, kinds
from hospital_bridge.verticals.district.dining import joining
from hospital_bridge.verticals.district.dining.restaurant import restaurant
from hospital_bridge.verticals.district.presence import agreeing, hearing
from hospital_bridge.verticals.district.selling import earning
from hospital_bridge.verticals.district.selling.purchase import Purchase, State
from hospital_bridge.verticals.district.settings import point
from hospital_bridge.verticals.district.store import members, purchases
from hospital_bridge.verticals.district.store.consents import Purpose
from tests.conformance.candidates import Example

SETTINGS = {
    "shops": [
        {
            "id": "noodles",
            "name": "兰州拉面",
            "floor": "B1",
            "latitude": "31.230001",
            "longitude": "121.47",
            "tables": [{"id": "T1", "seats": 4}],
        },
        {"id": "books", "name": "百草书店", "floor": "2F", "latitude": "31.230101", "longitude": "121.4701"},
    ]
}


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    bought = Purchase("c" * 32, subject_id, "", "noodles", 8800, 0, 250, work.now, State.PAID)
    purchases.add(work, bought)
    earning.earn(work, bought)
    card = giving.join(work, subject_id)
    _visit(work, subject_id)
    return {kinds.ENDS: card.card_id, earning.ENDS: bought.purchase_id}


def _visit(work: VerticalWork, subject_id: str) -> None:
    for purpose in Purpose:
        agreeing.agree(work, subject_id, purpose)
    hearing.hear(work, subject_id, point(Decimal("31.230001"), Decimal("121.47")), accuracy_m=5)
    members.came(work, subject_id, work.lines.today())
    joining.take(work, restaurant(work.settings, "noodles"), subject_id, guests=3)


EXAMPLE = Example(SETTINGS, keep)
