"""Received messages are found by what a person at the telephone knows of them, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from hospital_bridge.store.inbox import APPLY, INBOX_MESSAGE, Envelope, InboxState
from hospital_bridge.store.inbox_search import (
    Place,
    Sought,
    Standing,
    applying_key,
    count_needing,
    job_of_message,
    search,
)
from hospital_bridge.store.jobs import JOB, JobState, Lane
from hospital_bridge.store.unit_of_work import Store, Work
from tests.steered import FakeClock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def received(store: Store, clock: FakeClock) -> Sequence[str]:
    """Six messages, a minute apart: one of each standing."""
    states = (InboxState.RECEIVED, InboxState.RECEIVED, InboxState.APPLIED, InboxState.QUARANTINED, InboxState.REFUSED)
    kept = []
    for number, state in enumerate((*states, InboxState.QUARANTINED), 1):
        with store.begin("h1") as work:
            kept.append(_keep(work, number, state))
        clock.advance(MINUTE)
    with store.begin("h1") as work:
        job = job_of_message(work, kept[1])
        assert job is not None
        work.table(JOB).change(JOB.c.job_id == job.job_id, state=JobState.DEAD.value)
        work.inbox.dismissed(kept[5], "no longer needed: test")
    return kept


def _keep(work: Work, number: int, state: InboxState) -> str:
    peer, patient = ("h1/his", "MRN 1") if number % 2 else ("h1/lis", "")
    envelope = Envelope(peer, control_id=f"C{number}", message_type="ORU^R01^ORU_R01", patient=patient)
    message_id = work.inbox.keep(envelope, f"message {number}".encode(), b"ACK", state, work.now)
    if state is InboxState.RECEIVED:
        work.jobs.add(APPLY, message_id, lane=Lane.TX, dedupe_key=applying_key(message_id))
    return message_id


def about(store: Store, record_number: str) -> str:
    with store.begin("h1") as work:
        return work.inbox.patient_index(record_number) or ""


def numbers(store: Store, sought: Sought) -> list[int]:
    with store.read("h1") as work:
        return [int(row.control_id[1:]) for row, _ in search(work, sought, 50).messages]


@pytest.mark.usefixtures("received")
def test_each_standing_is_told_and_found(store: Store) -> None:
    with store.read("h1") as work:
        shown = {int(row.control_id[1:]): standing for row, standing in search(work, Sought(), 50).messages}
        assert count_needing(work) == 2
    assert shown == dict(enumerate(Standing, 1))
    for number, standing in shown.items():
        assert numbers(store, Sought(standing=standing)) == [number]


@pytest.mark.usefixtures("received")
def test_a_message_is_found_by_whatever_is_known_of_it(store: Store, clock: FakeClock) -> None:
    first = clock.now() - 6 * MINUTE
    for sought, expected in (
        (Sought(patient_index=about(store, "mrn1")), [5, 3, 1]),
        (Sought(patient_index=about(store, "MRN2")), []),
        (Sought(control_id="C4"), [4]),
        (Sought(control_id="C4", peer="h1/his"), []),
        (Sought(type="ORU^R01"), [6, 5, 4, 3, 2, 1]),
        (Sought(type="oru^r"), [6, 5, 4, 3, 2, 1]),
        (Sought(type="ORU%"), []),
        (Sought(peer="h1/lis"), [6, 4, 2]),
        (Sought(since=first + MINUTE, until=first + 3 * MINUTE), [3, 2]),
        (Sought(patient_index=about(store, "MRN1"), standing=Standing.APPLIED), [3]),
    ):
        assert numbers(store, sought) == expected, sought


@pytest.mark.usefixtures("received")
def test_the_record_number_stands_nowhere(store: Store) -> None:
    with store.read("h1") as work:
        rows = work.connection.execute(select(INBOX_MESSAGE)).all()
    assert "MRN" not in repr(rows)
    assert "MRN" not in repr(Envelope("h1/his", patient="MRN 1"))


@pytest.mark.usefixtures("received")
def test_pages_go_on_where_the_last_ended_whatever_comes_meanwhile(store: Store) -> None:
    seen: list[str] = []
    after: Place | None = None
    while True:
        with store.begin("h1") as work:
            page = search(work, Sought(), 2, after)
            _keep(work, 90 + len(seen), InboxState.APPLIED)
        seen += [row.control_id for row, _ in page.messages]
        after = page.after
        if after is None:
            break
    assert seen == ["C6", "C5", "C4", "C3", "C2", "C1"]


def test_the_job_of_a_message_is_found_and_nobody_elses(store: Store, received: Sequence[str]) -> None:
    with store.read("h1") as work:
        found = [job_of_message(work, each) for each in received]
    assert [job.ref if job else "" for job in found] == [*received[:2], "", "", "", ""]
