"""Natural group commit: while one batch becomes durable, what arrives forms the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread

from hospital_bridge.logs import logger
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.workers.mllp_connection import Answered
from hospital_bridge.workers.received import Commit, Received

_log = logger(__name__)


class GroupCommit:
    """Runs `commit` in one thread of its own; `negative` words the answer where it failed.

    Lives in the event loop in which it is made; a message waits for those that come in the same turn of it.
    """

    def __init__(self, commit: Commit, negative: Callable[[Received], bytes], max_batch: int) -> None:
        self._commit = commit
        self._negative = negative
        self._max_batch = max_batch
        self._waiting: deque[tuple[Received, Answered]] = deque()
        self._is_busy = False
        self._loop = asyncio.get_running_loop()
        self._batches: SimpleQueue[Sequence[tuple[Received, Answered]] | None] = SimpleQueue()
        # A daemon: a commit that hangs is left behind.
        Thread(target=self._run, name="hl7-commit", daemon=True).start()

    @property
    def waiting(self) -> int:
        """How many messages no commit has taken up yet."""
        return len(self._waiting)

    def submit(self, received: Received, answered: Answered) -> None:
        """Put the message into the next batch; `answered` hears its answer, or None where none could be worded."""
        self._waiting.append((received, answered))
        if not self._is_busy:
            self._is_busy = True
            self._loop.call_soon(self._next)

    def close(self) -> None:
        """Take up no further batch."""
        self._batches.put(None)

    def settle(self, batch: Sequence[Received]) -> Sequence[bytes]:
        """The answers to a batch; where it fails as a whole each message is tried alone, lest one fail all."""
        try:
            return [answer for _, answer in zip(batch, self._commit(batch), strict=True)]
        except Exception as failure:  # noqa: BLE001  whatever went wrong, the sender must hear that it is not durable
            _log.error("hl7.batch_not_stored", count=len(batch), peer=batch[0].peer, error=type(failure).__name__)
            # Alone each would only wait as long again: the senders come back.
            is_busy = isinstance(failure, DatabaseBusy)
        if is_busy:
            return [self._negative(received) for received in batch]
        if len(batch) == 1:
            return [self._negative(batch[0])]
        return [answer for received in batch for answer in self.settle([received])]

    def _next(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_batch))]
        self._is_busy = bool(batch)
        if batch:
            self._batches.put(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                answers: Sequence[bytes | None] = self.settle([received for received, _ in batch])
            except Exception as failure:  # noqa: BLE001  the connections must break off, and the next batch go on
                _log.error("hl7.no_answer", count=len(batch), error=type(failure).__name__)
                answers = [None] * len(batch)
            try:
                self._loop.call_soon_threadsafe(self._hand_out, batch, answers)
            except RuntimeError:  # the loop was closed: nobody waits any more
                return

    def _hand_out(self, batch: Sequence[tuple[Received, Answered]], answers: Sequence[bytes | None]) -> None:
        for (_, answered), answer in zip(batch, answers, strict=True):
            answered(answer)
        self._loop.call_soon(self._next)
