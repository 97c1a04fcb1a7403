"""Natural group commit: while one batch becomes durable, what arrives forms the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from hospital_bridge.logs import logger
from hospital_bridge.workers.received import Commit, Received

_log = logger(__name__)


class GroupCommit:
    """Runs `commit` in one thread of its own; `negative` words the answer where it failed."""

    def __init__(self, commit: Commit, negative: Callable[[Received], bytes], max_batch: int) -> None:
        self._commit = commit
        self._negative = negative
        self._max_batch = max_batch
        self._waiting: deque[tuple[Received, asyncio.Future[bytes]]] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "hl7-commit")

    @property
    def waiting(self) -> int:
        """How many messages no commit has taken up yet."""
        return len(self._waiting)

    async def answer(self, received: Received) -> bytes:
        """The answer to a message, once its batch is durable or has failed."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, answer))
        self._arrived.set()
        return await answer

    async def run(self) -> None:
        """Commit batch after batch until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_batch))]
            if not self._waiting:
                self._arrived.clear()
            await self._hand_out(batch, loop.run_in_executor(self._thread, self.settle, [each for each, _ in batch]))

    async def _hand_out(
        self, batch: Sequence[tuple[Received, asyncio.Future[bytes]]], settled: Awaitable[Sequence[bytes]]
    ) -> None:
        """Wake each waiting connection; where even the negative answer failed it breaks off unanswered."""
        try:
            bodies = await settled
        except Exception as failure:  # noqa: BLE001  each connection hears of it, and the next batch must go on
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(ConnectionAbortedError(type(failure).__name__))
            return
        for (_, answer), body in zip(batch, bodies, strict=True):
            if not answer.done():
                answer.set_result(body)

    def settle(self, batch: Sequence[Received]) -> Sequence[bytes]:
        """The answers to a batch; where it fails as a whole each message is tried alone, lest one fail all."""
        try:
            return [answer for _, answer in zip(batch, self._commit(batch), strict=True)]
        except Exception as failure:  # noqa: BLE001  whatever went wrong, the sender must hear that it is not durable
            _log.error("hl7.batch_not_stored", count=len(batch), peer=batch[0].peer, error=type(failure).__name__)
        if len(batch) == 1:
            return [self._negative(batch[0])]
        return [answer for received in batch for answer in self.settle([received])]

    def close(self) -> None:
        """Let go of the thread; a commit that hangs is left behind."""
        self._thread.shutdown(wait=False, cancel_futures=True)
