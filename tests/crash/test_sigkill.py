"""A handful of deaths of the real bridge, on both databases; `python -m tests.crash --all` dies everywhere."""

from __future__ import annotations

import pytest

from tests.crash.journeys import JOURNEYS
from tests.crash.loop import Death, crash_loop
from tests.journeys.conftest import database_urls

POINTS = {"sqlite": (90, 140, 200), "postgresql": (100, 170)}
"""Within booking, paying and refunding; a visit passes about 240."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", POINTS)
def test_killed_and_started_again_the_visit_is_finished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database: str
) -> None:
    journey = next(iter(JOURNEYS))
    deaths: list[Death] = []
    for urls in database_urls(request, database):
        with crash_loop(tmp_path_factory.mktemp("crash"), urls) as loop:
            deaths += [loop.kill_at(journey, point) for point in POINTS[database]]
            loop.must_balance()
    assert deaths
    assert all(death.died for death in deaths)
