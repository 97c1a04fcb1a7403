"""The wallet is down, slow or broken: the patient reads what happens, and it ends well when the wallet is back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.alipay.trade import TradeStatus
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.steered_bridge import SteeredBridge

BROKEN = [
    Effect.SYSTEM_ERROR_BEFORE,
    Effect.SYSTEM_ERROR_AFTER,
    Effect.BAD_GATEWAY_BEFORE,
    Effect.BAD_GATEWAY_AFTER,
    Effect.UNKNOWN_BEFORE,
    Effect.UNKNOWN_AFTER,
    Effect.LOSE_REQUEST,
    Effect.LOSE_REPLY,
    Effect.TEAR_REPLY,
    Effect.CALL_LIMITED,
    Effect.FLIP_SIGN,
    Effect.NOT_JSON,
]


@pytest.mark.parametrize("method", ["alipay.system.oauth.token", "alipay.user.info.share"])
@pytest.mark.parametrize("effect", [Effect.SYSTEM_ERROR_BEFORE, Effect.BAD_GATEWAY_BEFORE, Effect.LOSE_REQUEST])
def test_signing_in_fails_with_a_word_and_works_at_the_next_try(
    steered: SteeredBridge, method: str, effect: Effect
) -> None:
    steered.town.wallet.faults.add(Fault(method, effect))
    phone = steered.newcomers.phone()
    page = phone.sign_in()
    assert page.status in (403, 503)
    assert "HB-W00" in page.words
    assert phone.sign_in().status == 200


def test_a_wallet_that_is_down_cannot_sign_anybody_in(steered: SteeredBridge) -> None:
    phone = steered.newcomers.phone()
    with steered.town.without_wallet():
        consent = phone.page("")
        assert (consent.status, "钱包" in consent.words) == (200, True)
    assert phone.sign_in().status == 200


@pytest.mark.parametrize("effect", BROKEN)
def test_an_order_comes_into_being_once(steered: SteeredBridge, effect: Effect) -> None:
    phone = steered.newcomers.ready_phone()
    steered.town.wallet.faults.add(Fault("alipay.trade.create", effect))
    page = phone.book(OPHTHALMOLOGY)
    assert "已为您锁号" in page.words
    _pays_once(steered, phone, page)


@pytest.mark.parametrize("effect", BROKEN)
def test_money_comes_in_once_although_no_notice_arrives(steered: SteeredBridge, effect: Effect) -> None:
    phone = steered.newcomers.ready_phone()
    steered.town.wallet.faults.add(Fault("notice", Effect.LOSE_NOTICE))
    steered.town.wallet.faults.add(Fault("alipay.trade.query", effect, times=2))
    _pays_once(steered, phone, phone.book(OPHTHALMOLOGY))


@pytest.mark.parametrize("effect", [*BROKEN, Effect.REFUND_PENDING])
def test_money_goes_back_once(steered: SteeredBridge, effect: Effect) -> None:
    phone = steered.newcomers.ready_phone()
    page = _pays_once(steered, phone, phone.book(OPHTHALMOLOGY))
    steered.town.wallet.faults.add(Fault("alipay.trade.refund", effect))
    steered.town.wallet.faults.add(Fault("alipay.trade.fastpay.refund.query", effect))
    phone.cancel(page)
    refunded = phone.wait_for(page, "refunded")
    assert "已退号，退款已到账" in refunded.words
    assert _refunded(steered, page) == 8_000
    assert steered.posted(page) == [("payment", 8_000), ("refund", 8_000)]


def test_a_wallet_that_is_down_while_the_order_is_made(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    with steered.town.without_wallet():
        page = phone.book(OPHTHALMOLOGY)
        steered.pass_time(timedelta(minutes=2))
        waiting = phone.look(page)
        assert "正在准备支付，页面会自动更新。" in waiting.words
        assert waiting.refresh == 2
    _pays_once(steered, phone, page)


def test_a_wallet_that_is_down_until_the_order_expires(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    with steered.town.without_wallet():
        page = phone.book(OPHTHALMOLOGY)
        steered.pass_time(timedelta(minutes=20))
        assert "支付时间已过" in phone.look(page).words
    steered.pass_time(timedelta(minutes=5))
    ended = phone.wait_for(page, "closed")
    assert "本次挂号未成功" in ended.words
    assert "没有扣款。" in ended.words
    assert steered.trade_of(page) is None
    assert not steered.is_booked(page)


def test_a_wallet_that_is_down_while_money_goes_back(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = _pays_once(steered, phone, phone.book(OPHTHALMOLOGY))
    with steered.town.without_wallet():
        phone.cancel(page)
        waiting = phone.wait_for(page, "refunding")
        assert "已退号，退款处理中" in waiting.words
        assert "款项正在原路退回，您无需操作，本页会自动更新。" in waiting.words
    assert "已退号，退款已到账" in phone.wait_for(page, "refunded").words


def _pays_once(steered: SteeredBridge, phone: Phone, page: PageShown) -> PageShown:
    """The patient pays, the hospital confirms, and one trade of the wallet holds the money."""
    steered.pass_time(timedelta(seconds=30))
    done = phone.wait_for(phone.pay(page), "done")
    assert "挂号成功" in done.words
    assert _status(steered, page) is TradeStatus.TRADE_SUCCESS
    return done


def _status(steered: SteeredBridge, page: PageShown) -> TradeStatus | None:
    trade = steered.trade_of(page)
    return trade.status if trade else None


def _refunded(steered: SteeredBridge, page: PageShown) -> int:
    steered.pass_time(timedelta(minutes=1))
    trade = steered.trade_of(page)
    return trade.refunded_fen if trade else 0
