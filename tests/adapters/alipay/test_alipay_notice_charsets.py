"""The signature of a notice is over bytes; which characters they are matters only in what is read."""

from __future__ import annotations

import base64
from urllib.parse import quote_from_bytes

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.alipay import notice
from adapters.errors import Malformed, Untrusted
from adapters.values import Fen, PaymentNotice
from hospital_bridge.sandbox.alipay.certificates import new_key

KEY = new_key()
APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"


def body_of(charset: str, **changes: bytes) -> bytes:
    """A notice as Alipay sends it: each value's bytes signed and then percent-encoded."""
    fields = {
        "app_id": APP_ID.encode(),
        "charset": charset.encode(),
        "notify_id": b"1",
        "notify_type": b"trade_status_sync",
        "out_trade_no": b"O1",
        "seller_id": SELLER_ID.encode(),
        "total_amount": b"1.00",
        "trade_no": b"T1",
        "trade_status": b"TRADE_SUCCESS",
        **changes,
    }
    signed = b"&".join(name.encode() + b"=" + value for name, value in sorted(fields.items()))
    signature = base64.b64encode(KEY.sign(signed, PKCS1v15(), SHA256()))
    sent = {**fields, "sign_type": b"RSA2", "sign": signature}
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in sent.items()).encode()


def read(body: bytes) -> PaymentNotice:
    return notice.read(body, KEY.public_key(), app_id=APP_ID, seller_id=SELLER_ID)


@pytest.mark.parametrize(
    ("charset", "subject"),
    [
        ("utf-8", "朱镕".encode()),
        ("UTF-8", b"\xff\xfe"),
        ("GB2312", "朱镕".encode("gbk")),
        ("gb2312", "挂号费".encode("gb2312")),
        ("GBK", b"\x80 5.00"),
        ("GBK", "㐂".encode("gb18030")),
        ("GB18030", b"\x81"),
    ],
)
def test_a_title_that_no_table_holds_is_signed_all_the_same(charset: str, subject: bytes) -> None:
    told = read(body_of(charset, subject=subject))
    assert (told.trade.merchant_order_no, told.trade.amount_fen) == ("O1", Fen(100))


def test_what_is_read_is_read_in_the_notices_charset() -> None:
    number = "单1"
    for charset in ("GB2312", "GBK", "GB18030", "UTF-8"):
        assert read(body_of(charset, out_trade_no=number.encode(charset))).trade.merchant_order_no == number


@pytest.mark.parametrize("name", ["total_amount", "trade_status", "gmt_payment", "refund_fee"])
def test_what_is_read_must_be_text(name: str) -> None:
    with pytest.raises(Malformed):
        read(body_of("GBK", **{name: b"\x80"}))


def test_a_changed_byte_that_reads_as_nothing_is_seen() -> None:
    with pytest.raises(Untrusted):
        read(body_of("GBK", subject=b"\x80").replace(b"%80", b"%FF"))


def test_an_unknown_charset_is_malformed() -> None:
    with pytest.raises(Malformed, match="charset"):
        read(body_of("utf-7"))
