from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import NotDone, Reason, Refused
from adapters.values import EntryKind, Fen, RefundOrder, RefundStatus, Sex, Trade, TradeStatus
from hospital_bridge.sandbox.people import WANG_TAO
from tests.sandbox.alipay.running import RunningSandbox
from tests.steered import FakeClock

START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def test_a_wallet_user_consents_and_is_known_by_real_name(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    address = wallet.authorise_url(redirect_uri="http://bridge.test/back?clinic=7", state="s-1")
    called_with = sandbox.consent(address)
    assert (called_with["state"], called_with["clinic"]) == ("s-1", "7")

    grant = wallet.exchange(called_with["auth_code"])
    identity = wallet.verified_identity(grant)

    assert grant.account == sandbox.payer()
    assert (identity.name, identity.id_type, identity.id_number) == (WANG_TAO.name, "CN_ID", WANG_TAO.id_number)
    assert (identity.birth_date, identity.sex, identity.phone) == (date(1985, 3, 12), Sex.MALE, WANG_TAO.phone)


def test_a_code_is_good_for_one_exchange(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    code = sandbox.consent(wallet.authorise_url(redirect_uri="http://bridge.test/", state="s"))["auth_code"]
    wallet.exchange(code)
    with pytest.raises(Refused) as caught:
        wallet.exchange(code)
    assert (caught.value.reason, caught.value.native_code) == (Reason.EXPIRED, "isv.code-invalid")


def test_an_app_without_the_field_permission_learns_no_name(sandbox: RunningSandbox) -> None:
    wallet = sandbox.wallet(sandbox.world.new_app(reads_identity=False))
    code = sandbox.consent(wallet.authorise_url(redirect_uri="http://bridge.test/", state="s"))["auth_code"]
    with pytest.raises(Refused) as caught:
        wallet.verified_identity(wallet.exchange(code))
    assert caught.value.reason is Reason.NOT_ALLOWED


def test_a_refund_that_the_state_forbids_is_refused_by_the_state(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    order = RefundOrder("N1", "R1", Fen(250), "退号")
    wallet.create(sandbox.order("N1"))
    for closed, reason in ((False, Reason.OTHER), (True, Reason.CLOSED)):
        if closed:
            wallet.close("N1")
        with pytest.raises(Refused) as caught:
            wallet.refund(order)
        assert (caught.value.reason, caught.value.native_code) == (reason, "ACQ.TRADE_STATUS_ERROR")


def test_an_order_is_opened_paid_and_refunded_in_parts(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    handle = wallet.create(sandbox.order("N1"))
    assert wallet.create(sandbox.order("N1")) == handle
    assert wallet.query("N1").status is TradeStatus.AWAITING

    sandbox.pay(handle)
    paid = Trade("N1", TradeStatus.PAID, handle.provider_trade_no, Fen(1250), Fen(1250), Fen(1250), paid_at=START)
    assert wallet.query("N1") == paid

    part = RefundOrder("N1", "R1", Fen(250), "退号")
    assert wallet.refund(part).status is RefundStatus.DONE
    assert wallet.refund(part).status is RefundStatus.PROCESSING
    known = wallet.query_refund("N1", "R1")
    assert (known.status, known.amount_fen, known.refunded_at) == (RefundStatus.DONE, 250, START)

    wallet.refund(RefundOrder("N1", "R2", Fen(1000), "退号"))
    rest = wallet.query("N1")
    assert (rest.status, rest.refunded_fen) == (TradeStatus.CLOSED, 1250)


def test_unknown_numbers_are_answers_and_not_errors(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    assert wallet.query("never").status is TradeStatus.ABSENT
    assert wallet.query_refund("never", "R1").status is RefundStatus.ABSENT
    sandbox.pay(wallet.create(sandbox.order("N1")))
    assert wallet.query_refund("N1", "R1").status is RefundStatus.ABSENT


def test_a_paid_order_cannot_be_opened_or_closed_again(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    for attempt in (lambda: wallet.create(sandbox.order("N1")), lambda: wallet.close("N1")):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.reason is Reason.ALREADY_PAID


def test_an_unpaid_order_is_closed_once_and_for_all(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    wallet.create(sandbox.order("N1"))
    wallet.close("N1")
    wallet.close("N1")
    assert wallet.query("N1") == Trade("N1", TradeStatus.CLOSED, wallet.query("N1").provider_trade_no, Fen(1250))
    with pytest.raises(Refused) as caught:
        wallet.create(sandbox.order("N1"))
    assert caught.value.reason is Reason.CLOSED
    with pytest.raises(Refused) as caught:
        wallet.close("never")
    assert caught.value.reason is Reason.NOT_FOUND


def test_one_number_never_stands_for_two_contents(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    wallet.create(sandbox.order("N1"))
    with pytest.raises(Refused) as caught:
        wallet.create(sandbox.order("N1", 9900))
    assert caught.value.reason is Reason.CONFLICTING_CONTENT


@pytest.mark.parametrize(
    ("refund_no", "amount_fen", "reason"),
    [("R2", 1251, Reason.OVER_LIMIT), ("R1", 2, Reason.CONFLICTING_CONTENT)],
)
def test_a_refund_stays_within_what_was_paid(
    wallet: AlipayWallet, sandbox: RunningSandbox, refund_no: str, amount_fen: int, reason: Reason
) -> None:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    wallet.refund(RefundOrder("N1", "R1", Fen(1), "退号"))
    with pytest.raises(Refused) as caught:
        wallet.refund(RefundOrder("N1", refund_no, Fen(amount_fen), "退号"))
    assert caught.value.reason is reason


def test_an_order_expires_at_its_time(wallet: AlipayWallet, sandbox: RunningSandbox, clock: FakeClock) -> None:
    wallet.create(sandbox.order("N1"))
    clock.advance(timedelta(minutes=15))
    assert wallet.query("N1").status is TradeStatus.CLOSED


def test_after_the_refund_window_a_trade_is_finished(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    handle = wallet.create(sandbox.order("N1"))
    sandbox.pay(handle)
    sandbox.world.finish(handle.provider_trade_no)
    assert wallet.query("N1").status is TradeStatus.FINISHED
    with pytest.raises(Refused) as caught:
        wallet.refund(RefundOrder("N1", "R1", Fen(1), "退号"))
    assert caught.value.reason is Reason.EXPIRED


def test_the_bill_comes_when_the_day_is_over_and_lists_both_ways_of_money(
    wallet: AlipayWallet, sandbox: RunningSandbox, clock: FakeClock
) -> None:
    handle = wallet.create(sandbox.order("N1"))
    sandbox.pay(handle)
    wallet.refund(RefundOrder("N1", "R1", Fen(250), "退号"))
    day = sandbox.world.today()
    with pytest.raises(NotDone):
        wallet.download_bill(day)

    clock.advance(timedelta(days=1, hours=1))
    payment, refund = wallet.download_bill(day)

    assert (payment.kind, payment.merchant_order_no, payment.amount_fen) == (EntryKind.PAYMENT, "N1", 1250)
    assert (payment.provider_trade_no, payment.fee_fen, payment.occurred_at) == (handle.provider_trade_no, 8, START)
    assert (refund.kind, refund.refund_no, refund.amount_fen, refund.fee_fen) == (EntryKind.REFUND, "R1", 250, 0)


def test_a_day_closed_early_has_its_bill_at_once(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    sandbox.world.close_day(sandbox.world.today())
    assert list(wallet.download_bill(sandbox.world.today())) == []


def test_two_merchants_do_not_see_each_other(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    other = sandbox.wallet(sandbox.world.new_app("another hospital"))
    sandbox.pay(wallet.create(sandbox.order("N1")))
    sandbox.world.close_day(sandbox.world.today())
    assert other.query("N1").status is TradeStatus.ABSENT
    assert list(other.download_bill(sandbox.world.today())) == []


def test_the_wallet_never_stamps_the_time_of_the_machines_zone(
    wallet: AlipayWallet, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    sandbox.world.timestamp_tolerance = timedelta(seconds=1)
    assert wallet.query("never").status is TradeStatus.ABSENT
