"""Alipay's log of one day of the merchant's account (账务明细, bill type `signcustomer`) -> fund entries.

Beside payments and refunds it tells what else moved the balance: the wallet's own charges, withdrawals, transfers.
The names of its columns are unverified: they are held against no log of Alipay's own. `adapters.funds.beside_bill`
compares numbers and sums alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import IO

from adapters.alipay.bill_table import Layout, Row, cell, rows
from adapters.alipay.mapping import instant
from adapters.errors import Malformed
from adapters.funds import FundEntry
from adapters.money import fen_from_yuan
from adapters.values import Fen

_IN, _OUT = "收入金额（+元）", "支出金额（-元）"
_IDS = ("账务流水号", "业务流水号", "商户订单号", "发生时间", "业务类型")


def entries(archive: IO[bytes], *, day: date, seller_id: str) -> Iterator[FundEntry]:
    """The lines of the log, one by one, in its order; as `bill_table.rows` in all else."""
    return map(entry_of, rows(archive, _LAYOUT, day=day, seller_id=seller_id))


def entry_of(row: Row) -> FundEntry:
    """One row by column name; exactly one of its two sums is not zero."""
    came, went = _sum(row, _IN), _sum(row, _OUT)
    if came < 0 or went > 0 or bool(came) == bool(went):
        raise Malformed("the log holds a line that does not say which way its money went")
    return FundEntry(
        flow_no=cell(row, "账务流水号"),
        provider_no=row.get("业务流水号", ""),
        kind=cell(row, "业务类型"),
        amount_fen=Fen(came + went),
        balance_fen=fen_from_yuan(cell(row, "账户余额（元）")),
        occurred_at=instant(cell(row, "发生时间")),
        voucher_no=row.get("商户订单号", ""),
    )


def _way(row: Row) -> str:
    return "收入" if _sum(row, _IN) else "支出"


def _sum(row: Row, column: str) -> Fen:
    if column not in row:
        raise Malformed(f"the log lacks {column}")
    return fen_from_yuan(row[column].removeprefix("+") or "0")


_LAYOUT = Layout(
    read=frozenset({*_IDS, _IN, _OUT, "账户余额（元）"}),
    at="发生时间",
    end_mark="账务明细列表结束",
    total=re.compile(r"#(收入|支出)合计：(\d+)笔(?:，共([-\d.]+)元)?"),
    counted=_way,
    moved=lambda row: _sum(row, _IN) + _sum(row, _OUT),
)
