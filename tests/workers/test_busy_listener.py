"""A database that is too busy to store what arrived: every sender hears it, and none waits for all the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.workers.group_commit import GroupCommit
from hospital_bridge.workers.received import Received

BATCH = [Received("his", b"MSH|%d" % number, datetime(2026, 11, 23, tzinfo=UTC)) for number in range(64)]


@pytest.mark.parametrize(("failure", "commits"), [(DatabaseBusy(), 1), (ValueError(), 65)])
def test_only_a_batch_that_may_hold_a_bad_message_is_tried_one_by_one(failure: Exception, commits: int) -> None:
    tried: list[int] = []

    def commit(batch: Sequence[Received]) -> Sequence[bytes]:
        tried.append(len(batch))
        raise failure

    async def settled() -> Sequence[bytes]:
        grouped = GroupCommit(commit, lambda received: b"AE for " + received.raw, 64)
        answers = grouped.settle(BATCH)
        grouped.close()
        return answers

    with ThreadPoolExecutor(1) as apart:  # in this thread a browser's loop may be running
        answers = apart.submit(lambda: asyncio.run(settled())).result()
    assert answers == [b"AE for " + received.raw for received in BATCH]
    assert len(tried) == commits
