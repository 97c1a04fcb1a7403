from __future__ import annotations

from hospital_bridge.store.jobs import JobState
from hospital_bridge.store.unit_of_work import Store


def test_a_job_is_stored_with_the_change_it_follows(store: Store) -> None:
    with store.begin("h1") as work:
        job_id = work.jobs.add("his.fulfil", "payment-1", lane="io", stream="order-1")
    with store.read("h1") as work:
        job = work.jobs.get(job_id)
    assert (job.topic, job.ref, job.state, job.stream_seq) == ("his.fulfil", "payment-1", JobState.READY, 1)


def test_the_same_key_adds_one_job_and_leaves_no_gap_in_the_stream(store: Store) -> None:
    with store.begin("h1") as work:
        first = work.jobs.add("poll", "order-1", lane="io", stream="order-1", dedupe_key="poll:order-1")
        again = work.jobs.add("poll", "order-1", lane="io", stream="order-1", dedupe_key="poll:order-1")
        other = work.jobs.add("poll", "order-1", lane="io", stream="order-1")
    with store.read("h1") as work:
        assert first == again
        assert [work.jobs.get(first).stream_seq, work.jobs.get(other).stream_seq] == [1, 2]


def test_operators_share_neither_streams_nor_keys(store: Store) -> None:
    with store.begin("h1") as work:
        work.jobs.add("poll", "order-1", lane="io", stream="s", dedupe_key="k")
    with store.begin("h2") as work:
        job_id = work.jobs.add("poll", "order-1", lane="io", stream="s", dedupe_key="k")
        assert work.jobs.get(job_id).stream_seq == 1
