"""Alipay's bill of one day's trades (业务明细) -> bill entries (wallet reference 1.5, bill)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import IO

from adapters.alipay.bill_table import Layout, Row, cell, rows
from adapters.alipay.mapping import instant
from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import BillEntry, EntryKind, Fen

_KINDS = MappingProxyType({"交易": EntryKind.PAYMENT, "退款": EntryKind.REFUND})
_REFUND_NO = "退款批次号/请求号"
_IDS = ("支付宝交易号", "商户订单号", "业务类型", "完成时间", "门店编号", "操作员", "终端号", _REFUND_NO)
_LAYOUT = Layout(
    read=frozenset({*_IDS, "订单金额（元）", "商家实收（元）", "服务费（元）"}),
    at="完成时间",
    end_mark="业务明细列表结束",
    total=re.compile(r"#(交易|退款)合计：(\d+)笔(?:，商家实收共([-\d.]+)元)?"),
    counted=lambda row: row.get("业务类型", ""),
    moved=lambda row: fen_from_yuan(cell(row, "商家实收（元）")),
)


def entries(archive: IO[bytes], *, day: date, seller_id: str) -> Iterator[BillEntry]:
    """The entries of the archive's detail files, one by one; as `bill_table.rows` in all else."""
    return map(entry_of, rows(archive, _LAYOUT, day=day, seller_id=seller_id))


def entry_of(row: Row) -> BillEntry:
    """One row by column name; Alipay writes refunds and charged fees as negative sums."""
    kind = _KINDS.get(cell(row, "业务类型"))
    if kind is None:
        raise Malformed("the bill holds an unknown kind of entry")
    return BillEntry(
        kind=kind,
        merchant_order_no=cell(row, "商户订单号"),
        provider_trade_no=cell(row, "支付宝交易号"),
        amount_fen=_moved(row, "订单金额（元）", kind),
        receipt_fen=_moved(row, "商家实收（元）", kind),
        fee_fen=Fen(-fen_from_yuan(cell(row, "服务费（元）"))),
        occurred_at=instant(cell(row, "完成时间")),
        refund_no=_number(row) if kind is EntryKind.REFUND else "",
        shop_no=row.get("门店编号", ""),
        terminal_no=row.get("终端号", ""),
        cashier_no=row.get("操作员", ""),
    )


def _number(row: Row) -> str:
    """A refund's own number, which one of another till may lack."""
    if _REFUND_NO not in row:
        raise Malformed(f"the bill lacks {_REFUND_NO}")
    return row[_REFUND_NO]


def _moved(row: Row, column: str, kind: EntryKind) -> Fen:
    """What a row moves, as a positive sum."""
    amount = fen_from_yuan(cell(row, column))
    if amount < 0 and kind is EntryKind.PAYMENT:
        raise Malformed("the bill holds a payment of less than nothing")
    return Fen(abs(amount))
