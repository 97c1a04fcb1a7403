"""Alipay's bill of one day: a zip of GBK CSV files -> bill entries (wallet reference 1.5, bill).

Columns are found by header name, for their number varies by contract.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import IO

from adapters.alipay.mapping import instant
from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import BillEntry, EntryKind, Fen

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
_MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_ENCODING = "gb18030"  # a superset of GBK, for names that GBK lacks
_KINDS = MappingProxyType({"交易": EntryKind.PAYMENT, "退款": EntryKind.REFUND})
_IDS = ("支付宝交易号", "商户订单号", "业务类型", "完成时间", "门店编号", "操作员", "终端号", "退款批次号/请求号")
_READ = frozenset({*_IDS, "订单金额（元）", "商家实收（元）", "服务费（元）"})
_START = re.compile(r"起始日期：\[(\d{4})年(\d{2})月(\d{2})日 00:00:00\]")
_TOTAL = re.compile(r"#(交易|退款)合计：(\d+)笔")
_END_MARK = "业务明细列表结束"
# zipfile raises RuntimeError for an encrypted member, a kind of it for an unknown compression, ValueError for an offset
# that lies before the archive; UnicodeDecodeError is such a one too.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, csv.Error, EOFError, RuntimeError)

Row = Mapping[str, str]


def entries(archive: IO[bytes], *, day: date, seller_id: str) -> Iterator[BillEntry]:
    """The entries of the archive's detail files, one by one; the archive is closed at the end.

    Raises Malformed for another day or account, a damaged archive, or a list that ends early; what was
    given before that counts only when the iterator ends.
    """
    try:
        with archive, zipfile.ZipFile(archive, metadata_encoding="gbk") as opened:
            for name in _detail_files(opened):
                with opened.open(name) as packed, io.TextIOWrapper(packed, _ENCODING, newline="") as text:
                    yield from _Detail(day, seller_id).entries(text)
    except _UNREADABLE as error:
        raise Malformed(f"the bill cannot be read ({type(error).__name__})") from None


def _detail_files(opened: zipfile.ZipFile) -> list[str]:
    details = [each for each in opened.infolist() if each.filename.endswith(".csv") and "汇总" not in each.filename]
    if not details:
        raise Malformed("the bill holds no detail file")
    if sum(each.file_size for each in details) > _MAX_UNPACKED_BYTES:
        raise Malformed("the bill is too large once unpacked")
    if any(each.flag_bits & 1 for each in details):
        raise Malformed("the bill is encrypted")
    return [each.filename for each in details]


class _Detail:
    """One detail file, read line by line: head, column names, rows, end mark, totals."""

    def __init__(self, day: date, seller_id: str) -> None:
        self._day = day
        self._seller_id = seller_id
        self._width = 0
        self._places: list[tuple[str, int]] = []
        self._ended = False
        self._head: set[str] = set()
        self._counts: Counter[str] = Counter()

    def entries(self, lines: Iterator[str]) -> Iterator[BillEntry]:
        for cells in csv.reader(lines):
            first = cells[0] if cells else ""
            if first.startswith("#"):
                self._read_remark(",".join(cells))
            elif not self._width:
                self._width = len(cells)
                self._places = [(name.strip(), place) for place, name in enumerate(cells) if name.strip() in _READ]
            elif any(cell.strip() for cell in cells):
                yield self._read_row(cells)
        self._check_complete()

    def _read_remark(self, remark: str) -> None:
        self._ended = self._ended or _END_MARK in remark
        if remark.startswith("#账号："):
            self._require(self._seller_id in remark, "account")
        if start := _START.search(remark):
            self._require(date(*map(int, start.groups())) == self._day, "day")
        if total := _TOTAL.match(remark):
            self._require(self._counts[total.group(1)] == int(total.group(2)), f"number of entries ({total.group(1)})")

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001 - a named check
        if not holds:
            raise Malformed(f"the bill's {what} is not the expected one")
        self._head.add(what)

    def _read_row(self, cells: list[str]) -> BillEntry:
        if len(cells) != self._width or self._ended:
            raise Malformed("a row of the bill is not where or what its header says")
        row = {name: cells[place].strip() for name, place in self._places}
        self._counts[row.get("业务类型", "")] += 1
        return entry_of(row)

    def _check_complete(self) -> None:
        if not (self._ended and {"account", "day"} <= self._head):
            raise Malformed("the bill lacks its head or its end")


def entry_of(row: Row) -> BillEntry:
    """One row by column name; Alipay writes refunds and charged fees as negative sums."""
    kind = _KINDS.get(_cell(row, "业务类型"))
    if kind is None:
        raise Malformed("the bill holds an unknown kind of entry")
    return BillEntry(
        kind=kind,
        merchant_order_no=_cell(row, "商户订单号"),
        provider_trade_no=_cell(row, "支付宝交易号"),
        amount_fen=_moved(row, "订单金额（元）", kind),
        receipt_fen=_moved(row, "商家实收（元）", kind),
        fee_fen=Fen(-fen_from_yuan(_cell(row, "服务费（元）"))),
        occurred_at=instant(_cell(row, "完成时间")),
        refund_no=_cell(row, "退款批次号/请求号") if kind is EntryKind.REFUND else "",
        shop_no=row.get("门店编号", ""),
        terminal_no=row.get("终端号", ""),
        cashier_no=row.get("操作员", ""),
    )


def _cell(row: Row, column: str) -> str:
    if not row.get(column):
        raise Malformed(f"the bill lacks {column}")
    return row[column]


def _moved(row: Row, column: str, kind: EntryKind) -> Fen:
    """What a row moves, as a positive sum."""
    amount = fen_from_yuan(_cell(row, column))
    if amount < 0 and kind is EntryKind.PAYMENT:
        raise Malformed("the bill holds a payment of less than nothing")
    return Fen(abs(amount))
