"""A bill may be longer than memory: it is read line by line, and what is held of it has a bound."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adapters.alipay import bill as alipay_bill
from adapters.values import BillEntry
from adapters.wechat import bill as wechat_bill
from hospital_bridge.payment.reconcile.books import each_once
from hospital_bridge.payment.reconcile.sorted_rows import SortedRows
from hospital_bridge.sandbox.alipay.bill import COLUMNS
from tests.payment.test_bills_in_bad_shape import MERCHANT, SELLER, WECHAT_COLUMNS, WECHAT_TOTALS, alipays_span

DAY = date(2026, 11, 23)
MIB = 1024 * 1024
BYTES = int(os.environ.get("HB_LONG_BILL_MIB", "40")) * MIB
"""1000 for a bill of 1 GB; its lines are wide, so that it is long without taking long."""
WIDE = "挂号费" * 2000
MOST = 12 * MIB


class Written(io.RawIOBase):
    """A file that is made up while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._left = parts, b""
        self.length = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        given, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(given)] = given
        self.length += len(given)
        return len(given)


def alipays() -> Iterator[bytes]:
    yield f"#账号：[{SELLER}0156]\r\n{alipays_span(DAY)}\r\n{COLUMNS}\r\n".encode("gbk")
    tail = f",{DAY} 10:00:00,{DAY} 10:00:00,,,,,,1.00,1.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,\t,0.00,0.00,\r\n"
    wide = f"{WIDE}{tail}".encode("gbk")
    count = BYTES // len(wide)
    yield from (f"T\t,{_number(place, count)}\t,交易,".encode("gbk") + wide for place in range(count))
    yield f"#---业务明细列表结束---\r\n#交易合计：{count}笔\r\n".encode("gbk")


def wechats() -> Iterator[bytes]:
    yield f"\ufeff{WECHAT_COLUMNS},商品名称\r\n".encode()
    wide = f",`SUCCESS,`1.00,`0,`0.00,`,`0.00,`1.00,`0.00,`{WIDE}\r\n".encode()
    count = BYTES // len(wide)
    head = f"`{DAY} 10:00:00,`{MERCHANT},`T,`"
    yield from (f"{head}{_number(place, count)}".encode() + wide for place in range(count))
    yield f"{WECHAT_TOTALS}\r\n`{count},`{count}.00,`0.00,`0.00,`0.00,`{count}.00,`0.00\r\n".encode()


def _number(place: int, count: int) -> str:
    """In another order than that of the bill."""
    return f"N{count - place:012d}"


def read_alipays(folder: Path) -> tuple[int, Iterator[BillEntry]]:
    archive, length = folder / "bill.zip", 0
    opened = zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with opened as target, target.open("业务明细.csv", "w", force_zip64=True) as packed:
        for part in alipays():
            length += packed.write(part)
    return length, alipay_bill.entries(archive.open("rb"), day=DAY, seller_id=SELLER)


def read_wechats(_: Path) -> tuple[int, Iterator[BillEntry]]:
    file = io.BufferedReader(Written(wechats()))
    return BYTES, wechat_bill.entries(file, day=DAY, merchant_no=MERCHANT)


@pytest.mark.parametrize("read", [read_alipays, read_wechats], ids=["alipay", "wechat"])
def test_33_a_bill_longer_than_what_memory_may_hold_is_put_in_order(tmp_path: Path, read: object) -> None:
    length, entries = read(tmp_path)  # type: ignore[operator]
    tracemalloc.start()
    try:
        with SortedRows(
            ((one.kind.value, one.merchant_order_no, one.merchant_order_no) for one in entries), run_rows=1000
        ) as held:
            last, count = "", 0
            for _, number, *_ in each_once((*row, 1) for row in held):
                assert str(number) > last
                last, count = str(number), count + 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (length > 0.9 * BYTES, count > BYTES // 30_000) == (True, True)
    assert peak < MOST, f"{peak / MIB:.1f} MiB for {length / MIB:.0f} MiB"
