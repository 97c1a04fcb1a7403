"""Which of Alipay's noes to a refund give it up, so that finance may pay it out, and which are asked again."""

from __future__ import annotations

import pytest

from adapters.errors import OutcomeUnknown, Refused
from adapters.values import Fen, RefundOrder
from hospital_bridge.payment.flows.send_refund import FIRM
from tests.adapters.alipay.answers import SignedAnswers, wallet_over
from tests.sandbox.alipay.running import RunningSandbox

ORDER = RefundOrder("O1", "R1", Fen(100), "退款")


def answered(sandbox: RunningSandbox, code: str, sub_code: str) -> Refused:
    node = f'{{"code":"{code}","msg":"-","sub_code":"{sub_code}","sub_msg":"-"}}'
    with pytest.raises(Refused) as caught:
        wallet_over(sandbox, SignedAnswers("alipay_trade_refund_response", node)).refund(ORDER)
    assert caught.value.native_code == (sub_code or code)
    return caught.value


@pytest.mark.parametrize(
    "sub_code",
    [
        "ACQ.TRADE_NOT_ALLOW_REFUND",
        "ACQ.REASON_TRADE_BEEN_FREEZEN",
        "ACQ.USER_NOT_MATCH_ERR",
        "ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND",
        "ACQ.CUSTOMER_VALIDATE_ERROR",
        "ACQ.BUYER_ERROR",
        "ACQ.BUYER_ENABLE_STATUS_FORBID",
        "ACQ.BUYER_NOT_EXIST",
        "ACQ.NOT_ALLOW_PARTIAL_REFUND",
        "ACQ.REFUND_FEE_ERROR",
        "ACQ.TRADE_HAS_FINISHED",
    ],
)
def test_a_no_about_the_trade_or_its_payer_gives_the_refund_up(sandbox: RunningSandbox, sub_code: str) -> None:
    assert answered(sandbox, "40004", sub_code).reason in FIRM


@pytest.mark.parametrize(
    ("code", "sub_code"),
    [
        ("40006", "isv.insufficient-isv-permissions"),
        ("40006", ""),
        ("20001", "aop.invalid-app-auth-token"),
        ("40002", "isv.invalid-signature"),
        ("40004", "ACQ.ACCESS_FORBIDDEN"),
        ("40004", "ACQ.PARTNER_ERROR"),
        ("40004", "ACQ.SELLER_BEEN_BLOCKED"),
        ("40004", "ACQ.INVALID_PARAMETER"),
    ],
)
def test_a_no_about_us_can_be_put_right_and_gives_no_refund_up(
    sandbox: RunningSandbox, code: str, sub_code: str
) -> None:
    assert answered(sandbox, code, sub_code).reason not in FIRM


def test_a_no_that_nobody_has_listed_stays_unknown(sandbox: RunningSandbox) -> None:
    node = '{"code":"40004","sub_code":"ACQ.SOMETHING_NEW"}'
    with pytest.raises(OutcomeUnknown):
        wallet_over(sandbox, SignedAnswers("alipay_trade_refund_response", node)).refund(ORDER)
