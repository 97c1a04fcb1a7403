"""WeChat's fund bill of one day (资金账单): a table of UTF-8 text -> what moved the merchant's balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta, timezone
from types import MappingProxyType
from typing import IO

from adapters.errors import Malformed
from adapters.funds import FundEntry
from adapters.money import fen_from_yuan
from adapters.values import Fen
from adapters.wechat.bill import instant
from adapters.wechat.bill_table import BillTable, Row, required

_ZONE = timezone(timedelta(hours=8), "GMT+8")
_FIRST_TOTAL = "资金流水总笔数"
_SIGNS = MappingProxyType({"收入": 1, "支出": -1})


def entries(file: IO[bytes], *, day: date, sha1: str = "", is_packed: bool = False) -> Iterator[FundEntry]:
    """The lines of a day's fund bill, one by one, in its order; `sha1` and `is_packed` as of the trade bill.

    Malformed for another day, a damaged file, or totals that are not those of the rows; what was given before that
    counts only when the iterator ends. The bill names no merchant: only its digest says whose it is.
    """
    table = BillTable(file, totals=_FIRST_TOTAL, sha1=sha1, is_packed=is_packed)
    sums: Counter[str] = Counter({"收入笔数": 0, "支出笔数": 0, "收入金额": 0, "支出金额": 0})
    for row in table.rows():
        entry = entry_of(row)
        if entry.occurred_at.astimezone(_ZONE).date() != day:
            raise Malformed("the bill's day is not the expected one")
        way = row["收支类型"]
        sums[f"{way}笔数"] += 1
        sums[f"{way}金额"] += abs(entry.amount_fen)
        yield entry
    counted = {"资金流水总笔数": table.count, "收入笔数": sums["收入笔数"], "支出笔数": sums["支出笔数"]}
    is_whole = all(required(table.totals, name) == str(count) for name, count in counted.items())
    moved = all(fen_from_yuan(required(table.totals, name)) == sums[name] for name in ("收入金额", "支出金额"))
    if not (is_whole and moved):
        raise Malformed("the bill's totals are not those of its rows")


def entry_of(row: Row) -> FundEntry:
    """One row by column name."""
    sign = _SIGNS.get(required(row, "收支类型"))
    if sign is None:
        raise Malformed("the bill holds an unknown kind of entry")
    return FundEntry(
        flow_no=required(row, "资金流水单号"),
        provider_no=required(row, "微信支付业务单号"),
        kind=required(row, "业务类型"),
        amount_fen=Fen(sign * fen_from_yuan(required(row, "收支金额(元)", "收支金额（元）"))),
        balance_fen=fen_from_yuan(required(row, "账户结余(元)", "账户结余（元）")),
        occurred_at=instant(required(row, "记账时间")),
        voucher_no=row.get("业务凭证号", ""),
    )
