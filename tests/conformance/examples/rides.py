"""The stranger's: one trip."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from hospital_bridge.slot import VerticalWork
from tests.conformance.candidates import Example

AIRPORT = "机场"


def keep(work: VerticalWork, subject_id: str) -> Mapping[str, str]:
    import_module("strangers_rides").note(work, subject_id, AIRPORT)
    return {}


EXAMPLE = Example(keep=keep, secrets=(AIRPORT,))
