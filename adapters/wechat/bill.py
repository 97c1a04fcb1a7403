"""WeChat's trade bill of one day (交易账单, ALL): a table of UTF-8 text -> bill entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import IO

from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import BillEntry, EntryKind, Fen
from adapters.wechat.bill_table import BillTable, Row, required

_ZONE = timezone(timedelta(hours=8), "GMT+8")
_FIRST_TOTAL = "总交易单数"
_KINDS = MappingProxyType({"SUCCESS": EntryKind.PAYMENT, "REFUND": EntryKind.REFUND, "REVOKED": EntryKind.REFUND})
_FAILED = "FAIL"
_REFUND_STATES = frozenset({"SUCCESS", "PROCESSING", _FAILED})
_NO_NUMBER = frozenset({"", "0"})


def entries(
    file: IO[bytes], *, day: date, merchant_no: str, sha1: str = "", is_packed: bool = False
) -> Iterator[BillEntry]:
    """The entries of a day's trade bill, one by one; refunds that failed move nothing and are left out.

    `sha1` is the digest that came with the link (of the unpacked text), `is_packed` says that the file is gzip.
    Malformed for another merchant or day, a damaged file, or totals that are not those of the rows; what was given
    before that counts only when the iterator ends.
    """
    table = BillTable(file, totals=_FIRST_TOTAL, sha1=sha1, is_packed=is_packed)
    paid = given_back = fees = 0
    for row in table.rows():
        if required(row, "商户号") != merchant_no:
            raise Malformed("the bill's account is not the expected one")
        entry = entry_of(row)
        if entry.occurred_at.astimezone(_ZONE).date() != day:
            raise Malformed("the bill's day is not the expected one")
        if entry.kind is EntryKind.PAYMENT:
            paid += entry.amount_fen
        else:
            given_back += entry.amount_fen
        fees += entry.fee_fen
        if row.get("退款状态") != _FAILED:
            yield entry
    _check(table, {"总交易单数": table.count})
    _check_sums(table, {"订单总金额": paid, "申请退款总金额": given_back, "手续费总金额": fees})


def entry_of(row: Row) -> BillEntry:
    """One row by column name; sums are positive in it whatever they move, a fee that is given back is negative."""
    kind = _KINDS.get(required(row, "交易状态"))
    if kind is None:
        raise Malformed("the bill holds an unknown kind of entry")
    is_payment = kind is EntryKind.PAYMENT
    if not is_payment and required(row, "退款状态") not in _REFUND_STATES:
        raise Malformed("the bill holds a refund of which it does not say what became of it")
    amount = _fen(row, "订单金额", "应结订单金额", "总金额") if is_payment else _fen(row, "申请退款金额", "退款金额")
    if amount < 0:
        raise Malformed("the bill holds a sum of less than nothing")
    return BillEntry(
        kind=kind,
        merchant_order_no=required(row, "商户订单号"),
        provider_trade_no=required(row, "微信订单号"),
        amount_fen=amount,
        receipt_fen=_fen(row, "应结订单金额", "总金额") if is_payment else _fen(row, "退款金额"),
        fee_fen=_fen(row, "手续费"),
        occurred_at=instant(required(row, "交易时间")),
        refund_no="" if is_payment else _number(row, "商户退款单号"),
        shop_no=_number(row, "特约商户号"),
        terminal_no=_number(row, "设备号"),
    )


def instant(text: str) -> datetime:
    """An instant that WeChat wrote into a bill, in UTC; Malformed otherwise."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        raise Malformed(f"not a time: {text[:30]!r}")
    return local.replace(tzinfo=_ZONE).astimezone(UTC)


def _fen(row: Row, *names: str) -> Fen:
    return fen_from_yuan(required(row, *names))


def _number(row: Row, name: str) -> str:
    """A number that a row may lack; WeChat writes 0 for none."""
    number = row.get(name, "")
    return "" if number in _NO_NUMBER else number


def _check(table: BillTable, counted: dict[str, int]) -> None:
    for name, count in counted.items():
        if required(table.totals, name) != str(count):
            raise Malformed(f"the bill's {name} is not that of its rows")


def _check_sums(table: BillTable, sums: dict[str, int]) -> None:
    """Older bills do without some of the sums; those that stand must hold."""
    for name, amount in sums.items():
        if name in table.totals and fen_from_yuan(table.totals[name]) != amount:
            raise Malformed(f"the bill's {name} is not that of its rows")
