"""The listener's sign of life, so that the admin page can tell a quiet hospital from a listener that does not run."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from hospital_bridge.logs import logger
from hospital_bridge.store.link_checks import LISTENER

if TYPE_CHECKING:
    from collections.abc import Collection

    from hospital_bridge.store.unit_of_work import Store

_log = logger(__name__)

EVERY_SECONDS = 60.0


class Heartbeat:
    """Beats from `start` to `stop` in a thread of its own, for each operator that the listener hears for."""

    def __init__(self, store: Store, operator_ids: Collection[str], every_seconds: float = EVERY_SECONDS) -> None:
        self._store = store
        self._operator_ids = operator_ids
        self._every_seconds = every_seconds
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat at once, then again and again."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._beat()
            self._stopping.wait(self._every_seconds)

    def _beat(self) -> None:
        try:
            for operator_id in self._operator_ids:
                with self._store.begin(operator_id) as work:
                    work.link_checks.beat(LISTENER)
        except Exception as error:  # noqa: BLE001 - the database may be back at the next beat
            _log.error("heartbeat.missed", error=type(error).__name__)
