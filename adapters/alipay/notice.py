"""Asynchronous notices (异步通知): verify the received bytes, then read them (wallet reference 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.alipay.mapping import notice_of_fields
from adapters.alipay.signing import notice_to_verify, verify
from adapters.errors import Malformed, Untrusted
from adapters.values import Acknowledgement, PaymentNotice

_MAX_BYTES = 64 * 1024
_MAX_FIELDS = 100
_BYTES = "latin-1"
_CODECS: Mapping[str, str] = MappingProxyType(
    # Alipay's GBK and GB2312 hold characters that Python's tables of those names lack.
    {"utf-8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
)
_TYPE = "trade_status_sync"

ACCEPTED = Acknowledgement(b"success")
NOT_ACCEPTED = Acknowledgement(b"fail")


def read(body: bytes, key: RSAPublicKey, *, app_id: str, seller_id: str) -> PaymentNotice:
    """The notice in a form body; Untrusted unless Alipay signed it for this app and this merchant."""
    received = _received(body)
    if received.get("sign_type") != "RSA2":
        raise Untrusted("the notice is not signed by RSA2")
    verify(key, notice_to_verify(received).encode(_BYTES), received.get("sign", ""))
    fields = _read_in_its_charset(received)
    if fields.get("app_id") != app_id or fields.get("seller_id") != seller_id:
        raise Untrusted("the notice is meant for another app or merchant")
    if fields.get("notify_type") != _TYPE:
        raise Malformed("the notice is not about a payment")
    return notice_of_fields(fields)


def _received(body: bytes) -> dict[str, str]:
    """The fields, each character of a value standing for one received byte: those, not their meaning, are signed."""
    if len(body) > _MAX_BYTES:
        raise Malformed("the notice is too long")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding=_BYTES,
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise Malformed("the notice is not a form") from None
    if len(dict(pairs)) != len(pairs):
        raise Malformed("the notice names a field twice")
    return dict(pairs)


def _read_in_its_charset(received: Mapping[str, str]) -> dict[str, str]:
    """What is no text becomes none that any field that is read may hold; in all others it does no harm."""
    codec = _CODECS.get(received.get("charset", "utf-8").lower())
    if codec is None:
        raise Malformed("the notice names an unknown charset")
    return {name: value.encode(_BYTES).decode(codec, "replace") for name, value in received.items()}
