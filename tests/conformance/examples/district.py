"""District: a member with points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hospital_bridge.slot import VerticalWork
from hospital_bridge.verticals.district.points import Earned
from hospital_bridge.verticals.district.store import points
from tests.conformance.candidates import Example

SETTINGS = {
    "shops": [
        {"id": "noodles", "name": "兰州拉面", "floor": "B1", "latitude": "31.230001", "longitude": "121.47"},
        {"id": "books", "name": "百草书店", "floor": "2F", "latitude": "31.230101", "longitude": "121.4701"},
    ]
}


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    points.write(work, subject_id, "payment-1", Earned("payment-1", 88, work.now, work.now + timedelta(days=365)))
    return {}


EXAMPLE = Example(SETTINGS, keep)
