"""A handful of deaths of the real bridge, on both databases; `python -m tests.crash --all` dies everywhere."""

from __future__ import annotations

import pytest

from tests.crash.journeys import BILL, CALLED, JOURNEYS, RESULT
from tests.crash.loop import Death, crash_loop
from tests.journeys.conftest import database_urls

BOOKED = next(iter(JOURNEYS))
POINTS = {
    "sqlite": ((BOOKED, 80), (BOOKED, 120), (BOOKED, 160), (CALLED, 80), (BILL, 50), (RESULT, 45)),
    "postgresql": ((BOOKED, 90), (BOOKED, 140), (RESULT, 52)),
}
"""Within booking, paying and refunding, of which a visit passes about 240 points; within checking in and being called
(150), a bill (85) and a result (85). A fast machine passes fewer, for the bridge looks less often: none is near an
end."""


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
    assert [death for death in deaths if not death.died] == []
