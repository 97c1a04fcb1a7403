"""The story of the demo at the doors that are not HL7, where the bridge fetches the news; `test_story.py` has HL7.

Three hospitals of one bridge, each with its own door, wallet and patients, play it at the same time: most of a story
is waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from hospital_bridge.bootstrap import build, prepare_database
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.payment import ledger
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.running import Running
from hospital_bridge.sandbox.configuration import write_configuration, write_operator
from hospital_bridge.sandbox.story import PLAYS, World
from hospital_bridge.sandbox.story.world import Facts
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.settings import load
from tests.journeys.stage_here import StageHere

DOORS = ("http-xml", "sql-view", "fhir")

Told = Mapping[str, Facts]


class NoLine:
    """These hospitals have no line to the listener."""

    def exchange(self, raw: bytes) -> bytes:
        raise NotImplementedError(raw)


def told_at(stage: StageHere) -> Told:
    """What each step told."""
    world = World(stage, SystemClock(), NoLine())
    return {step.name: step.play() for step in PLAYS["hospital"].story(world)}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, StageHere]]:
    folder, ports, clock = tmp_path_factory.mktemp("doors"), free_ports(2), SystemClock()
    with ExitStack() as ending:
        towns = {his: ending.enter_context(Town(clock, his=his)) for his in DOORS}
        first, *others = towns.items()
        his, town = first
        main = write_configuration(folder, town.addresses(*ports), town.credentials, operator_id=his)
        for number, (his, town) in enumerate(others, 2):
            write_operator(folder, his, town.addresses(*ports), town.credentials, peer=f"127.0.0.{number}")
        settings = load(main, installed())
        prepare_database(settings)
        bridge = build(settings)
        ending.callback(bridge.close)
        ending.enter_context(Running(bridge, ("web", "worker"), "doors"))
        yield {his: StageHere(bridge, town, his) for his, town in towns.items()}


@pytest.fixture(scope="module")
def stories(stages: Mapping[str, StageHere]) -> Iterator[Mapping[str, Future[Told]]]:
    with ThreadPoolExecutor(len(stages)) as players:
        yield {his: players.submit(told_at, stage) for his, stage in stages.items()}


@pytest.mark.timeout(400)  # as in test_story.py
@pytest.mark.parametrize("his", DOORS)
def test_the_story_ends_well_through_this_door_and_all_books_agree(
    his: str, stages: Mapping[str, StageHere], stories: Mapping[str, Future[Told]]
) -> None:
    facts, stage = stories[his].result(), stages[his]
    assert facts["register"]["payment"]["amount_fen"] == 12_000
    assert facts["cancel"]["refunded_fen"] == facts["cancel"]["payment"]["amount_fen"]
    assert facts["hospital_refuses"]["refunded_fen"] == facts["unknown"]["payment"]["amount_fen"] == 8_000
    assert (facts["bill"]["payment"]["amount_fen"], facts["bill"]["insurance_fen"]) == (2_700, 600)
    assert sorted(facts["window"]["line"]) == sorted(facts["call_by_api"]["seen"])
    assert facts["result"]["seen"] == ["preliminary", "final"]
    assert facts["result_corrected"]["stands"] == "corrected"
    with stage.bridge.store.read(his) as work:
        assert ledger.verify(work) == []
    day = stage.town.wallet.today()
    stage.town.wallet.close_day(day)
    run = reconcile_day(stage.bridge.operators[his].money, "main", day)
    assert (run.state, run.unexplained_fen, run.wallet_fen) == ("done", 0, run.sale_fen)
