"""Time runs out, or two things are asked for at once: the money and the place never part ways."""

from __future__ import annotations

from datetime import timedelta

from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from hospital_bridge.verticals.hospital.store import registrations
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, registration_id

PAY_MINUTES = timedelta(minutes=15)


def pay_behind_the_bridge(steered: SteeredBridge, page: PageShown) -> None:
    """The patient confirms in the wallet, and no notice of it arrives."""
    steered.town.wallet.faults.add(WalletFault("notice", Effect.LOSE_NOTICE))
    trade = steered.trade_of(page)
    assert trade is not None
    steered.town.wallet.pay(trade.trade_no)


def test_the_page_after_expiry_offers_no_payment_and_then_says_that_it_is_over(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.look(phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting"))
    steered.clock.advance(PAY_MINUTES)
    over = phone.look(page)
    assert "支付时间已过" in over.words
    assert not any("cashier" in link.address for link in over.links)

    steered.pass_time(timedelta(minutes=2))
    ended = phone.look(page)
    assert "本次挂号未成功" in ended.words
    assert "没有扣款。" in ended.words
    assert not steered.is_booked(page)


def test_money_that_came_before_expiry_counts_although_we_hear_of_it_later(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
    steered.clock.advance(PAY_MINUTES - timedelta(seconds=2))
    pay_behind_the_bridge(steered, page)
    steered.clock.advance(timedelta(minutes=2))
    assert "挂号成功" in phone.wait_for(page, "done").words
    assert steered.is_booked(page)


def test_money_that_comes_while_the_patient_cancels_goes_back(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
    assert "正在退号：先关闭支付" in phone.cancel(page).words
    pay_behind_the_bridge(steered, page)
    told = phone.wait_for(page, "refunded")
    assert "¥80.00 已原路退回" in told.words
    steered.pass_time(timedelta(minutes=1))
    assert phone.look(page).marks["state"] in ("ended", "cancelled")
    assert not steered.is_booked(page)


def test_cancelling_while_the_order_is_not_known_at_the_wallet(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    steered.town.wallet.faults.add(WalletFault("alipay.trade.create", Effect.LOSE_REPLY))
    steered.town.wallet.faults.add(WalletFault("alipay.trade.query", Effect.SYSTEM_ERROR_BEFORE, times=3))
    page = phone.book(OPHTHALMOLOGY)
    phone.cancel(page)
    steered.pass_time(timedelta(minutes=3))
    told = phone.look(page)
    assert told.marks["state"] == "ended"
    assert "没有扣款。" in told.words
    assert not steered.is_booked(page)


def test_while_the_booking_is_not_known_nothing_can_be_cancelled_and_nothing_is_lost(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    steered.town.hospital.faults.add(Fault(trigger="SRM^S01", kind=FaultKind.RESET))
    page = phone.send(phone.choose(OPHTHALMOLOGY))
    steered.work()
    unknown = phone.look(page)
    assert "正在为您锁号" in unknown.words
    assert not any("/cancel" in form.action for form in unknown.forms)

    booked = phone.wait(page, lambda shown: shown.marks["state"] == "booked")
    phone.cancel(booked)
    steered.pass_time(timedelta(minutes=1))
    assert phone.look(page).marks["state"] == "ended"
    assert not steered.is_booked(page)


def test_two_phones_of_one_user_see_one_registration_and_cancel_it_once(steered: SteeredBridge) -> None:
    first = steered.newcomers.ready_phone()
    second = steered.newcomers.phone(first.person)
    second.sign_in()
    page = first.wait_for(first.pay(first.book(OPHTHALMOLOGY)), "done")
    seen_by_both = (first.look(page), second.look(page))
    assert all("挂号成功" in shown.words for shown in seen_by_both)

    first.press(seen_by_both[0], "/cancel")
    second.press(seen_by_both[1], "/cancel")
    assert "退款已到账" in second.wait_for(page, "refunded").words
    steered.pass_time(timedelta(minutes=1))
    assert steered.posted(page) == [("payment", 8_000), ("refund", 8_000)]


def test_two_phones_of_one_user_pay_once(steered: SteeredBridge) -> None:
    first = steered.newcomers.ready_phone()
    second = steered.newcomers.phone(first.person)
    second.sign_in()
    page = first.wait_for(first.book(OPHTHALMOLOGY), "awaiting")
    sheets = [phone.open(phone.look(page).link("cashier")) for phone in (first, second)]
    for phone, sheet in zip((first, second), sheets, strict=True):
        phone.press(sheet, "cashier")
    assert "挂号成功" in first.wait_for(page, "done").words
    assert steered.posted(page) == [("payment", 8_000)]


def test_a_visit_that_has_begun_can_no_longer_be_cancelled(steered: SteeredBridge) -> None:
    earlier = steered.newcomers.ready_phone()
    page = earlier.wait_for(earlier.pay(earlier.book(OPHTHALMOLOGY)), "done")
    with steered.bridge.operators[OPERATOR].scopes["hospital"].read() as work:
        starts_at = registrations.get(work, registration_id(page)).slot.starts_at
    steered.clock.advance(starts_at - steered.clock.now() - timedelta(seconds=1))
    phone = steered.newcomers.phone(earlier.person)
    phone.sign_in()
    shown = phone.look(page)
    assert any("/cancel" in form.action for form in shown.forms)

    steered.clock.advance(timedelta(seconds=1))
    refused = phone.press(shown, "/cancel")
    assert refused.marks["state"] == "registered"
    assert "手机退号已于" in refused.words
    assert not any("/cancel" in form.action for form in refused.forms)
    steered.pass_time(timedelta(minutes=1))
    assert steered.is_booked(page)
    assert steered.posted(page) == [("payment", 8_000)]
