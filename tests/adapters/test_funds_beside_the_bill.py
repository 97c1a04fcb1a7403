"""A wallet's account log beside its trade bill: the same money per trade, and what else moved the balance."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from adapters.alipay import account_log, bill
from adapters.funds import BesideBill, FundEntry, beside_bill
from adapters.values import BillEntry, Fen

FOLDER = Path(__file__).parents[2] / "fixtures" / "alipay"
DAY, SELLER = date(2026, 11, 23), "2088000000000001"
FIRST, SECOND = "2026112322001000000000000001", "2026112322001000000000000002"


def packed(name: str, day: date) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        text = (FOLDER / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        target.writestr(f"{day}.csv", text.encode("gbk"))
    return archive


@pytest.fixture
def traded() -> list[BillEntry]:
    """Two trades, each refunded, of which the wallet keeps 8 and 30 fen."""
    return list(bill.entries(packed("bill__payments_and_refunds.csv", DAY), day=DAY, seller_id=SELLER))


@pytest.fixture
def logged() -> list[FundEntry]:
    """The log's own lines of those trades, made of one that was read, and its withdrawal and transfer."""
    day = date(2026, 11, 22)
    read = list(account_log.entries(packed("account_log__fees_and_a_withdrawal.csv", day), day=day, seller_id=SELLER))
    moved = {FIRST: (1250, -250, -8), SECOND: (5000, -5000, -30)}
    of_trades = [
        replace(read[0], provider_no=number, amount_fen=Fen(fen)) for number, sums in moved.items() for fen in sums
    ]
    return [*of_trades, *read[3:]]


def test_a_log_agrees_trade_by_trade_and_tells_what_else_moved(
    traded: list[BillEntry], logged: list[FundEntry]
) -> None:
    assert beside_bill(logged, traded) == BesideBill({}, {"提现": -90_000, "转账": 30})


def test_one_fen_of_a_trade_is_found_and_so_is_a_trade_that_the_log_lacks(
    traded: list[BillEntry], logged: list[FundEntry]
) -> None:
    wrong = [replace(logged[0], amount_fen=Fen(1249)), *logged[1:3], *logged[6:]]
    assert beside_bill(wrong, traded).differing == {FIRST: (992, 991), SECOND: (-30, 0)}
