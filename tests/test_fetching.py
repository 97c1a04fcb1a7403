"""News that is fetched: nothing is lost between two looks, and nothing counts twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.errors import NotDone
from adapters.feed import Feed, FeedItem, Fetched
from adapters.news import News, Preview
from hospital_bridge.fetching import FETCH, feed_tasks, fetch, look_now
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.jobs import JOB, Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.store.waiting import Waiting, waiting
from hospital_bridge.systems import System
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.timers import tick
from tests.steered import FakeClock

FEED = "lis.reports"


@dataclass
class ListedReports:
    """A laboratory that keeps a list, two to a page; `mark` is how many were read."""

    reports: list[tuple[str, bytes]]
    fault: NotDone | None = None
    asked_from: list[str] = field(default_factory=list)

    def feeds(self) -> Sequence[Feed]:
        return [Feed("reports", timedelta(seconds=30))]

    def fetch(self, feed: str, mark: str) -> Fetched:
        assert feed == "reports"
        self.asked_from.append(mark)
        if self.fault:
            raise self.fault
        first = int(mark or 0)
        page = self.reports[first : first + 2]
        items = tuple(FeedItem(number, "1", "report", "MRN-1", raw) for number, raw in page)
        reached = first + len(page)
        return Fetched(items, str(reached) if reached else "", more=reached < len(self.reports))

    def read_news(self, raw: bytes, charset: str | None) -> Sequence[News]:
        raise NotImplementedError

    def preview_news(self, raw: bytes, charset: str | None) -> Preview:
        raise NotImplementedError


def systems(laboratory: object) -> Mapping[str, System]:
    return {"lis": System("lis", laboratory, frozenset({"HisFeeds", "HisNews"}))}


def look(store: Store, laboratory: ListedReports) -> None:
    """One look at the feed, as a worker has it."""
    with store.begin("h1") as work:
        look_now(work, "lis", ["reports"])
    runner = JobRunner(
        store, Handlers(io={FETCH: lambda store, job: fetch(systems(laboratory), store, job)}), "fetcher"
    )
    assert runner.run_once(Lane.IO) == 1


def kept(store: Store) -> list[bytes]:
    with store.read("h1") as work:
        rows = work.table(INBOX_MESSAGE).all(order_by=[INBOX_MESSAGE.c.message_id])
        return [work.inbox.raw(row.message_id) for row in rows]


def waiting_messages(store: Store) -> Sequence[Waiting]:
    with store.read("h1") as work:
        return waiting(work, 10)


def test_a_look_takes_every_page_and_the_next_begins_where_it_ended(store: Store) -> None:
    laboratory = ListedReports([(f"R{number}", b"%d" % number) for number in range(5)])
    look(store, laboratory)
    assert kept(store) == [b"0", b"1", b"2", b"3", b"4"]
    laboratory.reports.append(("R5", b"5"))
    look(store, laboratory)
    assert kept(store)[5:] == [b"5"]
    assert laboratory.asked_from == ["", "2", "4", "5"]
    assert len({each.streams for each in waiting_messages(store)}) == 1, (
        "one patient's things are applied in their order"
    )


def test_what_comes_again_is_known_and_a_changed_one_is_new(store: Store) -> None:
    look(store, ListedReports([("R1", b"first")]))
    with store.begin("h1") as work:
        assert work.feed_marks.forget(FEED)
    look(store, ListedReports([("R1", b"first"), ("R1", b"changed")]))
    assert kept(store) == [b"first", b"changed"]
    assert len(waiting_messages(store)) == 2


def test_a_system_that_cannot_answer_loses_nothing_and_is_told_as_a_link(store: Store, clock: FakeClock) -> None:
    laboratory = ListedReports([("R1", b"1")], fault=NotDone("nobody listens"))
    look(store, laboratory)
    with store.read("h1") as work:
        (check,) = work.link_checks.all()
        assert (check.name, check.well, check.detail) == ("feed lis.reports", False, "NotDone: nobody listens")
        assert work.feed_marks.get(FEED) == ""
    laboratory.fault = None
    clock.advance(timedelta(minutes=1))
    look(store, laboratory)
    assert kept(store) == [b"1"]
    with store.read("h1") as work:
        assert [check.well for check in work.link_checks.all()] == [True]


def test_of_two_processes_that_fetch_one_page_only_one_keeps_it(store: Store) -> None:
    laboratory = ListedReports([("R1", b"1")])
    fetched = laboratory.fetch

    def overtaken(feed: str, mark: str) -> Fetched:
        page = fetched(feed, mark)
        with store.begin("h1") as work:
            work.feed_marks.advance(FEED, mark, "1")
        return page

    laboratory.fetch = overtaken  # type: ignore[method-assign]  # the other process comes between asking and keeping
    look(store, laboratory)
    assert kept(store) == []


def test_a_timer_looks_as_often_as_the_feed_allows(store: Store, clock: FakeClock) -> None:
    (task,) = feed_tasks("h1", systems(ListedReports([])))
    tick(store, task)
    clock.advance(timedelta(seconds=31))
    tick(store, task)
    with store.read("h1") as work:
        (job,) = work.table(JOB).all()
        look_now(work, "lis", ["reports"])
    assert (job.topic, job.ref, task.when.interval) == (FETCH, FEED, timedelta(seconds=30))  # type: ignore[union-attr]
