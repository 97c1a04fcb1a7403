"""An answer that is truly signed and about something else than what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from adapters.alipay.wallet import AlipayWallet
from adapters.errors import Malformed
from adapters.values import Fen, RefundOrder, RefundStatus, WalletAccount, WalletGrant
from tests.adapters.alipay.answers import SignedAnswers, wallet_over
from tests.sandbox.alipay.running import RunningSandbox

Asking = Callable[[AlipayWallet, RunningSandbox], object]


def create(wallet: AlipayWallet, sandbox: RunningSandbox) -> object:
    return wallet.create(sandbox.order("O1")).provider_trade_no


def query(wallet: AlipayWallet, _: RunningSandbox) -> object:
    return wallet.query("O1").merchant_order_no


def close(wallet: AlipayWallet, _: RunningSandbox) -> object:
    return wallet.close("O1")  # type: ignore[func-returns-value]


def refund(wallet: AlipayWallet, _: RunningSandbox) -> object:
    return wallet.refund(RefundOrder("O1", "R1", Fen(100), "退款")).status


def query_refund(wallet: AlipayWallet, _: RunningSandbox) -> object:
    return wallet.query_refund("O1", "R1").status


def identity(wallet: AlipayWallet, _: RunningSandbox) -> object:
    return wallet.verified_identity(WalletGrant(WalletAccount("2088000000000002", "open-2"), "token")).name


NODES: dict[Asking, tuple[str, dict[str, str]]] = {
    create: ("alipay_trade_create_response", {"out_trade_no": "O1", "trade_no": "T1"}),
    query: (
        "alipay_trade_query_response",
        {"out_trade_no": "O1", "trade_no": "T1", "trade_status": "TRADE_SUCCESS", "total_amount": "1.00"},
    ),
    close: ("alipay_trade_close_response", {"out_trade_no": "O1", "trade_no": "T1"}),
    refund: ("alipay_trade_refund_response", {"out_trade_no": "O1", "trade_no": "T1", "fund_change": "Y"}),
    query_refund: (
        "alipay_trade_fastpay_refund_query_response",
        {"out_trade_no": "O1", "out_request_no": "R1", "refund_status": "REFUND_SUCCESS", "refund_amount": "1.00"},
    ),
    identity: (
        "alipay_user_info_share_response",
        {
            "user_id": "2088000000000002",
            "open_id": "open-2",
            "user_name": "王涛",
            "cert_type": "0",
            "cert_no": "110101198503120017",
        },
    ),
}


def asked(sandbox: RunningSandbox, ask: Asking, **changes: str | None) -> object:
    name, fields = NODES[ask]
    node = {"code": "10000", **fields, **changes}
    answered = json.dumps({name: value for name, value in node.items() if value is not None}, ensure_ascii=False)
    return ask(wallet_over(sandbox, SignedAnswers(name, answered)), sandbox)


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (create, "T1"),
        (query, "O1"),
        (close, None),
        (refund, RefundStatus.DONE),
        (query_refund, RefundStatus.DONE),
        (identity, "王涛"),
    ],
)
def test_an_answer_about_what_was_asked_is_believed(sandbox: RunningSandbox, ask: Asking, answer: object) -> None:
    assert asked(sandbox, ask) == answer


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (create, "out_trade_no"),
        (query, "out_trade_no"),
        (close, "out_trade_no"),
        (refund, "out_trade_no"),
        (refund, "out_request_no"),
        (query_refund, "out_trade_no"),
        (query_refund, "out_request_no"),
        (identity, "user_id"),
        (identity, "open_id"),
    ],
)
def test_an_answer_about_something_else_is_not(sandbox: RunningSandbox, ask: Asking, name: str) -> None:
    with pytest.raises(Malformed, match="about another"):
        asked(sandbox, ask, **{name: "OTHER"})


@pytest.mark.parametrize("ask", [create, close, refund, query_refund])
@pytest.mark.parametrize("left_out", [None, ""])
def test_what_alipay_leaves_out_contradicts_nothing(sandbox: RunningSandbox, ask: Asking, left_out: str | None) -> None:
    assert asked(sandbox, ask, out_trade_no=left_out) == asked(sandbox, ask)


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_FINISHED", "WAIT_BUYER_PAY", "NEW"])
def test_a_trade_that_is_told_to_stand_was_not_closed(sandbox: RunningSandbox, status: str) -> None:
    with pytest.raises(Malformed):
        asked(sandbox, close, trade_status=status)
    assert asked(sandbox, close, trade_status="TRADE_CLOSED") is None
