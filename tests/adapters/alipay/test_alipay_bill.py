from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.alipay import bill, bill_table
from adapters.errors import Malformed
from adapters.values import BillEntry, EntryKind, Fen
from hospital_bridge.sandbox.alipay import bill as alipays_bill
from hospital_bridge.sandbox.alipay.accounts import App, WalletUser
from hospital_bridge.sandbox.alipay.certificates import new_key
from hospital_bridge.sandbox.alipay.trade import Refund, Trade, TradeContent, TradeStatus

DAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 21, 16, tzinfo=UTC)
KEY = new_key()
APP = App("2021000000000001", "2088000000000001", "医院", KEY.public_key(), KEY)
USER = WalletUser("2088000000000002", "", "", "", "10000000001")

amounts = st.integers(min_value=1, max_value=10_000_000)
moments = st.integers(min_value=0, max_value=86_399).map(lambda seconds: MIDNIGHT + timedelta(seconds=seconds))
titles = st.text(st.sampled_from('挂号费,"\r\n#\t A业务明细列表结束'), min_size=1, max_size=20)


@st.composite
def trades(draw: st.DrawFn) -> list[Trade]:
    """A day's trades: paid on the day or the day before, refunded on the day in parts or not."""
    made = []
    for number in range(draw(st.integers(min_value=0, max_value=6))):
        at = draw(moments) - timedelta(days=draw(st.booleans()))
        trade = Trade(
            APP.app_id,
            draw(st.sampled_from([APP.seller_id, "2088000000000009"])),
            f"2026112222001{number:015d}",
            f"N{number}",
            TradeContent(draw(amounts), draw(titles), USER),
            at,
            buyer=USER,
            status=TradeStatus.TRADE_SUCCESS,
            paid_at=at,
        )
        for order in range(draw(st.integers(min_value=0, max_value=min(2, trade.total_fen // 2)))):
            trade.refunds[f"R{order}"] = Refund(f"R{order}", 1, draw(moments))
        made.append(trade)
    return made


def packed(given_trades: list[Trade], day: date = DAY) -> bytes:
    return alipays_bill.archive(APP, given_trades, day=day, made_at=MIDNIGHT + timedelta(days=1))


def read(archive: bytes, day: date = DAY, seller_id: str = APP.seller_id) -> list[BillEntry]:
    return list(bill.entries(io.BytesIO(archive), day=day, seller_id=seller_id))


def movements(given_trades: list[Trade]) -> list[tuple[EntryKind, str, Fen, datetime, str]]:
    """What the bill should say, worked out the naive way."""
    wanted = []
    for trade in given_trades:
        if trade.seller_id != APP.seller_id:
            continue
        if trade.paid_at is not None and trade.paid_at >= MIDNIGHT:
            wanted.append((EntryKind.PAYMENT, trade.out_trade_no, Fen(trade.total_fen), trade.paid_at, ""))
        wanted += [
            (EntryKind.REFUND, trade.out_trade_no, Fen(refund.amount_fen), refund.at, refund.request_no)
            for refund in trade.refunds.values()
        ]
    return sorted(wanted)


@settings(max_examples=60, deadline=None)
@given(trades())
def test_the_bill_says_what_moved(given_trades: list[Trade]) -> None:
    entries = read(packed(given_trades))
    told = [(e.kind, e.merchant_order_no, e.amount_fen, e.occurred_at, e.refund_no) for e in entries]
    assert sorted(told) == movements(given_trades)


@settings(max_examples=60, deadline=None)
@given(trades(), st.data())
def test_a_damaged_archive_is_told_or_harmless(given_trades: list[Trade], data: st.DataObject) -> None:
    archive = packed(given_trades)
    if data.draw(st.booleans()):
        damaged = archive[: data.draw(st.integers(min_value=0, max_value=len(archive) - 1))]
    else:
        place = data.draw(st.integers(min_value=0, max_value=len(archive) - 1))
        damaged = archive[:place] + bytes([archive[place] ^ data.draw(st.integers(1, 255))]) + archive[place + 1 :]
    try:
        entries = read(damaged)
    except Malformed:
        return
    assert entries == read(archive)


def test_an_offset_before_the_archive_is_told() -> None:
    archive = bytearray(zipped(("业务明细.csv", "")))
    archive[archive.index(b"PK\x05\x06") + 18] = 0x13  # where the directory begins (APPNOTE.TXT 4.3.16)
    with pytest.raises(Malformed):
        read(bytes(archive))


@pytest.fixture
def text() -> str:
    trade = Trade(APP.app_id, APP.seller_id, "T1", "N1", TradeContent(1250, "挂号费", USER), MIDNIGHT, buyer=USER)
    trade.paid_at = MIDNIGHT
    with zipfile.ZipFile(io.BytesIO(packed([trade])), metadata_encoding="gbk") as opened:
        return opened.read(opened.namelist()[0]).decode("gbk")


def zipped(*files: tuple[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for name, content in files:
            opened.writestr(name, content.encode("gbk"))
    return target.getvalue()


def test_columns_are_found_by_name_wherever_they_stand(text: str) -> None:
    rows = [row.split(",") for row in text.split("\r\n")]
    turned = "\r\n".join(",".join(reversed(row)) if len(row) > 1 else row[0] for row in rows)
    assert read(zipped(("明细.csv", turned))) == read(zipped(("明细.csv", text)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#交易合计：1笔", "#交易合计：2笔"),
        ("业务明细列表结束", ""),
        ("#起始日期：[2026年11月22日", "#起始日期：[2026年11月21日"),
        ("#起始日期", "#终止日期"),
        ("#账号：[2088000000000001", "#账号：[2088000000000002"),
        ("#账号", "#户名"),
        ("订单金额（元）", "金额"),
        ("12.50", "12.505"),
        ("12.50", "1e2"),
        ("交易,", "转账,"),
        ("2026-11-22 00:00:00", "22.11.2026"),
        ("N1\t", "\t"),
        ("T1\t,", "T1\t,,"),
    ],
)
def test_33_a_bill_that_is_not_whole_or_not_ours_is_malformed(text: str, old: str, new: str) -> None:
    assert old in text
    with pytest.raises(Malformed):
        read(zipped(("明细.csv", text.replace(old, new))))


def test_33_a_bill_cut_after_any_line_is_malformed(text: str) -> None:
    lines = text.split("\r\n")
    end = next(index for index, line in enumerate(lines) if "业务明细列表结束" in line)
    for kept in range(end):
        with pytest.raises(Malformed):
            read(zipped(("明细.csv", "\r\n".join(lines[:kept]))))


def test_an_archive_without_detail_is_malformed(text: str) -> None:
    for files in ((), (("明细(汇总).csv", text),), (("readme.txt", text),)):
        with pytest.raises(Malformed):
            read(zipped(*files))


def test_a_bill_in_several_files_is_read_in_whole(text: str) -> None:
    assert len(read(zipped(("明细_1.csv", text), ("明细_2.csv", text)))) == 2


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(bill_table, "_MAX_UNPACKED_BYTES", 100)
    with pytest.raises(Malformed, match="too large"):
        read(zipped(("明细.csv", text)))
