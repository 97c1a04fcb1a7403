"""The requests that this process is running, whose claims are renewed until they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import cast

from flask import Flask

from hospital_bridge.logs import logger
from hospital_bridge.store.idempotency import LEASE, Claim, Requests
from hospital_bridge.store.unit_of_work import Store, Work

RENEW_SECONDS = LEASE.total_seconds() / 3

_log = logger(__name__)


class OpenRequests:
    """From `start` to `stop` a thread renews what `running` holds: a process that dies renews nothing."""

    def __init__(self, store: Store, every_seconds: float = RENEW_SECONDS) -> None:
        self._store = store
        self._every_seconds = every_seconds
        self._claims: set[Claim] = set()
        self._lock = Lock()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="open-requests", daemon=True)

    @contextmanager
    def running(self, claim: Claim) -> Iterator[None]:
        """While the block runs the claim is renewed; ClaimLost at the first commit after somebody else took it."""

        def hold(work: Work) -> None:
            if work.operator_id == claim.operator_id:
                Requests(work).hold(claim)

        with self._lock:
            self._claims.add(claim)
        try:
            with self._store.guarding(hold):
                yield
        finally:
            with self._lock:
                self._claims.discard(claim)

    def renew(self) -> None:
        """Let nobody else run what runs here; to be called well within `LEASE`."""
        with self._lock:
            claims = list(self._claims)
        for claim in claims:
            with self._store.begin(claim.operator_id) as work:
                Requests(work).renew(claim)

    def start(self) -> None:
        """Renew again and again."""
        self._thread.start()

    def stop(self) -> None:
        """Renew no more; for a server that has answered what it was asked."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self.renew()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next round
                _log.error("open_requests.not_renewed", error=type(error).__name__)


def open_requests(app: Flask) -> OpenRequests:
    """Those of that application."""
    return cast("OpenRequests", app.extensions["open_requests"])
