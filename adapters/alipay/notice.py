"""Asynchronous notices (异步通知): verify the received bytes, then read them (wallet reference 1.4)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.alipay.mapping import notice_of_fields
from adapters.alipay.signing import notice_to_verify, verify
from adapters.errors import Malformed, Untrusted
from adapters.values import Acknowledgement, PaymentNotice

_MAX_BYTES = 64 * 1024
_MAX_FIELDS = 100
_CHARSETS = frozenset({"utf-8", "gbk", "gb2312", "gb18030"})
_TYPE = "trade_status_sync"

ACCEPTED = Acknowledgement(b"success")
NOT_ACCEPTED = Acknowledgement(b"fail", accepted=False)


def read(body: bytes, key: RSAPublicKey, *, app_id: str, seller_id: str) -> PaymentNotice:
    """The notice in a form body; Untrusted unless Alipay signed it for this app and this merchant."""
    charset, fields = _fields(body)
    if fields.get("sign_type") != "RSA2":
        raise Untrusted("the notice is not signed by RSA2")
    verify(key, notice_to_verify(fields).encode(charset), fields.get("sign", ""))
    if fields.get("app_id") != app_id or fields.get("seller_id") != seller_id:
        raise Untrusted("the notice is meant for another app or merchant")
    if fields.get("notify_type") != _TYPE:
        raise Malformed("the notice is not about a payment")
    return notice_of_fields(fields)


def _fields(body: bytes) -> tuple[str, dict[str, str]]:
    if len(body) > _MAX_BYTES:
        raise Malformed("the notice is too long")
    charset = dict(_pairs(body, "latin-1")).get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise Malformed("the notice names an unknown charset")
    pairs = _pairs(body, charset)
    if len(dict(pairs)) != len(pairs):
        raise Malformed("the notice names a field twice")
    return charset, dict(pairs)


def _pairs(body: bytes, charset: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding=charset,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise Malformed("the notice is not a form") from None
