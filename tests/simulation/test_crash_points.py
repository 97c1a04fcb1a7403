"""The straight ways, killed at commits and sends all along, on both databases (scenario 35 of reliability.md).

`tests/payment/test_crashes.py` kills the money's part at every one of them.
"""

from __future__ import annotations

import pytest

from tests.simulation.crash_points import JOURNEYS, crash_points, distinct
from tests.simulation.ground import Ground

WATCHED = "never paid"
"""The wallet is asked for a quarter of an hour, and every time in the same way."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_killed_at_any_commit_or_send_the_journey_is_finished(sqlite_ground: Ground, journey: str) -> None:
    points = distinct(crash_points(sqlite_ground, journey))
    assert len(points) > 30
    for point in points[:: 12 if journey == WATCHED else 5]:
        point.survive(sqlite_ground)


@pytest.mark.timeout(600)
def test_killed_on_postgresql_too(postgresql_ground: Ground) -> None:
    points = [p for journey in JOURNEYS for p in distinct(crash_points(postgresql_ground, journey))]
    assert len(points) > 200
    for point in points[5::60]:
        point.survive(postgresql_ground)
