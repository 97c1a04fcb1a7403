"""Sums that Alipay writes as JSON numbers, and sums that nothing hangs on."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from adapters.alipay.mapping import notice_of_fields
from adapters.errors import Malformed
from adapters.values import Fen, RefundStatus, Trade, TradeStatus
from tests.adapters.alipay.answers import SignedAnswers, wallet_over
from tests.sandbox.alipay.running import RunningSandbox

QUERY = "alipay_trade_query_response"
REFUND_QUERY = "alipay_trade_fastpay_refund_query_response"


def queried(sandbox: RunningSandbox, *members: str) -> Trade:
    told = ('"code":"10000"', '"out_trade_no":"O1"', '"trade_no":"T1"', '"trade_status":"TRADE_SUCCESS"', *members)
    return wallet_over(sandbox, SignedAnswers(QUERY, f"{{{','.join(told)}}}")).query("O1")


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("88.88", 8888),
        ("0.29", 29),
        ("1.1", 110),
        ("12", 1200),
        ("90071992547.41", 9007199254741),
        ('"88.88"', 8888),
        ("8.2000000000000000000000", 820),
    ],
)
def test_a_sum_is_read_from_its_digits(sandbox: RunningSandbox, written: str, fen: int) -> None:
    trade = queried(sandbox, f'"total_amount":{written}', f'"buyer_pay_amount":{written}')
    assert (trade.amount_fen, trade.payer_paid_fen) == (fen, fen)


@pytest.mark.parametrize("written", ["88.885", "1e2", "true", "null", '""', '"x"', "{}", "NaN", "Infinity", "1E400"])
def test_what_is_no_sum_is_no_total(sandbox: RunningSandbox, written: str) -> None:
    with pytest.raises(Malformed):
        queried(sandbox, f'"total_amount":{written}')


@pytest.mark.parametrize("written", ["8.885", "1e2", "-1.00", "true", "null", '"-"', "[1]", "{}", "NaN"])
def test_a_sum_that_only_informs_holds_up_no_settlement(sandbox: RunningSandbox, written: str) -> None:
    trade = queried(sandbox, '"total_amount":"1.00"', f'"buyer_pay_amount":{written}', f'"receipt_amount":{written}')
    assert (trade.status, trade.amount_fen) == (TradeStatus.PAID, 100)
    assert (trade.payer_paid_fen, trade.receipt_fen) == (0, 0)


def test_a_code_that_is_a_number_is_a_code(sandbox: RunningSandbox) -> None:
    node = '{"code":10000,"out_trade_no":"O1","refund_status":"REFUND_SUCCESS","refund_amount":0.29}'
    answer = wallet_over(sandbox, SignedAnswers(REFUND_QUERY, node)).query_refund("O1", "R1")
    assert (answer.status, answer.amount_fen) == (RefundStatus.DONE, Fen(29))


def test_what_a_refund_query_gives_back_is_strict(sandbox: RunningSandbox) -> None:
    node = '{"code":"10000","refund_status":"REFUND_SUCCESS","refund_amount":"1e2"}'
    with pytest.raises(Malformed):
        wallet_over(sandbox, SignedAnswers(REFUND_QUERY, node)).query_refund("O1", "R1")


def test_a_notice_informs_as_an_answer_does() -> None:
    told = "notify_id=1&out_trade_no=O1&trade_no=T1&trade_status=TRADE_SUCCESS&total_amount=1.00"
    fields = dict(parse_qsl(f"{told}&buyer_pay_amount=-&receipt_amount=-"))
    assert notice_of_fields(fields).trade.payer_paid_fen == 0
    with pytest.raises(Malformed):
        notice_of_fields(dict(parse_qsl(urlencode({**fields, "refund_fee": "-"}))))
