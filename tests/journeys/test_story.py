"""The whole story of the demo on every database and in the hospital's other character set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.hl7.build import GB18030, UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Ports, Stage
from hospital_bridge.sandbox.story import Story
from tests.journeys.conftest import database_urls


@pytest.fixture(params=[("sqlite", UTF_8), ("postgresql", UTF_8), ("sqlite", GB18030)], ids=str)
def town_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    database, charset = request.param
    for urls in database_urls(request, database):
        folder = tmp_path_factory.mktemp("story")
        with Stage(folder, SystemClock(), charset=charset, ports=Ports(), database_urls=urls) as stage:
            yield stage


def test_the_story_ends_well_and_all_books_agree(town_stage: Stage) -> None:
    facts = {step.name: step.play() for step in Story(town_stage.town, SystemClock(), town_stage.window, town_stage.listener).steps()}

    assert facts["register"]["payment"]["amount_fen"] == 12_000
    assert facts["free"]["amount_fen"] == 0
    assert facts["cancel"]["refunded_fen"] == facts["cancel"]["payment"]["amount_fen"]
    assert facts["hospital_refuses"]["refunded_fen"] == 8_000
    assert facts["unknown"]["payment"]["amount_fen"] == 8_000
    assert facts["departments"]["charset"] == town_stage.town.charset
    assert town_stage.ask("ledger", "verify")["discrepancies"] == []
    assert _reconciled(town_stage) == {"state": "done", "unexplained_fen": 0, "wallet_fen": 20_000, "sale_fen": 20_000}


def _reconciled(stage: Stage) -> dict[str, Any]:
    day = stage.town.wallet.today()
    stage.town.wallet.close_day(day)
    (run,) = stage.ask("reconcile", day.isoformat())
    return {name: run[name] for name in ("state", "unexplained_fen", "wallet_fen", "sale_fen")}
