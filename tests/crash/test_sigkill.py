"""A handful of deaths of the real bridge, on both databases; `python -m tests.crash --all` dies everywhere."""

from __future__ import annotations

import pytest

from tests.crash.journeys import BILL, CALLED, JOURNEYS, RESULT
from tests.crash.loop import Death, crash_loop
from tests.journeys.conftest import database_urls

BOOKED = next(iter(JOURNEYS))
POINTS = {
    "sqlite": ((BOOKED, 90), (BOOKED, 140), (BOOKED, 200), (CALLED, 99), (BILL, 71), (RESULT, 62)),
    "postgresql": ((BOOKED, 100), (BOOKED, 170), (RESULT, 79)),
}
"""Within booking, paying and refunding, of which a visit passes about 240 points; within checking in and being called
(170), a bill (100) and a result (120)."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", POINTS)
def test_killed_and_started_again_the_visit_is_finished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database: str
) -> None:
    deaths: list[Death] = []
    for urls in database_urls(request, database):
        with crash_loop(tmp_path_factory.mktemp("crash"), urls) as loop:
            deaths += [loop.kill_at(journey, point) for journey, point in POINTS[database]]
            loop.must_balance()
    assert deaths
    assert all(death.died for death in deaths)
