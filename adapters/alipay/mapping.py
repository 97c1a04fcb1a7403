"""Alipay's JSON and form fields <-> our values; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

from adapters.errors import Malformed, Reason, Refused
from adapters.money import fen_from_yuan, yuan_from_fen
from adapters.values import (
    Fen,
    PaymentNotice,
    RefundAnswer,
    RefundOrder,
    RefundStatus,
    Sex,
    Trade,
    TradeOrder,
    TradeStatus,
    VerifiedIdentity,
    WalletAccount,
    WalletGrant,
)

_ALIPAY_ZONE = timezone(timedelta(hours=8), "GMT+8")
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
_ID_CARD_LENGTH = 18
_ID_TYPES = MappingProxyType({"0": "CN_ID", "IDENTITY_CARD": "CN_ID", "1": "PASSPORT", "PASSPORT": "PASSPORT"})
_STATUSES = MappingProxyType(
    {
        "WAIT_BUYER_PAY": TradeStatus.AWAITING,
        "TRADE_SUCCESS": TradeStatus.PAID,
        "TRADE_FINISHED": TradeStatus.FINISHED,
        "TRADE_CLOSED": TradeStatus.CLOSED,
    }
)

Node = Mapping[str, Any]


def local_text(instant: datetime) -> str:
    """An instant as Alipay writes it: GMT+8, whole seconds."""
    return instant.astimezone(_ALIPAY_ZONE).strftime(_TIME_FORMAT)


def instant(text: str) -> datetime:
    """An instant that Alipay wrote, in UTC; Malformed otherwise."""
    # Refund times of notices carry thousandths, which no other field does.
    found = _TIME.match(text)
    try:
        # A bill has a million of them, and strptime would take longer than all else of a line.
        local = datetime(*map(int, found.groups()), tzinfo=_ALIPAY_ZONE) if found else None  # type: ignore[misc,arg-type]
    except ValueError:
        local = None
    if local is None:
        raise Malformed(f"not a time: {text[:30]!r}")
    return local.astimezone(UTC)


def text_of(node: Node, name: str) -> str:
    """A required text; Malformed when it is absent, empty or no text."""
    value = node.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name} is missing")
    return value


def check_subject(node: Node, **asked: str) -> None:
    """Malformed where the answer names another order, refund or account than was asked about; it may name none."""
    for name, wanted in asked.items():
        if wanted and (node.get(name) or wanted) != wanted:
            raise Malformed(f"the answer is about another {name}")


def payer_fields(payer: WalletAccount, app_id: str) -> dict[str, str]:
    """Who is to pay; `user_id` first, for an `open_id` is bound to the app."""
    if payer.user_id:
        return {"buyer_id": payer.user_id}
    return {"buyer_open_id": payer.open_id, "op_app_id": app_id}


def trade_content(order: TradeOrder, *, app_id: str, product_code: str) -> dict[str, object]:
    """The content of `alipay.trade.create`; the same order always gives the same content."""
    return {
        "out_trade_no": order.merchant_order_no,
        "total_amount": yuan_from_fen(order.amount_fen),
        "subject": order.title,
        "product_code": product_code,
        "time_expire": local_text(order.expires_at),
        **payer_fields(order.payer, app_id),
    }


def trade_no_of_create(node: Node, order: TradeOrder) -> str:
    """The answer of `alipay.trade.create`: Alipay's own number of the order."""
    check_subject(node, out_trade_no=order.merchant_order_no)
    return text_of(node, "trade_no")


def check_closed(node: Node, merchant_order_no: str) -> None:
    """The answer of `alipay.trade.close`; Malformed where it is about another order or tells of a trade that stands.

    The name of an answer's node is not signed: an answer of another method may come under this one's.
    """
    check_subject(node, out_trade_no=merchant_order_no)
    if node.get("trade_status") and _status(node) is not TradeStatus.CLOSED:
        raise Malformed("the answer says that the trade is not closed")


def refund_content(order: RefundOrder) -> dict[str, object]:
    """The content of `alipay.trade.refund`."""
    return {
        "out_trade_no": order.merchant_order_no,
        "out_request_no": order.refund_no,
        "refund_amount": yuan_from_fen(order.amount_fen),
        "refund_reason": order.reason,
    }


def trade_of_query(node: Node, merchant_order_no: str) -> Trade:
    """The answer of `alipay.trade.query`; a closed trade that was once paid has been refunded in full.

    Of refunds in part the answer says nothing: ask for each by its number.
    """
    if node.get("out_trade_no") != merchant_order_no:
        raise Malformed("the answer is about another order")
    status = _status(node)
    amount = fen_from_yuan(text_of(node, "total_amount"))
    paid_at = _optional_instant(node, "send_pay_date")
    return Trade(
        merchant_order_no=merchant_order_no,
        status=status,
        provider_trade_no=text_of(node, "trade_no"),
        amount_fen=amount,
        payer_paid_fen=_informing_fen(node, "buyer_pay_amount"),
        receipt_fen=_informing_fen(node, "receipt_amount"),
        refunded_fen=amount if status is TradeStatus.CLOSED and paid_at else Fen(0),
        paid_at=paid_at,
    )


def refund_of_answer(node: Node, order: RefundOrder) -> RefundAnswer:
    """The answer of `alipay.trade.refund`: 10000 means accepted, only `fund_change` Y means that money moved."""
    check_subject(node, out_trade_no=order.merchant_order_no, out_request_no=order.refund_no)
    if node.get("fund_change") != "Y":
        return RefundAnswer(order.refund_no, RefundStatus.PROCESSING, order.amount_fen)
    return RefundAnswer(order.refund_no, RefundStatus.DONE, order.amount_fen, _optional_instant(node, "gmt_refund_pay"))


def refund_of_query(node: Node, merchant_order_no: str, refund_no: str) -> RefundAnswer:
    """The answer of `alipay.trade.fastpay.refund.query`: 10000 alone says nothing."""
    check_subject(node, out_trade_no=merchant_order_no, out_request_no=refund_no)
    amount = _optional_fen(node, "refund_amount")
    if node.get("refund_status") == "REFUND_SUCCESS":
        return RefundAnswer(refund_no, RefundStatus.DONE, amount, _optional_instant(node, "gmt_refund_pay"))
    if node.get("refund_status") or amount:
        return RefundAnswer(refund_no, RefundStatus.PROCESSING, amount)
    return RefundAnswer(refund_no, RefundStatus.ABSENT)


def notice_of_fields(fields: Mapping[str, str]) -> PaymentNotice:
    """A verified notice of type `trade_status_sync`."""
    trade = Trade(
        merchant_order_no=text_of(fields, "out_trade_no"),
        status=_status(fields),
        provider_trade_no=text_of(fields, "trade_no"),
        amount_fen=fen_from_yuan(text_of(fields, "total_amount")),
        payer_paid_fen=_informing_fen(fields, "buyer_pay_amount"),
        receipt_fen=_informing_fen(fields, "receipt_amount"),
        refunded_fen=_optional_fen(fields, "refund_fee"),
        paid_at=_optional_instant(fields, "gmt_payment"),
    )
    return PaymentNotice(text_of(fields, "notify_id"), trade, fields.get("out_biz_no", ""))


def grant_of(node: Node) -> WalletGrant:
    """The answer of `alipay.system.oauth.token`; newer apps are given an `open_id` only."""
    account = WalletAccount(str(node.get("user_id") or ""), str(node.get("open_id") or ""))
    if not account.key:
        raise Malformed("the answer names no account")
    return WalletGrant(account, text_of(node, "access_token"))


def identity_of(node: Node, account: WalletAccount) -> VerifiedIdentity:
    """The answer of `alipay.user.info.share`; without the special field permission it holds no real name."""
    check_subject(node, user_id=account.user_id, open_id=account.open_id)
    if node.get("is_certified") == "F" or not node.get("cert_no") or not node.get("user_name"):
        raise Refused("the wallet does not give a verified name", reason=Reason.NOT_ALLOWED)
    id_type = _ID_TYPES.get(text_of(node, "cert_type"))
    if id_type is None:
        raise Refused("the wallet vouches for another kind of document", reason=Reason.NOT_ALLOWED)
    number = text_of(node, "cert_no").upper()
    birth_date, sex = _birth_and_sex(node, number if id_type == "CN_ID" else "")
    return VerifiedIdentity(text_of(node, "user_name"), id_type, number, birth_date, sex, str(node.get("mobile") or ""))


def _birth_and_sex(node: Node, id_card: str) -> tuple[date, Sex]:
    """Of an ID card by its digits (GB 11643: 7-14 date of birth, 17 odd for male), else of the wallet's fields."""
    try:
        if len(id_card) == _ID_CARD_LENGTH:
            born = datetime.strptime(id_card[6:14], "%Y%m%d").replace(tzinfo=UTC).date()
            return born, Sex.MALE if int(id_card[16]) % 2 else Sex.FEMALE
        born = datetime.strptime(text_of(node, "person_birthday"), "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Malformed("the document's date of birth cannot be read") from None
    return born, {"m": Sex.MALE, "f": Sex.FEMALE}.get(str(node.get("gender", "")).lower(), Sex.UNKNOWN)


def _status(node: Node) -> TradeStatus:
    status = _STATUSES.get(text_of(node, "trade_status"))
    if status is None:
        raise Malformed("an unknown trade status")
    return status


def _optional_fen(node: Node, name: str) -> Fen:
    return fen_from_yuan(text_of(node, name)) if node.get(name) else Fen(0)


def _informing_fen(node: Node, name: str) -> Fen:
    """A sum that informs and decides nothing: what is none counts as left out, so that it holds up no settlement."""
    try:
        return Fen(max(_optional_fen(node, name), 0))
    except Malformed:
        return Fen(0)


def _optional_instant(node: Node, name: str) -> datetime | None:
    return instant(text_of(node, name)) if node.get(name) else None
