"""WeChat's trade bill and fund bill, as documented: what they mean, and what is never believed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Malformed
from adapters.values import EntryKind
from adapters.wechat import bill, bill_table, fund_bill

FOLDER = Path(__file__).parents[3] / "fixtures" / "wechat"
DAY, MERCHANT = date(2026, 11, 23), "1900000001"
TRADES = FOLDER / "trade_bill__payments_refunds_and_tills.csv"
FUNDS = FOLDER / "fund_bill__day_of_income_and_withdrawal.csv"


def trades(raw: bytes, **given_too: Any) -> list[Any]:
    return list(bill.entries(io.BytesIO(raw), **{"day": DAY, "merchant_no": MERCHANT, **given_too}))


def funds(raw: bytes, **given_too: Any) -> list[Any]:
    return list(fund_bill.entries(io.BytesIO(raw), **{"day": DAY, **given_too}))


READERS: dict[Path, Callable[..., list[Any]]] = {TRADES: trades, FUNDS: funds}


@pytest.fixture(params=READERS, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_a_bill_means_what_stands_beside_it(document: Path) -> None:
    told = json.loads(json.dumps([asdict(one) for one in READERS[document](document.read_bytes())], default=str))
    assert told == json.loads(document.with_suffix(".expected.json").read_text(encoding="utf-8"))


def test_a_packed_bill_of_its_digest_is_the_same(document: Path) -> None:
    raw, read = document.read_bytes(), READERS[document]
    digest = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
    assert read(gzip.compress(raw), is_packed=True, sha1=digest) == read(raw)
    with pytest.raises(Malformed, match="digest"):
        read(raw, sha1=digest.replace(digest[0], "0" if digest[0] != "0" else "1"))


def test_columns_are_found_by_name_wherever_they_stand(document: Path) -> None:
    turned = []
    for line in document.read_text(encoding="utf-8-sig").splitlines():
        mark = "`" if line.startswith("`") else ""
        cells = line.removeprefix(mark).split(f",{mark}")
        is_total = len(cells) < 10
        turned.append(line if is_total else mark + f",{mark}".join(reversed(cells)))
    raw = "\r\n".join(turned).encode("utf-8-sig")
    assert READERS[document](raw) == READERS[document](document.read_bytes())


def test_a_bill_cut_after_any_line_or_doubled_is_not_believed(document: Path) -> None:
    lines = document.read_bytes().splitlines(keepends=True)
    for kept in (*range(len(lines)), 2 * len(lines)):
        with pytest.raises(Malformed):
            READERS[document](b"".join((lines * 2)[:kept]))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_bill_with_any_byte_changed_is_told_or_harmless_to_its_sums(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(sorted(READERS)))
    raw = bytearray(document.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        told = READERS[document](bytes(raw))
    except Malformed:
        return
    assert [one.amount_fen for one in told] == [one.amount_fen for one in READERS[document](document.read_bytes())]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`1900000001,", "`1900000002,"),
        ("`2026-11-23 08:30:41", "`2026-11-22 08:30:41"),
        ("`2026-11-23 08:30:41", "`2026-11-23T00:30:41Z"),
        ("`SUCCESS,`OTHERS", "`GUESSED,`OTHERS"),
        ("手续费,费率", "别的,费率"),
        ("`FAIL,", "`LOST,"),
        ("`12.50,`0.00,`\r\n", "`-12.50,`0.00,`\r\n"),
        ("`12.50,`0.00,`\r\n", "`12.505,`0.00,`\r\n"),
        ("`019e3c7a5b1070008000000000000001", "`"),
        ("总交易单数,", "别的单数,"),
        ("`5,`62.50", "`4,`62.50"),
        ("`62.50,`53.50\r\n", "`62.51,`53.50\r\n"),
        ("`0.08000", "`0.09000"),
    ],
)
def test_a_trade_bill_that_is_not_whole_or_not_ours_is_not_believed(old: str, new: str) -> None:
    text = TRADES.read_bytes().decode()
    assert old in text
    with pytest.raises(Malformed):
        trades(text.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [("`收入", "`不明"), ("`12.50,`112.50", "`12.51,`112.50"), ("`4,`1,", "`4,`2,"), ("-23 23:", "-24 23:")],
)
def test_a_fund_bill_that_is_not_whole_or_not_the_days_is_not_believed(old: str, new: str) -> None:
    text = FUNDS.read_bytes().decode()
    assert old in text
    with pytest.raises(Malformed):
        funds(text.replace(old, new).encode())


def test_a_line_break_inside_of_a_title_belongs_to_it() -> None:
    text = TRADES.read_bytes().decode().replace("自助机缴费,门诊楼", "自助机\r\n缴费")
    assert trades(text.encode()) == trades(TRADES.read_bytes())


def test_an_older_bill_without_order_amounts_is_read_by_what_it_has() -> None:
    lines = [line.split(",`") for line in TRADES.read_text(encoding="utf-8-sig").split("\n")[:2]]
    names = lines[0][0].split(",")
    left = [place for place, name in enumerate(names) if name not in {"订单金额", "申请退款金额", "费率备注"}]
    values = [",".join(names[place] for place in left), ",`".join(lines[1][place] for place in left)]
    totals = ["总交易单数,总交易额,手续费总金额", "`1,`12.50,`0.08"]
    [one] = trades("\n".join([*values, *totals]).encode())
    assert (one.kind, one.amount_fen, one.fee_fen) == (EntryKind.PAYMENT, 1250, 8)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill_table, "MAX_UNPACKED_BYTES", 300)
    with pytest.raises(Malformed, match="too large"):
        trades(gzip.compress(TRADES.read_bytes()), is_packed=True)
