"""Puts a hospital's system at its pace: one count of calls for all processes where they share a PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.pace.paced import Name, Paced, nobody_else
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.store.outside_places import SharedPlaces

if TYPE_CHECKING:
    from hospital_bridge.clock import Clock
    from hospital_bridge.pace.paced import Shared
    from hospital_bridge.settings import AdapterChoice, OperatorSettings
    from hospital_bridge.store.unit_of_work import Store

USUAL_REPLY = 30.0
QUESTIONS_OF_ONE_CALL = 2
"""Some operations ask twice, such as for slots and for their prices."""

AND_CONNECTING = timedelta(seconds=15)


def at_its_pace(
    operator: OperatorSettings, name: str, choice: AdapterChoice, adapter: Any, store: Store, clock: Clock
) -> Paced:
    """The adapter as everybody in the bridge has it."""
    maintenance = Maintenance(choice.pace.maintenance, operator.timezone)
    shared = nobody_else
    if choice.pace.across_processes and store.engine.dialect.name == "postgresql":
        shared = _shared(operator.id, name, choice, store, clock)
    return Paced(Name(operator.id, name), adapter, choice.pace, maintenance, clock, shared)


def longest_call(choice: AdapterChoice) -> timedelta:
    """How long a place may be held: after that the process that held it is taken for dead."""
    reply = timedelta(seconds=float(choice.settings.get("reply_timeout", USUAL_REPLY)))
    return QUESTIONS_OF_ONE_CALL * reply + AND_CONNECTING


def _shared(operator_id: str, name: str, choice: AdapterChoice, store: Store, clock: Clock) -> Shared:
    places = SharedPlaces(
        store, clock, operator_id, name, choice.pace.calls_at_once, choice.pace.queue, longest_call(choice)
    )
    # Of its own, not the bridge's: what a database counts must not change which ids everything else is given.
    holders = RandomIds(SystemClock())
    return lambda: places.place(holders.new())
