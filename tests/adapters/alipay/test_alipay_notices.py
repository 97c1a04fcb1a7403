from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import Malformed, Untrusted
from adapters.values import Fen, RefundOrder, TradeStatus
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.notices import Notice
from tests.sandbox.alipay.running import RunningSandbox


@pytest.fixture
def paid(wallet: AlipayWallet, sandbox: RunningSandbox) -> Notice:
    sandbox.pay(wallet.create(sandbox.order("N1")))
    return sandbox.world.outbox.notices[-1]


def test_a_payment_is_told(wallet: AlipayWallet, sandbox: RunningSandbox, paid: Notice) -> None:
    read = wallet.read_notice(sandbox.world.outbox.body(paid), {})
    assert read.notice_id == paid.notify_id
    assert (read.trade, read.refund_no) == (wallet.query("N1"), "")


@pytest.mark.usefixtures("paid")
def test_a_part_refund_speaks_of_success_and_is_refund_news(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    wallet.refund(RefundOrder("N1", "R1", Fen(250), "退号"))
    read = wallet.read_notice(sandbox.world.outbox.body(sandbox.world.outbox.notices[-1]), {})
    assert (read.trade.status, read.trade.refunded_fen, read.refund_no) == (TradeStatus.PAID, 250, "R1")


@pytest.mark.usefixtures("paid")
def test_closing_after_a_full_refund_is_told_apart_from_expiry(wallet: AlipayWallet, sandbox: RunningSandbox) -> None:
    wallet.refund(RefundOrder("N1", "R1", Fen(1250), "退号"))
    wallet.create(sandbox.order("N2"))
    wallet.close("N2")
    *_, refunded, closed = (wallet.read_notice(sandbox.world.outbox.body(n), {}) for n in sandbox.world.outbox.notices)
    assert (refunded.trade.status, refunded.trade.refunded_fen) == (TradeStatus.CLOSED, 1250)
    assert (closed.trade.status, closed.trade.refunded_fen) == (TradeStatus.CLOSED, 0)


@pytest.mark.parametrize(
    "effect", [Effect.FORGE, Effect.FLIP_SIGN, Effect.FLIP_CONTENT, Effect.WRONG_APP, Effect.WRONG_SELLER]
)
def test_09_a_notice_that_is_not_ours_or_not_true_is_not_trusted(
    wallet: AlipayWallet, sandbox: RunningSandbox, paid: Notice, effect: Effect
) -> None:
    with pytest.raises(Untrusted):
        wallet.read_notice(sandbox.world.outbox.body(paid, effect), {})


def test_a_truly_signed_wrong_amount_is_for_the_ledger_to_see(
    wallet: AlipayWallet, sandbox: RunningSandbox, paid: Notice
) -> None:
    read = wallet.read_notice(sandbox.world.outbox.body(paid, Effect.WRONG_AMOUNT), {})
    assert read.trade.amount_fen == 1


@example(place=32853, bit=6)  # an unused bit at the end of the signature's base64
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_no_flipped_bit_passes(
    wallet: AlipayWallet, sandbox: RunningSandbox, paid: Notice, place: int, bit: int
) -> None:
    body = bytearray(sandbox.world.outbox.body(paid))
    body[place % len(body)] ^= 1 << bit
    if parse_qsl(body.decode("latin-1")) == parse_qsl(sandbox.world.outbox.body(paid).decode()):
        return  # %2F and %2f mean the same
    with pytest.raises((Untrusted, Malformed)):
        wallet.read_notice(bytes(body), {})


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"a=1&a=2", b"a", b"charset=utf-7&a=1", b"x=" + b"1" * 70_000, b"&".join([b"a=1"] * 200)]
)
def test_noise_is_no_notice(wallet: AlipayWallet, body: bytes) -> None:
    with pytest.raises((Malformed, Untrusted)):
        wallet.read_notice(body, {})


def test_an_unsigned_or_otherwise_signed_notice_is_not_trusted(
    wallet: AlipayWallet, sandbox: RunningSandbox, paid: Notice
) -> None:
    fields = dict(parse_qsl(sandbox.world.outbox.body(paid).decode()))
    for changed in ({**fields, "sign": ""}, {**fields, "sign_type": "RSA"}, {**fields, "extra": "1"}):
        with pytest.raises(Untrusted):
            wallet.read_notice(urlencode(changed).encode(), {})


def test_only_an_accepted_notice_is_answered_with_success(wallet: AlipayWallet) -> None:
    assert wallet.acknowledge(accepted=True).body == b"success"
    assert wallet.acknowledge(accepted=False).body != b"success"
