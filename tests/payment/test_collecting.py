"""Scenarios 1 to 13 of reference/reliability.md section 1: money coming in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.errors import Reason
from adapters.values import EntryKind
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.flows.open import ConflictingRequest
from hospital_bridge.payment.model import Account, Collection, EffectState, Situation
from hospital_bridge.slot import Progress
from tests.payment.faults import Fault
from tests.payment.world import FEE, World


def test_a_paid_registration_is_confirmed_by_the_hospital(world: World) -> None:
    payment = world.opened()
    assert world.situation(payment) is Situation.AWAITING
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    assert world.situation(payment) is Situation.CONFIRMING
    world.run()
    assert world.situation(payment) is Situation.DONE
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.FULFILLED]
    assert world.balances()[Account.HOSPITAL] == FEE
    world.assert_at_rest()


def test_the_patient_is_shown_where_to_pay_only_while_it_is_the_patients_turn(world: World) -> None:
    payment = world.opened()
    with world.store.read("h1") as work:
        waiting = world.payments(work).view(payment.payment_id)
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    with world.store.read("h1") as work:
        confirming = world.payments(work).view(payment.payment_id)
    assert waiting.pay_url.startswith("https://wallet.example/pay/")
    assert (confirming.pay_url, confirming.moving) == ("", True)


def test_a_zero_fee_skips_the_wallet_and_is_booked_with_its_reason(world: World) -> None:
    payment_id = world.open(amount=0)
    world.run()
    payment = world.payment(payment_id)
    assert (payment.reason, world.situation(payment)) == ("free of charge", Situation.FREE)
    assert world.wallet.line.calls == []
    assert world.desk.booked(EntryKind.PAYMENT) == [0]
    world.assert_at_rest()


def test_01_a_double_tap_opens_one_order(world: World) -> None:
    assert world.open() == world.open()
    world.run()
    assert len(world.wallet.orders) == 1


def test_01_two_taps_at_one_moment_open_one_order(world: World) -> None:
    with ThreadPoolExecutor(2) as taps:
        [first, second] = taps.map(lambda _: world.open(), range(2))
    assert first == second


def test_02_the_same_sale_for_another_sum_changes_nothing(world: World) -> None:
    payment_id = world.open()
    with pytest.raises(ConflictingRequest):
        world.open(amount=FEE + 1)
    assert world.payment(payment_id).amount_fen == FEE


def test_03_of_two_phones_that_pay_one_bill_one_is_refunded(world: World) -> None:
    first = world.fulfilled()
    world.desk.line.will("fulfil", Reason.ALREADY_PAID)
    second = world.fulfilled()
    world.drain()
    assert world.situation(first) is Situation.DONE
    assert world.situation(second) is Situation.REFUNDED
    world.assert_at_rest()


def test_04_a_lost_request_to_open_is_repeated_under_the_same_number(world: World) -> None:
    world.wallet.line.will("create", Fault.LOST_REQUEST)
    payment_id = world.open()
    world.drain(timedelta(seconds=10))
    payment = world.payment(payment_id)
    assert payment.collection is Collection.AWAITING
    assert list(world.wallet.orders) == [payment.merchant_order_no]


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.FORGED_REPLY, Fault.GARBLED_REPLY])
def test_05_an_order_whose_reply_was_lost_is_adopted(world: World, fault: Fault) -> None:
    world.wallet.line.will("create", fault)
    payment_id = world.open()
    world.drain(timedelta(seconds=10))
    payment = world.payment(payment_id)
    assert payment.provider_trade_no == world.wallet.orders[payment.merchant_order_no].trade_no
    assert payment.collection is Collection.AWAITING
    assert ("answer.untrusted" in world.security_events()) is (fault is Fault.FORGED_REPLY)


def test_a_busy_wallet_is_asked_again(world: World) -> None:
    world.wallet.line.will("create", Fault.NOT_SENT, Fault.NOT_SENT)
    payment_id = world.open()
    world.drain(timedelta(seconds=30))
    assert world.payment(payment_id).collection is Collection.AWAITING


def test_an_order_that_the_wallet_refuses_is_closed_as_never_opened(world: World) -> None:
    world.wallet.line.will("create", Reason.NOT_ALLOWED)
    payment_id = world.open()
    world.drain()
    payment = world.payment(payment_id)
    assert (payment.collection, payment.reason) == (Collection.CLOSED, "not_opened")
    assert world.desk.told == [("A1", Progress.EXPIRED, "not_opened")]
    assert [(effect.state, effect.reason) for effect in world.effects() if effect.kind == "wallet.create"] == [
        (EffectState.REFUSED, "not_allowed")
    ]


@pytest.mark.parametrize(
    ("paid_after", "within"),
    [(timedelta(0), timedelta(seconds=60)), (timedelta(minutes=20), timedelta(minutes=5))],
    ids=["page open", "behind it"],
)
def test_07_without_any_notice_the_wallet_is_asked(world: World, paid_after: timedelta, within: timedelta) -> None:
    payment = world.opened()
    world.drain(paid_after)
    world.wallet.pay(payment.merchant_order_no)
    world.drain(within)
    assert world.situation(payment) is Situation.DONE
    world.assert_at_rest()


def test_08_a_notice_before_the_reply_settles_once(world: World) -> None:
    world.wallet.line.will("create", Fault.LOST_REPLY)
    payment_id = world.open()
    world.run()
    payment = world.payment(payment_id)
    assert payment.collection is Collection.CREATED
    world.wallet.pay(payment.merchant_order_no)
    assert world.notify(payment) == b"success"
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert world.postings() == ["collect", "fulfil"]
    assert {effect.state for effect in world.effects()} == {EffectState.CONFIRMED}
    world.assert_at_rest()


@pytest.mark.parametrize(
    "lie", [{"amount_fen": 1}, {"merchant_order_no": "0" * 32}, {"provider_trade_no": "T99999999"}]
)
def test_09_a_notice_that_does_not_match_changes_nothing(world: World, lie: dict[str, object]) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    reply = receive_notice(world.context, "alipay-1", *world.wallet.notice(payment.merchant_order_no, **lie))
    assert (reply.body, reply.genuine) == (b"fail", True)
    assert world.payment(payment.payment_id) == payment
    assert world.security_events() in (["payment.mismatch"], ["notice.unknown_order"])
    assert world.postings() == []


def test_09_a_forged_notice_changes_nothing(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    body, headers = world.wallet.notice(payment.merchant_order_no)
    reply = receive_notice(world.context, "alipay-1", body.replace(b"1250", b"1251"), headers)
    assert (reply.body, reply.genuine) == (b"fail", False)
    assert world.payment(payment.payment_id) == payment
    assert world.security_events() == ["notice.refused"]


def test_10_a_notice_replayed_days_later_has_no_effect(world: World) -> None:
    payment = world.fulfilled()
    body_before = world.payment(payment.payment_id)
    world.clock.advance(timedelta(days=3))
    assert world.notify(payment) == b"success"
    world.drain()
    assert world.payment(payment.payment_id) == body_before
    assert world.postings() == ["collect", "fulfil"]


def test_10_a_stale_unpaid_notice_after_payment_has_no_effect(world: World) -> None:
    payment = world.opened()
    stale = world.wallet.notice(payment.merchant_order_no)
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    before = world.payment(payment.payment_id)
    assert receive_notice(world.context, "alipay-1", *stale).body == b"success"
    assert world.payment(payment.payment_id) == before


def test_11_paid_news_that_tells_of_a_partial_refund_settles_nothing_twice(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.refund_in_console(payment.merchant_order_no, 250)
    assert world.notify(payment) == b"success"
    assert world.notify(payment) == b"success"
    world.drain()
    seen = world.payment(payment.payment_id)
    assert (seen.refunded_fen, seen.refund_reserved_fen) == (250, 0)
    assert world.postings() == ["collect", "fulfil", "refund", "reserve"]
    assert "refund.made_elsewhere" in world.security_events()
    world.assert_at_rest()


def test_12_closed_news_with_a_refund_is_a_refund_and_not_an_unpaid_order(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    world.wallet.refund_in_console(payment.merchant_order_no, FEE)
    assert world.notify(payment) == b"success"
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.effects == []
    assert world.desk.told[-1] == ("A1", Progress.REFUNDED, "made at the wallet")
    world.assert_at_rest()


def test_12_closed_news_without_a_refund_is_an_unpaid_order(world: World) -> None:
    payment = world.opened()
    world.wallet.close(payment.merchant_order_no)
    assert world.notify(payment) == b"success"
    assert world.situation(payment) is Situation.CLOSED


def test_13_finished_at_first_sight_is_paid_and_its_refund_goes_to_a_person(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    world.wallet.finish(payment.merchant_order_no)
    world.notify(payment)
    world.run()
    assert world.situation(payment) is Situation.DONE
    world.refund_all(payment)
    world.drain()
    with world.store.read("h1") as work:
        assert [refund.refusal for refund in work.refunds.for_person()] == ["expired"]
    assert world.balances()[Account.HOSPITAL] == FEE
    world.assert_at_rest()


def test_the_payments_of_several_sales_are_told_from_the_oldest_on(world: World) -> None:
    first, second = world.fulfilled("A1"), world.opened("A2")
    world.opened("A3")
    with world.store.read("h1") as work:
        told = world.payments(work).of_sales(first.sale_kind, ["A2", "A1"])
    assert [(one.payment_id, one.situation) for one in told] == [
        (first.payment_id, Situation.DONE),
        (second.payment_id, Situation.AWAITING),
    ]
