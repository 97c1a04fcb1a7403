"""News that is fetched: each feed is asked from its mark on, and what came stands in the inbox before the mark moves.

From there on it is a message like any other: applied, parked, previewed and replayed by the same code.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Away, OutsideError
from hospital_bridge.store.arrivals import keep_fetched
from hospital_bridge.store.feeds import Overtaken
from hospital_bridge.store.jobs import Lane
from hospital_bridge.workers.timers import Every, PeriodicTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.feed import Fetched
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work
    from hospital_bridge.systems import System

    Systems = Mapping[str, System]

FETCH = "feed.fetch"
MOST_PAGES = 50
"""After so many pages in a row others have their turn; the next look goes on."""
_TELL_AGAIN = timedelta(minutes=1)


def feed_tasks(operator_id: str, systems: Systems) -> Iterator[PeriodicTask]:
    """A look at each feed of the operator's systems, as often as the feed allows."""
    for system in systems.values():
        for feed in system.feeds:
            name = f"{system.name}.{feed.name}"
            yield PeriodicTask(_task(name), FETCH, Every(feed.every), operators=frozenset({operator_id}), ref=name)


def look_now(work: Work, system: str, feeds: Sequence[str]) -> None:
    """Look at those feeds as soon as somebody is free, unless that waits already."""
    for feed in feeds:
        name = f"{system}.{feed}"
        stream = f"periodic:{_task(name)}"
        if work.jobs.is_idle(stream):
            work.jobs.add(FETCH, name, lane=Lane.IO, stream=stream)


def fetch(systems: Systems, store: Store, job: Job) -> None:
    """Job: take in what is new in one feed; a system that cannot answer is told as a link, and asked again in time."""
    system, _, feed = job.ref.partition(".")
    standing = systems.get(system)
    if standing is None or feed not in {each.name for each in standing.feeds}:
        return  # the configuration that named it is gone
    for _ in range(MOST_PAGES):
        with store.read(job.operator_id) as work:
            since = work.feed_marks.get(job.ref)
        try:
            page = standing.adapter.fetch(feed, since)
        except Away:
            with store.begin(job.operator_id) as work:
                work.link_checks.leave_alone(f"feed {job.ref}", "feed")
            return
        except OutsideError as fault:
            _tell(store, job, f"{type(fault).__name__}: {fault.text}")
            return
        if page.items or page.mark != since:
            _keep(store, job, since, page)
        if not page.more:
            break
    _tell(store, job, "")


def _keep(store: Store, job: Job, since: str, page: Fetched) -> None:
    try:
        with store.begin(job.operator_id) as work:
            keep_fetched(work, job.ref, page.items)
            if page.mark != since:
                work.feed_marks.advance(job.ref, since, page.mark)
    except Overtaken:
        return


def _tell(store: Store, job: Job, fault: str) -> None:
    """Keep how the feed answered; every second look of the same kind need not be written down."""
    name = f"feed {job.ref}"
    with store.read(job.operator_id) as work:
        last = next((check for check in work.link_checks.all() if check.name == name), None)
        if last and last.well == (not fault) and work.now - last.checked_at < _TELL_AGAIN:
            return
    with store.begin(job.operator_id) as work:
        work.link_checks.keep(name, "feed", well=not fault, detail=fault)


def _task(feed: str) -> str:
    return f"feed {feed}"
