"""Transit: a rider's account with the code that is shown for it."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from hospital_bridge.slot import VerticalWork
from hospital_bridge.verticals.transit import issuing
from tests.conformance.candidates import Example
from tests.verticals.transit.linjiang import FEED

SETTINGS = {
    "feed": str(FEED),
    "issuer": "linjiang",
    "issuer_keys": [
        {
            "number": 1,
            "private": base64.b64encode(bytes([1] * 32)).decode(),
            "begins": "2026-01-01T00:00:00+08:00",
            "ends": "2027-12-01T00:00:00+08:00",
        }
    ],
}


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    issuing.join(work, subject_id, work.ids.new())
    return {}


EXAMPLE = Example(SETTINGS, keep)
