"""Alipay's account log: what moved the balance beside trades, and what is never believed."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from adapters.alipay import account_log
from adapters.errors import Malformed
from adapters.funds import FundEntry

FIXTURE = Path(__file__).parents[3] / "fixtures" / "alipay" / "account_log__fees_and_a_withdrawal.csv"
DAY, SELLER = date(2026, 11, 22), "2088000000000001"
TEXT = FIXTURE.read_text(encoding="utf-8").replace("\n", "\r\n")


def read(text: str = TEXT, day: date = DAY, seller_id: str = SELLER) -> list[FundEntry]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("20880000000000010156_20261122_账务明细(汇总).csv", "not read")
        target.writestr("20880000000000010156_20261122_账务明细.csv", text.encode("gbk"))
    return list(account_log.entries(packed, day=day, seller_id=seller_id))


def test_the_log_means_what_stands_beside_it() -> None:
    told = json.loads(json.dumps([asdict(one) for one in read()], default=str))
    assert told == json.loads(FIXTURE.with_suffix(".expected.json").read_text(encoding="utf-8"))


def test_each_balance_is_the_one_before_with_what_moved() -> None:
    balance = 100_000
    for one in read():
        balance += one.amount_fen
        assert balance == one.balance_fen
    moved: Counter[str] = Counter()
    for one in read():
        moved[one.kind] += one.amount_fen
    assert moved == {"在线支付": 5000, "收费": -30, "交易退款": -5000, "提现": -90000, "转账": 30}


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    turned = TEXT.replace('"挂号费,退款"', "挂号费")
    rows = [row.split(",") for row in turned.split("\r\n")]
    backwards = "\r\n".join(row[0] if row[0].startswith("#") else ",".join(reversed(row)) for row in rows)
    assert read(backwards) == read()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("账务明细列表结束", ""),
        ("#支出合计：3笔", "#支出合计：4笔"),
        ("#收入合计：2笔", "#收入合计：1笔"),
        ("2026年11月22日 00", "2026年11月21日 00"),
        (SELLER, "2088000000000009"),
        ("收入金额（+元）", "收入"),
        ("支出金额（-元）", "支出"),
        ("账户余额（元）", "余额"),
        ("+50.00,0.00", "+50.00,-1.00"),
        ("+50.00,0.00", "0.00,0.00"),
        ("+50.00,0.00", "-50.00,0.00"),
        ("0.00,-0.30", "0.00,0.30"),
        ("-0.30", "-0.305"),
        ("70000000000002\t", "\t"),
        (",收费,", ",,"),
        ("2026-11-22 08:30:12", "today"),
    ],
)
def test_a_log_that_is_not_whole_or_not_ours_is_malformed(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(Malformed):
        read(TEXT.replace(old, new))


def test_a_log_cut_after_any_line_is_malformed() -> None:
    lines = TEXT.split("\r\n")
    for kept in range(next(place for place, line in enumerate(lines) if "列表结束" in line)):
        with pytest.raises(Malformed):
            read("\r\n".join(lines[:kept]))
