"""The transit demo's whole story; `tests/browser` plays a part of it on the other database."""

from __future__ import annotations

from contextlib import closing

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Ports, Stage
from hospital_bridge.sandbox.story import PLAYS, World
from tests.journeys.conftest import database_urls
from tests.journeys.engineer import ask


def test_a_day_of_rides_ends_well_and_all_books_agree(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    play = PLAYS["transit"]
    for urls in database_urls(request, "postgresql"):
        folder, clock = tmp_path_factory.mktemp("stage"), SystemClock()
        stage = Stage(folder, clock, charset=UTF_8, ports=Ports(), database_urls=urls, company=play.company)
        with stage, closing(stage.listener) as line:
            facts = {step.name: step.play() for step in play.story(World(stage, clock, line, "transit"))}
            assert (facts["sync"]["told"], facts["sync"]["kept"]) == (5, 4)
            assert facts["replay"]["opened"] == 2
            assert (facts["day_paid"]["amount_fen"], facts["repaid"]["amount_fen"]) == (400, 200)
            assert (facts["blocked"]["refused"], facts["released"]["orders"]) == ("blocked", 2)
            assert facts["stayed"]["states"] == ["", "called", "waiting"]
            assert ask(stage, "ledger", "verify")["discrepancies"] == []
