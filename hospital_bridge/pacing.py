"""Puts a hospital's system at its pace: one count of calls for all processes where they share a PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.logs import logger
from hospital_bridge.pace.paced import Name, Paced, nobody_else
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.store.outside_places import SharedPlaces
from hospital_bridge.store.unread_answers import keep_unread

if TYPE_CHECKING:
    from adapters.errors import OutsideError
    from hospital_bridge.clock import Clock
    from hospital_bridge.pace.paced import Shared
    from hospital_bridge.settings import AdapterChoice, OperatorSettings
    from hospital_bridge.store.unit_of_work import Store

_log = logger(__name__)

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
    keep = partial(_keep, store, operator.id, name)
    return Paced(Name(operator.id, name), adapter, choice.pace, maintenance, clock, shared, keep)


def _keep(store: Store, operator_id: str, system: str, operation: str, raw: bytes, error: OutsideError) -> None:
    """Where it cannot be kept either, the call has failed all the same, and as it had."""
    try:
        with store.begin(operator_id) as work:
            keep_unread(work, f"{operator_id}/{system}.{operation}", raw, f"{type(error).__name__}: {error.text}")
    except Exception as fault:  # noqa: BLE001  a full disk, a busy database, a claim that was lost
        _log.warning("his.answer_not_kept", operator_id=operator_id, target=system, error=type(fault).__name__)


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
