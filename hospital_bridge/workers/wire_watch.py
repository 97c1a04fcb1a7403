"""What a known peer does wrong on the wire becomes a security event: a sender gone mad, or somebody in its place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from adapters.hl7.mllp import Fault
from hospital_bridge.clock import Clock
from hospital_bridge.logs import logger
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.workers.listener import WireEvent, log_event

FRAMING_FAULT = "hl7.framing_fault"
MOST_A_MINUTE = 5
"""Of one peer; what comes beyond stands in the log alone."""

SUSPICIOUS = frozenset(Fault) - {Fault.IDLE, Fault.MISSING_RETURN}
"""Silence is no fault, and some senders never send the last carriage return."""

_log = logger(__name__)


class WireWatch:
    """The listener's `watch`; peers are known by `operator/name`.

    It is called in the thread that serves every connection, so what it writes is written in another.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._minutes: dict[str, tuple[datetime, int]] = {}
        self._writing = ThreadPoolExecutor(1, "hl7-watch")

    def __call__(self, event: WireEvent) -> None:
        log_event(event)
        if event.text in SUSPICIOUS and self._counts(event.peer):
            self._writing.submit(self._record, event)

    def _counts(self, peer: str) -> bool:
        minute = self._clock.now().replace(second=0, microsecond=0)
        begun, count = self._minutes.get(peer, (minute, 0))
        count = count + 1 if begun == minute else 1
        self._minutes[peer] = (minute, count)
        return count <= MOST_A_MINUTE

    def _record(self, event: WireEvent) -> None:
        operator_id, _, _ = event.peer.partition("/")
        try:
            with self._store.begin(operator_id) as work:
                work.security_events.record(FRAMING_FAULT, event.peer, address=event.address, fault=event.text)
        except Exception as failure:  # noqa: BLE001  the event stands in the log; the next one must be written
            _log.error("hl7.event_not_kept", peer=event.peer, error=type(failure).__name__)
