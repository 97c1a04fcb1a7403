"""The simulation's own ways: a request travels for as long as the bridge reckons with, whoever acts meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from adapters.errors import NotDone
from tests.simulation.clockwork import ON_TIME
from tests.simulation.ground import Ground
from tests.simulation.network import HL7_TIMEOUT
from tests.simulation.options import Options
from tests.simulation.process import Process
from tests.simulation.simulation import Simulation

HELD_UP = 60.0


@pytest.fixture
def simulation(sqlite_ground: Ground) -> Iterator[Simulation]:
    begun = Simulation(Options.drawn(16), sqlite_ground)
    yield begun
    begun.clear_away()


def sender(simulation: Simulation) -> Process:
    simulation.bridges.start()
    simulation.agenda.run_until(simulation.clock.now(), simulation.step)
    process = simulation.bridges.any()
    assert process is not None
    return process


def test_a_request_arrives_when_it_does_however_long_its_sender_is_kept_from_the_answer(simulation: Simulation) -> None:
    """Seed 10696: a posting arrived fifty seconds late, behind calls that others had begun meanwhile."""
    process, arrived = sender(simulation), list[datetime]()
    sent = simulation.clock.now()
    simulation.agenda.add(0.001, ON_TIME, lambda: simulation.let_pass(process, HELD_UP))
    simulation.his_road.heal()
    answer = simulation.his_road.cross(
        process, "DFT^P03", lambda: arrived.append(simulation.clock.now()), lambda: None, HL7_TIMEOUT
    )
    assert answer is None
    assert timedelta(0) < arrived[0] - sent < timedelta(seconds=1)
    assert simulation.clock.now() - sent > timedelta(seconds=HELD_UP)


def test_a_refusal_is_heard_by_who_has_sent(simulation: Simulation) -> None:
    process = sender(simulation)

    def refuse() -> None:
        raise NotDone("busy")

    simulation.his_road.heal()
    with pytest.raises(NotDone, match="busy"):
        simulation.his_road.cross(process, "DFT^P03", refuse, lambda: None, HL7_TIMEOUT)
