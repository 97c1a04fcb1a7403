"""The whole story of the demo: on SQLite in UTF-8, and on PostgreSQL in the hospital's other character set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.hl7.build import GB18030
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Stage
from hospital_bridge.sandbox.story import PLAYS, World
from tests.journeys.conftest import standing_stage
from tests.journeys.engineer import ask


@pytest.fixture(scope="module")
def gb18030_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield from standing_stage(request, "postgresql", tmp_path_factory, GB18030)


@pytest.fixture(params=["embedded_stage", "gb18030_stage"])
def town_stage(request: pytest.FixtureRequest) -> Stage:
    standing: Stage = request.getfixturevalue(request.param)
    return standing


def test_the_story_ends_well_and_all_books_agree(town_stage: Stage) -> None:
    with closing(town_stage.listener) as line:
        world = World(town_stage, SystemClock(), line)
        facts = {step.name: step.play() for step in PLAYS["hospital"].story(world)}

    assert facts["register"]["payment"]["amount_fen"] == 12_000
    assert facts["free"]["amount_fen"] == 0
    assert facts["cancel"]["refunded_fen"] == facts["cancel"]["payment"]["amount_fen"]
    assert facts["hospital_refuses"]["refunded_fen"] == 8_000
    assert len({facts[step]["refund_no"] for step in ("cancel", "hospital_refuses", "called_off")}) == 3
    assert facts["unknown"]["payment"]["amount_fen"] == 8_000
    assert facts["bill"]["payment"]["amount_fen"] == facts["bill"]["self_pay_fen"] == 2_700
    assert facts["bill"]["insurance_fen"] == 600
    assert (facts["bill_at_window"]["payable"], facts["bill_withdrawn"]["charged_fen"]) == (False, 0)
    assert len(facts["window"]["line"]) == 3
    assert sorted(facts["window"]["line"]) == sorted(facts["call_by_api"]["seen"])
    assert facts["missed"]["line"][0] == facts["missed"]["missed"]
    assert facts["examination"]["line"][0] == facts["examination"]["examined"] != facts["missed"]["missed"]
    assert facts["result"]["seen"] == ["preliminary", "final"]
    assert facts["result_corrected"]["stands"] == "corrected"
    assert (facts["result_critical"]["acknowledged_by"], facts["result_of_nobody"]["matched_by"]) == (
        "doctor",
        "records",
    )
    assert (facts["clinic"]["state"], "report.critical" in facts["clinic"]["events"]) == ("acknowledged", True)
    assert facts["check_in"]["number"] in facts["call_by_api"]["wallet_says"].values()
    assert facts["result_document"]["bytes"] > 0
    assert facts["departments"]["charset"] == town_stage.town.charset
    assert ask(town_stage, "ledger", "verify")["discrepancies"] == []
    day = town_stage.town.wallet.today()
    town_stage.town.wallet.close_day(day)
    (run,) = ask(town_stage, "reconcile", day.isoformat())
    assert (run["state"], run["unexplained_fen"], run["wallet_fen"]) == ("done", 0, run["sale_fen"])
