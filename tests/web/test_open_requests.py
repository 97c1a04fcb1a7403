"""A request has one run at a time: its claim is renewed while it runs, and whoever lost it commits nothing more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import TypeVar

import pytest
from sqlalchemy import Row

from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.idempotency import (
    LEASE,
    WEB_REQUEST,
    Claim,
    ClaimLost,
    Requests,
    State,
    StillRunning,
    StoredReply,
)
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.api import JOBS_REPLAY
from hospital_bridge.web.app import create_app
from hospital_bridge.web.once import WAIT_SECONDS, WAITS
from hospital_bridge.web.open_requests import RENEW_SECONDS, OpenRequests
from tests.steered import FakeClock
from tests.web.site_kit import ScriptedAdmin, SiteKit
from tests.web.visitor import HTTPS

A_MOMENT = timedelta(milliseconds=1)
T = TypeVar("T")


def elsewhere(act: Callable[[], T]) -> T:
    """Done by a thread that runs no request."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(act).result()


def claim(store: Store) -> Claim | StoredReply:
    with store.begin("h1") as work:
        return Requests(work).claim("system:ward", "press-1", "hash")


def claimed(store: Store) -> Claim:
    taken = elsewhere(lambda: claim(store))
    assert isinstance(taken, Claim)
    return taken


def only_row(store: Store) -> Row[tuple[object, ...]]:
    with store.read("h1") as work:
        (row,) = work.table(WEB_REQUEST).all()
    return row


def jobs(store: Store) -> int:
    with store.read("h1") as work:
        return len(work.table(JOB).all())


def test_nobody_is_turned_away_for_a_process_that_died() -> None:
    assert timedelta(seconds=RENEW_SECONDS) < LEASE < timedelta(seconds=WAITS * WAIT_SECONDS)


def test_a_request_that_takes_long_keeps_its_claim(store: Store, clock: FakeClock) -> None:
    opened = OpenRequests(store)
    with opened.running(claimed(store)):
        for _ in range(5):
            clock.advance(LEASE)
            elsewhere(opened.renew)
        with pytest.raises(StillRunning):
            claim(store)
    opened.renew()
    clock.advance(LEASE + A_MOMENT)
    assert claimed(store).fence == 2


def test_claims_are_renewed_by_themselves_until_the_server_stops(store: Store, clock: FakeClock) -> None:
    renewed = Event()
    opened = OpenRequests(store.checking(lambda _: renewed.set()), every_seconds=0.001)
    claim = claimed(store)
    clock.advance(LEASE)
    opened.start()
    with opened.running(claim):
        assert renewed.wait(10)
    opened.stop()
    assert only_row(store).claimed_at == clock.now()


def test_a_run_that_was_held_up_commits_nothing_once_another_run_has_begun(store: Store, clock: FakeClock) -> None:
    first = claimed(store)
    with OpenRequests(store).running(first):
        with store.begin("h1") as work:
            work.jobs.add("note", "before")
        clock.advance(LEASE + A_MOMENT)
        second = claimed(store)
        with pytest.raises(ClaimLost), store.begin("h1") as work:
            work.jobs.add("note", "after")
    assert jobs(store) == 1
    with store.begin("h1") as work:
        Requests(work).finish(second, StoredReply(303, "/second"))
        Requests(work).finish(first, StoredReply(303, "/first"))
        Requests(work).release(first)
    assert claim(store) == StoredReply(303, "/second")


def test_a_lost_claim_does_not_come_back_by_renewal(store: Store, clock: FakeClock) -> None:
    opened = OpenRequests(store)
    with opened.running(claimed(store)):
        clock.advance(LEASE + A_MOMENT)
        taken_at, second = clock.now(), claimed(store)
        clock.advance(LEASE / 2)
        elsewhere(opened.renew)
    row = only_row(store)
    assert (row.state, row.fence, row.claimed_at) == (State.RUNNING, second.fence, taken_at)


def test_what_other_threads_and_other_operators_write_is_no_business_of_the_claim(
    store: Store, clock: FakeClock
) -> None:
    with OpenRequests(store).running(claimed(store)):
        clock.advance(LEASE + A_MOMENT)
        claimed(store)
        with store.begin("h2") as work:
            work.jobs.add("note", "of another hospital")
    with store.begin("h1") as work:
        work.jobs.add("note", "after the request")
    assert jobs(store) == 1


class HeldUp(ScriptedAdmin):
    """The first run sleeps until the caller's system has asked again and been answered."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        super().__init__()
        self.store, self.clock = store, clock
        self.asked_again: Callable[[], int] | None = None
        self.answers: list[int] = []

    def replay_job(self, operator_id: str, job_id: str, actor: str) -> bool:
        asked_again, self.asked_again = self.asked_again, None
        if asked_again is not None:
            self.clock.advance(LEASE + A_MOMENT)
            self.answers.append(elsewhere(asked_again))
        with self.store.begin(operator_id) as work:
            work.jobs.add("note", job_id)
        return True


def test_a_command_runs_once_though_its_first_process_slept_through_the_second(
    kit: SiteKit, store: Store, clock: FakeClock
) -> None:
    admin = HeldUp(store, clock)
    app = create_app(replace(kit.site, admin=admin))
    with store.begin("h1") as work:
        bearer = ApiKeys(work).issue("ward", frozenset([JOBS_REPLAY]))
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": "once"}

    def post() -> int:
        return app.test_client().post("/api/v1/h1/jobs/j/replay", base_url=HTTPS, headers=headers).status_code

    admin.asked_again = post
    assert post() == 503
    assert admin.answers == [202]
    assert post() == 202
    assert jobs(store) == 1
