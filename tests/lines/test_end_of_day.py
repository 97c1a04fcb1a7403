from __future__ import annotations

from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from hospital_bridge.facade import OperatorScope
from hospital_bridge.handlers import EXPIRE_TICKETS, _expire_tickets, periodic_tasks
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.timers import tick
from queueing.ticket import TicketState
from tests.lines.halls import SHANGHAI, Clinic
from tests.steered import FakeClock


def test_the_night_ends_the_tickets_of_the_day(store: Store, clock: FakeClock) -> None:
    clinic = Clinic(store)
    clinic.open("x")
    clinic.arrive("ann")
    scope = OperatorScope(MoneyContext("h1", store, SHANGHAI, {}, {}), {}, clock, {}, clinic.context)
    bridge: Any = SimpleNamespace(
        verticals={},
        operators={
            "h1": SimpleNamespace(scopes={"clinic": scope}, systems={}),
            "h2": SimpleNamespace(scopes={}, systems={}),
        },
    )
    (task,) = (one for one in periodic_tasks(bridge) if one.topic == EXPIRE_TICKETS)
    runner = JobRunner(store, Handlers(tx={EXPIRE_TICKETS: partial(_expire_tickets, bridge)}), "night")

    def night() -> TicketState:
        tick(store, task)
        while runner.run_once(Lane.TX):
            continue
        with clinic.lines() as lines:
            return lines.position("t-ann").ticket.state

    assert night() is TicketState.WAITING
    clock.advance(timedelta(hours=17))
    assert night() is TicketState.EXPIRED
