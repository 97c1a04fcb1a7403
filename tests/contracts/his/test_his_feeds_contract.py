"""What `HisFeeds` promises: nothing new is left out, whatever the page ends with and wherever a look broke off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.errors import NotDone
from adapters.feed import FeedItem, Fetched
from adapters.news import AppointmentCalledOff, BillIssued, BillWithdrawn, ReportIssued, VisitRegistered
from hospital_bridge.sandbox.hospital.examinations import GLUCOSE
from hospital_bridge.sandbox.hospital.faults import FaultKind
from tests.contracts.his.doors import FAILING_FEEDS, FEEDS, at_every_door
from tests.contracts.his.site import DOCTOR, WANG_TAO, Caught, Site

MORE_THAN_A_PAGE = 230


def lay(site: Site, count: int = 1) -> list[str]:
    """Visits of one and the same instant, laid where they are fetched; their numbers."""
    notices = [site.hospital.staff.register(WANG_TAO, DOCTOR) for _ in range(count)]
    for notice in notices:
        site.door.tell(notice, Caught())
    return [notice.number for notice in notices]


def pages(site: Site, feed: str, mark: str = "") -> Iterator[Fetched]:
    more = True
    while more:
        page = site.his.fetch(feed, mark)
        yield page
        mark, more = page.mark, page.more


def everything(site: Site) -> list[FeedItem]:
    return [item for feed in site.his.feeds() for page in pages(site, feed.name) for item in page.items]


def visits(site: Site, items: list[FeedItem]) -> Counter[str]:
    read = (news for item in items for news in site.his.read_news(item.raw, None))
    return Counter(news.filler_id for news in read if isinstance(news, VisitRegistered))


@at_every_door(FEEDS)
def test_the_feeds_are_named_once_each_with_how_often_they_may_be_asked_for(site: Site) -> None:
    feeds = site.his.feeds()
    assert feeds
    assert len({feed.name for feed in feeds}) == len(feeds)
    assert all(feed.every > timedelta(0) for feed in feeds)


@at_every_door(FEEDS)
def test_from_the_very_beginning_everything_is_told(site: Site) -> None:
    staff = site.hospital.staff
    (visit,) = lay(site)
    bill, report = staff.order(WANG_TAO, visit, DOCTOR, (GLUCOSE,)), None
    site.door.tell(bill, Caught())
    report = staff.preliminary(WANG_TAO, visit, DOCTOR, GLUCOSE, {"GLU": "7.9"})
    site.door.tell(report, Caught())
    told = [news for item in everything(site) for news in site.his.read_news(item.raw, None)]
    numbers = {
        VisitRegistered: {news.filler_id for news in told if isinstance(news, VisitRegistered)},
        BillIssued: {news.bill_no for news in told if isinstance(news, BillIssued)},
        ReportIssued: {news.report_no for news in told if isinstance(news, ReportIssued)},
    }
    assert visit in numbers[VisitRegistered]
    assert bill.number in numbers[BillIssued]
    assert report.number in numbers[ReportIssued]


@at_every_door(FEEDS)
def test_many_things_of_one_instant_are_told_once_each_over_the_ends_of_pages(site: Site) -> None:
    numbers = lay(site, MORE_THAN_A_PAGE)
    bounded = [page for feed in site.his.feeds() for page in pages(site, feed.name)]
    assert any(page.more for page in bounded)
    told = visits(site, [item for page in bounded for item in page.items])
    assert {number: told[number] for number in numbers} == dict.fromkeys(numbers, 1)


@at_every_door(FEEDS)
def test_from_a_mark_only_what_is_new_need_be_told_and_it_is(site: Site) -> None:
    marks = {feed.name: list(pages(site, feed.name))[-1].mark for feed in site.his.feeds()}
    (number,) = lay(site)
    fresh = [item for name, mark in marks.items() for page in pages(site, name, mark) for item in page.items]
    assert number in visits(site, fresh)
    assert len(fresh) < len(everything(site))


@at_every_door(FEEDS)
def test_the_same_look_again_gives_the_same_bytes_under_the_same_names(site: Site) -> None:
    lay(site)
    for feed in site.his.feeds():
        first, again = site.his.fetch(feed.name, ""), site.his.fetch(feed.name, "")
        assert first == again
        assert all(len(item.id) <= 200 and len(item.version) <= 200 for item in first.items)


@at_every_door(FEEDS)
def test_what_changes_is_told_once_more(site: Site) -> None:
    staff = site.hospital.staff
    (visit,) = lay(site)
    bill = staff.order(WANG_TAO, visit, DOCTOR, (GLUCOSE,))
    site.door.tell(bill, Caught())
    marks = {feed.name: list(pages(site, feed.name))[-1].mark for feed in site.his.feeds()}
    for notice in (staff.cancel_visit(visit), staff.settle_at_window(bill.number)):
        site.door.tell(notice, Caught())
    fresh = [item for name, mark in marks.items() for page in pages(site, name, mark) for item in page.items]
    told = [news for item in fresh for news in site.his.read_news(item.raw, None)]
    assert AppointmentCalledOff("", visit) in told
    assert [news.bill_no for news in told if isinstance(news, BillWithdrawn)].count(bill.number) >= 1


@at_every_door(FAILING_FEEDS)
@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.BUSY])
def test_a_look_that_fails_loses_nothing(site: Site, kind: FaultKind) -> None:
    (number,) = lay(site)
    for feed in site.his.feeds():
        site.fault("*", kind)
        with pytest.raises(NotDone):
            site.his.fetch(feed.name, "")
        site.calm()
    assert number in visits(site, everything(site))
