"""The mall demo's whole story, which ends with every book in agreement."""

from __future__ import annotations

from contextlib import closing

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Ports, Stage
from hospital_bridge.sandbox.story import PLAYS, World
from tests.journeys.conftest import database_urls
from tests.journeys.engineer import ask


def test_a_day_at_the_mall_ends_well_and_all_books_agree(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    play = PLAYS["district"]
    for urls in database_urls(request, "postgresql"):
        folder, clock = tmp_path_factory.mktemp("stage"), SystemClock()
        stage = Stage(folder, clock, charset=UTF_8, ports=Ports(), database_urls=urls, company=play.company)
        with stage, closing(stage.listener) as line:
            facts = {step.name: step.play() for step in play.story(World(stage, clock, line, "district"))}
            assert facts["used_twice"]["refused"] == ["already_redeemed"] * 2
            assert (facts["paid"]["points"], facts["refund"]["points"], facts["part"]["points"]) == (25, 0, 21)
            assert facts["part"]["shop_fen"] + facts["part"]["mall_fen"] == 2500 - facts["part"]["refunded_fen"]
            assert facts["gift"]["answers"] == [409, 200, 409]
            assert ask(stage, "ledger", "verify")["discrepancies"] == []
