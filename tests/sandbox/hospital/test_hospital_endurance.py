"""A frail hospital falls silent above its number of calls at once, and answers again when it is restarted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from adapters.errors import OutcomeUnknown
from adapters.hl7.sender import MllpClient
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.hospital.endurance import Endurance
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.server import HospitalServer

BEARS = 4


def crowded(endurance: Endurance, callers: int) -> None:
    """So many are inside at the same instant."""
    together = Barrier(callers)

    def call(_: int) -> None:
        with endurance.call():
            together.wait(30)

    with ThreadPoolExecutor(callers) as crowd:
        list(crowd.map(call, range(callers)))


@pytest.mark.parametrize(("callers", "falls"), [(BEARS, False), (BEARS + 1, True)])
def test_one_call_too_many_is_too_many(callers: int, *, falls: bool) -> None:
    endurance = Endurance(SystemClock())
    endurance.most = BEARS
    crowded(endurance, callers)
    assert (endurance.peak, endurance.has_fallen) == (callers, falls)


def test_once_it_has_fallen_nobody_is_answered_until_it_is_restarted() -> None:
    clock = SystemClock()
    hospital = SimulatedHospital(clock)
    server = HospitalServer(hospital, clock)
    server.start()
    hospital.endurance.most = BEARS
    crowded(hospital.endurance, BEARS + 1)
    link = MllpClient("127.0.0.1", server.port, reply_timeout=0.1)
    with pytest.raises(OutcomeUnknown):
        link.exchange(b"MSH|^~\\&|A||B||20261123100000||ZZZ^Z99|1|P|2.5.1\r")
    server.stop()
    server.start()
    patient = MllpClient("127.0.0.1", server.port, reply_timeout=30)
    assert b"|1" in patient.exchange(b"MSH|^~\\&|A||B||20261123100000||ZZZ^Z99|1|P|2.5.1\r")
    for each in (link, patient):
        each.close()
    server.stop()
