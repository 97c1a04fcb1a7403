"""The fee is given back by hand in the wallet's console: the place goes back too, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.steered_bridge import SteeredBridge, steered_bridge

BY_HAND = "by-hand-1"
PAID_AND_REFUNDED = [("payment", 8_000), ("refund", 8_000)]


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteeredBridge]:
    """A bridge of their own: a refund that was never ours stands on finance's list of differences."""
    with steered_bridge(tmp_path_factory.mktemp("refunded_elsewhere")) as bridge:
        yield bridge


def refund_in_the_console(steered: SteeredBridge, page: PageShown) -> None:
    """All of the fee, under a number that the bridge never gave out; the wallet tells the bridge of it."""
    trade, wallet = steered.trade_of(page), steered.town.wallet
    assert trade is not None
    with wallet.lock:
        trade.refund(BY_HAND, trade.total_fen, wallet.clock.now())
        wallet.announce(trade, trade.refunds[BY_HAND])
    wallet.deliver_due()


def test_a_fee_given_back_in_the_console_frees_the_place(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    refund_in_the_console(steered, page)
    steered.pass_time(timedelta(minutes=2))
    over = phone.look(page)
    assert over.marks["state"] == "cancelled"
    assert "已退号，退款已到账" in over.words
    assert not steered.is_booked(page)
    assert steered.posted(page) == PAID_AND_REFUNDED


def test_a_hospital_that_keeps_the_place_is_heard_and_the_page_says_that_the_fee_is_back(
    steered: SteeredBridge,
) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    steered.town.hospital.faults.add(Fault(trigger="SRM^S04", kind=FaultKind.REFUSE))
    refund_in_the_console(steered, page)
    steered.pass_time(timedelta(minutes=2))
    kept = phone.look(page)
    assert kept.marks["state"] == "registered"
    assert "¥80.00 已原路退回" in kept.words
    assert steered.is_booked(page)


def test_a_fee_given_back_while_the_hospital_confirms_frees_the_place_too(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.book(OPHTHALMOLOGY)
    with steered.town.without_hospital():
        phone.wait_for(phone.pay(page), "confirming")
        refund_in_the_console(steered, page)
        steered.pass_time(timedelta(minutes=2))
    steered.pass_time(timedelta(minutes=20))
    assert not steered.is_booked(page)
    assert phone.look(page).marks["state"] in ("cancelled", "ended")
    assert steered.posted(page) in ([], PAID_AND_REFUNDED)
