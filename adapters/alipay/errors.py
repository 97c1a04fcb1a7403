"""Alipay's codes -> the five outcomes, as data (wallet reference 1.3).

The reading rule: what is not known to be a firm no is unknown, for a firm no may start a new order or a refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from adapters.errors import NoBill, NotDone, OutcomeUnknown, OutsideError, Reason, Refused

SUCCESS = "10000"
_BUSINESS = "40004"
_BILL_LATER = timedelta(minutes=15)

UNKNOWN = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error"})
"""The world may have changed: query, then repeat with the same numbers."""

LATER: Mapping[str, timedelta] = MappingProxyType(
    {
        "isv.app-call-limited": timedelta(minutes=1),
        "isv.method-call-limited": timedelta(minutes=1),
        "ACQ.SELLER_BALANCE_NOT_ENOUGH": timedelta(minutes=30),
    }
)
"""Firmly not done, and the same call may succeed after that time."""

NO_BILL = frozenset({"isp.bill_not_exist", "isv.bill_not_exist"})
"""One code for a bill that is not made yet and for a day on which nothing moved."""

REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "ACQ.TRADE_HAS_SUCCESS": Reason.ALREADY_PAID,
        "ACQ.TRADE_HAS_CLOSE": Reason.CLOSED,
        "ACQ.TRADE_HAS_FINISHED": Reason.EXPIRED,
        "ACQ.TRADE_NOT_EXIST": Reason.NOT_FOUND,
        "ACQ.CONTEXT_INCONSISTENT": Reason.CONFLICTING_CONTENT,
        "ACQ.TRADE_BUYER_NOT_MATCH": Reason.CONFLICTING_CONTENT,
        "ACQ.DISCORDANT_REPEAT_REQUEST": Reason.CONFLICTING_CONTENT,
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": Reason.AMOUNT_MISMATCH,
        "ACQ.REASON_TRADE_REFUND_FEE_ERR": Reason.OVER_LIMIT,
        "ACQ.TOTAL_FEE_EXCEED": Reason.OVER_LIMIT,
        "ACQ.REASON_TRADE_STATUS_INVALID": Reason.NOT_ALLOWED,
        "ACQ.TRADE_STATUS_ERROR": Reason.NOT_ALLOWED,
        "ACQ.BUYER_NOT_EXIST": Reason.NOT_FOUND,
        "ACQ.BUYER_ERROR": Reason.NOT_ALLOWED,
        "ACQ.ACCESS_FORBIDDEN": Reason.CREDENTIALS,
        "ACQ.BUYER_ENABLE_STATUS_FORBID": Reason.NOT_ALLOWED,
        "ACQ.BUYER_SELLER_EQUAL": Reason.NOT_ALLOWED,
        "ACQ.CUSTOMER_VALIDATE_ERROR": Reason.NOT_ALLOWED,
        "ACQ.EXIST_FORBIDDEN_WORD": Reason.NOT_ALLOWED,
        "ACQ.INVALID_PARAMETER": Reason.OTHER,
        "ACQ.NOT_ALLOW_PARTIAL_REFUND": Reason.AMOUNT_MISMATCH,
        "ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND": Reason.NOT_ALLOWED,
        "ACQ.PARTNER_ERROR": Reason.CREDENTIALS,
        "ACQ.REASON_TRADE_BEEN_FREEZEN": Reason.NOT_ALLOWED,
        "ACQ.REFUND_FEE_ERROR": Reason.AMOUNT_MISMATCH,
        "ACQ.SELLER_BEEN_BLOCKED": Reason.CREDENTIALS,
        "ACQ.TRADE_NOT_ALLOW_REFUND": Reason.NOT_ALLOWED,
        "ACQ.USER_NOT_MATCH_ERR": Reason.NOT_ALLOWED,
        "isv.code-invalid": Reason.EXPIRED,
        "aop.invalid-auth-token": Reason.EXPIRED,
        "aop.auth-token-time-out": Reason.EXPIRED,
        "isv.invalid-auth-token": Reason.EXPIRED,
        "isv.invalid-signature": Reason.CREDENTIALS,
        "isv.invalid-app-id": Reason.CREDENTIALS,
        "isv.invalid-app-auth-token": Reason.CREDENTIALS,
    }
)
"""A firm no for this reason: NOT_ALLOWED is about the trade or its payer, what is about our own account CREDENTIALS."""

_BY_CODE: Mapping[str, Reason] = MappingProxyType(
    {
        "20001": Reason.CREDENTIALS,
        "40001": Reason.OTHER,
        "40002": Reason.OTHER,
        "40006": Reason.CREDENTIALS,
        _BUSINESS: Reason.OTHER,
    }
)


def outcome(code: str, sub_code: str, *, changes: bool, firm: bool = False) -> OutsideError:
    """What a code other than 10000 means; `changes` tells whether the call could change the world.

    With `firm` a business code that nobody has listed is a no all the same.
    """
    native = sub_code or code
    if sub_code in NO_BILL:
        return NoBill(f"Alipay has no bill of that day: {native}", native_code=native, retry_after=_BILL_LATER)
    if sub_code in LATER or code == "40005":
        return NotDone(f"Alipay asks to try later: {native}", native_code=native, retry_after=LATER.get(sub_code))
    if _is_firm(code, sub_code, changes=changes and not firm):
        return Refused(f"Alipay refused: {native}", reason=REASONS.get(sub_code) or _BY_CODE[code], native_code=native)
    return uncertain(f"Alipay could not tell: {native}", native_code=native, changes=changes)


def _is_firm(code: str, sub_code: str, *, changes: bool) -> bool:
    """A business code that nobody has listed may be a fault of theirs behind which the work was done."""
    if sub_code in UNKNOWN or (code == _BUSINESS and changes):
        return sub_code in REASONS
    return sub_code in REASONS or code in _BY_CODE


def uncertain(text: str, *, native_code: str = "", changes: bool) -> OutsideError:
    """A lost outcome; a call which only reads leaves the world as it was and may be repeated."""
    if changes:
        return OutcomeUnknown(text, native_code=native_code)
    return NotDone(text, native_code=native_code)
