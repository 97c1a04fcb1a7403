"""One day's bill is one day's, and a cell that nobody reads may hold what it likes; one that is read may not."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from adapters.alipay import account_log, bill
from adapters.errors import Malformed
from adapters.values import BillEntry, EntryKind
from hospital_bridge.sandbox.alipay.bill import COLUMNS

DAY, SELLER = date(2026, 11, 22), "2088000000000001"
END = "终止日期：[2026年11月23日 00:00:00]"
HEAD = f"#账号：[{SELLER}0156]\r\n#起始日期：[2026年11月22日 00:00:00]   {END}\r\n{COLUMNS}\r\n"
TAIL = "#---业务明细列表结束---\r\n#交易合计：1笔，商家实收共12.50元\r\n#退款合计：1笔，商家实收共-2.50元\r\n"
ZEROS = "0.00,0.00,0.00,0.00,0.00,,0.00,0.00"
PAID = f"T1\t,N1\t,交易,挂号,2026-11-22 00:00:00,2026-11-22 23:59:59,S1,,C7,T12,,12.50,12.50,{ZEROS},\t,-0.08,0.00,\r\n"
BACK = f"T0\t,N0\t,退款,挂号,2026-11-01 09:00:00,2026-11-22 00:00:00,,,,,,-2.50,-2.50,{ZEROS},R1\t,0.00,0.00,\r\n"
TEXT = HEAD + PAID + BACK + TAIL


def read(text: str | bytes) -> list[BillEntry]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("业务明细.csv", text.encode("gbk") if isinstance(text, str) else text)
    return list(bill.entries(packed, day=DAY, seller_id=SELLER))


def damaged(text: str, before: str) -> bytes:
    """With the byte that cp936 has for the euro sign, and GB 18030 for nothing, in front of those words."""
    raw, found = text.encode("gbk"), before.encode("gbk")
    assert raw.count(found) == 1
    return raw.replace(found, b"\x80" + found)


def test_a_refund_of_an_earlier_order_is_of_the_day_on_which_it_was_made() -> None:
    paid, back = read(TEXT)
    assert (paid.kind, paid.occurred_at) == (EntryKind.PAYMENT, datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC))
    assert (back.kind, back.occurred_at) == (EntryKind.REFUND, datetime(2026, 11, 21, 16, tzinfo=UTC))


def test_a_day_may_end_with_its_last_second() -> None:
    assert read(TEXT.replace(END, "终止日期：[2026年11月22日 23:59:59]")) == read(TEXT)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("终止日期：[2026年12月22日 00:00:00]", "2026-11-22 to 2026-12-22"),
        ("终止日期：[2026年11月24日 00:00:00]", "2026-11-22 to 2026-11-24"),
        ("终止日期：[2026年11月23日 00:00:01]", "2026-11-22 to 2026-11-23"),
        ("终止日期：[2026年11月23日 23:59:59]", "2026-11-22 to 2026-11-23"),
        ("终止日期：[2026年11月22日 12:00:00]", "2026-11-22 to 2026-11-22"),
        ("终止日期：[2026年11月31日 00:00:00]", "cannot be read"),
        ("终止日期：[]", "lacks its head"),
        ("", "lacks its head"),
    ],
)
def test_a_bill_of_another_span_than_the_day_is_malformed(end: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(TEXT.replace(END, end))


def test_a_log_of_a_longer_span_than_the_day_is_malformed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("账务明细.csv", TEXT.replace(END, "终止日期：[2026年12月22日 00:00:00]").encode("gbk"))
    with pytest.raises(Malformed, match="2026-12-22"):
        list(account_log.entries(packed, day=DAY, seller_id=SELLER))


@pytest.mark.parametrize("at", ["2026-11-21 23:59:59", "2026-11-23 00:00:00", "2026-12-22 10:00:00"])
@pytest.mark.parametrize("of_day", ["2026-11-22 23:59:59", "2026-11-22 00:00:00,,"])
def test_a_row_of_another_day_is_malformed(of_day: str, at: str) -> None:
    assert TEXT.count(of_day) == 1
    with pytest.raises(Malformed, match="the bill's day is not the expected one"):
        read(TEXT.replace(of_day, at + of_day[19:]))


def test_a_refund_without_a_number_is_read_as_one() -> None:
    _, back = read(TEXT.replace("R1\t", "\t"))
    assert (back.kind, back.refund_no, back.amount_fen) == (EntryKind.REFUND, "", 250)


def test_a_bill_whose_refunds_have_no_column_for_their_number_is_malformed() -> None:
    with pytest.raises(Malformed, match="退款批次号"):
        read(TEXT.replace("退款批次号/请求号", "批次"))


@pytest.mark.parametrize("kind", ["交易,挂号", "退款,挂号"])
def test_what_cannot_be_decoded_where_nobody_reads_does_no_harm(kind: str) -> None:
    raw = TEXT.encode("gbk")
    assert read(raw.replace(kind.encode("gbk"), kind.encode("gbk") + b" 10\x80")) == read(TEXT)


@pytest.mark.parametrize(
    "place",
    [
        "T1\t",
        "N1\t",
        "交易,",
        "2026-11-22 23:59:59",
        "S1,",
        "C7,",
        "T12,",
        "12.50,12.50",
        "12.50,0.00",
        "R1\t",
        "-0.08",
        "起始日期",
        "终止日期",
        "支付宝交易号",
        "门店名称",
        "交易合计",
        "退款合计",
        "#---",
    ],
)
def test_what_cannot_be_decoded_where_it_is_read_is_malformed(place: str) -> None:
    with pytest.raises(Malformed, match=r"cannot be read|is not where"):
        read(damaged(TEXT, place))
