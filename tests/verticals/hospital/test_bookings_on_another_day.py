"""A hospital that answers only with lists of days has a booking on its own day: it is found there, and made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.listed import find_listed
from adapters.values import EntryKind, Posting, PostingEntry
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.model import Situation
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.payment.faults import Fault
from tests.steered import FakeClock
from tests.verticals.hospital.billing import ACCOUNT, SHANGHAI, BillWorld, Cashier

ONE = timedelta(days=1)
MONDAY = date(2026, 11, 23)
EVENING, EARLY, MIDNIGHT = timedelta(hours=10), timedelta(hours=-4), timedelta(hours=15, minutes=25)
"""From 08:30, when the clock begins, to 18:30, 04:30 and 23:55."""

OwnDay = Callable[[datetime], date]


def closes_at_half_past_five(local: datetime) -> date:
    return local.date() + (ONE if local.time() >= time(17, 30) else timedelta(0))


def ends_in_the_morning(local: datetime) -> date:
    return (local - timedelta(hours=8)).date()


def ends_at_midnight(local: datetime) -> date:
    return local.date()


@dataclass
class ListingCashier(Cashier):
    """It knows no serial: what it is told it books, again and again, onto the day that is open to it."""

    clock: FakeClock = field(default_factory=FakeClock)
    own_day: OwnDay = ends_at_midnight
    days: list[date] = field(default_factory=list)
    asked: list[date] = field(default_factory=list)
    refuses: Callable[[date], Reason | None] = lambda _: None

    def today(self) -> date:
        return self.clock.now().astimezone(SHANGHAI).date()

    def find_posting(self, serial: str, day: date) -> PostingEntry | None:
        return self.line.call("find", lambda: find_listed(serial, day, self.today(), self.postings))

    def postings(self, day: date) -> Sequence[PostingEntry]:
        self.asked.append(day)
        reason = self.refuses(day)
        if reason is not None:
            raise Refused("no such day", reason=reason)
        return [entry for entry, on in zip(self._entries(), self.days, strict=True) if on == day]

    def _post(self, posting: Posting) -> PostingEntry:
        self.book.append(posting)
        self.days.append(self.own_day(self.clock.now().astimezone(SHANGHAI)))
        return self._entries()[-1]


@pytest.fixture
def cashier(clock: FakeClock) -> ListingCashier:
    return ListingCashier(clock=clock)


@pytest.fixture
def listing(store: Store, database: Database, clock: FakeClock, cashier: ListingCashier) -> BillWorld:
    world = BillWorld(store, database, clock, cashier=cashier)
    world.bind()
    return world


@pytest.mark.parametrize(
    ("at", "own_day", "wallet_ahead"),
    [
        (EVENING, closes_at_half_past_five, timedelta(0)),
        (EARLY, ends_in_the_morning, timedelta(0)),
        (MIDNIGHT, ends_at_midnight, timedelta(minutes=10)),
    ],
    ids=["closed in the afternoon", "ends in the morning", "the wallet's clock is ahead"],
)
def test_a_payment_and_its_refund_are_booked_once_whatever_day_they_stand_on(
    listing: BillWorld, cashier: ListingCashier, at: timedelta, own_day: OwnDay, wallet_ahead: timedelta
) -> None:
    listing.clock.advance(at)
    cashier.own_day = own_day
    cashier.line.will("post", Fault.LOST_REPLY)
    payment = listing.opened(listing.issue())
    listing.wallet.pay(payment.merchant_order_no)
    listing.wallet.orders[payment.merchant_order_no].paid_at = listing.clock.now() + wallet_ahead
    receive_notice(listing.context, ACCOUNT, *listing.wallet.notice(payment.merchant_order_no))
    listing.pass_time()
    assert listing.posted() == [("payment", "B1", 3_000)]
    assert listing.situations() == [Situation.DONE]
    cashier.line.will("post", Fault.LOST_REPLY)
    with listing.scope.begin() as work:
        work.payments.refund_all(payment.payment_id, "asked")
    listing.pass_time()
    assert [kind for kind, _, _ in listing.posted()] == ["payment", "refund"]
    listing.must_be_sound()


def test_a_look_up_asks_for_a_few_days_and_for_each_of_them_anew(listing: BillWorld, cashier: ListingCashier) -> None:
    cashier.line.will("post", Fault.LOST_REQUEST, Fault.LOST_REQUEST)
    listing.settled(listing.issue())
    listing.pass_time()
    assert cashier.asked == [MONDAY - ONE, MONDAY, MONDAY + ONE] * 2
    assert listing.posted() == [("payment", "B1", 3_000)]


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.OTHER])
def test_a_hospital_that_has_no_day_to_come_is_believed_that_nothing_was_booked(
    listing: BillWorld, cashier: ListingCashier, reason: Reason
) -> None:
    cashier.refuses = lambda day: reason if day > cashier.today() else None
    cashier.line.will("post", Fault.LOST_REQUEST)
    listing.settled(listing.issue())
    listing.pass_time()
    assert (listing.posted(), listing.situations()) == ([("payment", "B1", 3_000)], [Situation.DONE])


def test_the_open_day_of_a_hospital_that_has_closed_today_is_no_day_to_come(
    listing: BillWorld, cashier: ListingCashier
) -> None:
    listing.settings["day_closes"] = time(17, 30)
    listing.clock.advance(EVENING)
    cashier.own_day = closes_at_half_past_five
    cashier.refuses = lambda day: Reason.OTHER if day > cashier.today() else None
    cashier.line.will("post", Fault.LOST_REPLY)
    listing.settled(listing.issue())
    listing.pass_time(timedelta(hours=1))
    assert (listing.posted(), listing.situations()) == ([("payment", "B1", 3_000)], [Situation.CONFIRMING])
    listing.pass_time(timedelta(hours=6))
    assert (listing.posted(), listing.situations()) == ([("payment", "B1", 3_000)], [Situation.DONE])


def test_a_list_that_must_be_there_is_waited_for(listing: BillWorld, cashier: ListingCashier) -> None:
    cashier.refuses = lambda day: Reason.OTHER if day < cashier.today() else None
    cashier.line.will("post", Fault.LOST_REQUEST)
    listing.settled(listing.issue())
    listing.pass_time()
    assert (listing.posted(), listing.situations()) == ([], [Situation.CONFIRMING])


def test_a_password_that_is_refused_says_nothing_of_the_day(listing: BillWorld, cashier: ListingCashier) -> None:
    cashier.refuses = lambda day: Reason.CREDENTIALS if day > cashier.today() else None
    cashier.line.will("post", Fault.LOST_REQUEST)
    listing.settled(listing.issue())
    listing.pass_time()
    assert (listing.posted(), listing.situations()) == ([], [Situation.CONFIRMING])


def test_what_stands_on_a_list_is_found_before_the_day_to_come_is_asked_for(
    listing: BillWorld, cashier: ListingCashier
) -> None:
    cashier.line.will("post", Fault.LOST_REPLY)
    listing.settled(listing.issue())
    listing.pass_time()
    assert cashier.asked == [MONDAY - ONE, MONDAY]
    assert [one.kind for one in cashier.book] == [EntryKind.PAYMENT]
