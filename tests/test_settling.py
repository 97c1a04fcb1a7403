"""A lost call is not repeated while the process that sent it, dead or not, may still have it under way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import registry
from hospital_bridge.bootstrap import ON_THE_WAY, settling_of
from hospital_bridge.settings import AdapterChoice


@pytest.mark.parametrize("told", [{}, {"reply_timeout": 45}])
def test_a_lost_call_outlasts_the_reply_timeout_of_the_hospitals_adapter(told: dict[str, int]) -> None:
    schema = registry.manifest("hl7v2").settings_schema()
    settings = schema.load({"host": "his.example", "port": 2575, **told})
    expected = timedelta(seconds=told.get("reply_timeout", 20)) + ON_THE_WAY
    assert settling_of(AdapterChoice(adapter="hl7v2", settings=settings)) == expected


def test_without_a_hospital_only_the_way_counts() -> None:
    assert settling_of() == ON_THE_WAY
