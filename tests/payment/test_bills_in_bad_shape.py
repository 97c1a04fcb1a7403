"""Bad bills, each as the wallet would write it: the day stays unreconciled with its reason, and nothing moves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from adapters.alipay import bill as alipay_bill
from adapters.values import BillEntry
from adapters.wechat import bill as wechat_bill
from hospital_bridge.sandbox.alipay.bill import COLUMNS
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.reconciliation import Reconciliation, RunState
from tests.payment.test_reconciling import DAY, found, reconcile
from tests.payment.world import ACCOUNT, OPERATOR, World

SELLER, MERCHANT = "2088000000000001", "1900000001"
WECHAT_COLUMNS = (
    "交易时间,商户号,微信订单号,商户订单号,交易状态,应结订单金额,商户退款单号,退款金额,退款状态,手续费,订单金额,"
    "申请退款金额"
)
WECHAT_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"

Bill = Callable[[World, date], bytes]
Reader = Callable[[bytes, date], Iterator[BillEntry]]


def alipays(world: World, day: date) -> bytes:
    rows = "".join(
        f"T\t,{order_no}\t,交易,门诊缴费,{day} 10:00:00,{day} 10:00:00,,,,,,{_yuan(fen)},{_yuan(fen)}"
        f",0.00,0.00,0.00,0.00,0.00,,0.00,0.00,\t,0.00,0.00,\r\n"
        for order_no, fen in _paid(world)
    )
    return (
        f"#支付宝业务明细查询\r\n#账号：[{SELLER}0156]\r\n{alipays_span(day)}\r\n"
        f"#---业务明细列表---\r\n{COLUMNS}\r\n{rows}#---业务明细列表结束---\r\n#交易合计：{len(_paid(world))}笔\r\n"
    ).encode("gbk")


def alipays_span(day: date) -> str:
    return f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day + timedelta(days=1):%Y年%m月%d日} 00:00:00]"


def wechats(world: World, day: date) -> bytes:
    paid = _paid(world)
    rows = "".join(
        f"`{day} 10:00:00,`{MERCHANT},`T,`{order_no},`SUCCESS,`{_yuan(fen)},`0,`0.00,`,`0.00,`{_yuan(fen)},`0.00\r\n"
        for order_no, fen in paid
    )
    total = _yuan(sum(fen for _, fen in paid))
    totals = f"`{len(paid)},`{total},`0.00,`0.00,`0.00,`{total},`0.00\r\n"
    return f"\ufeff{WECHAT_COLUMNS}\r\n{rows}{WECHAT_TOTALS}\r\n{totals}".encode()


def read_alipays(text: bytes, day: date) -> Iterator[BillEntry]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("业务明细.csv", text)
    return alipay_bill.entries(packed, day=day, seller_id=SELLER)


def read_wechats(text: bytes, day: date) -> Iterator[BillEntry]:
    return wechat_bill.entries(io.BytesIO(text), day=day, merchant_no=MERCHANT)


DIALECTS: dict[str, tuple[Bill, Reader]] = {"alipay": (alipays, read_alipays), "wechat": (wechats, read_wechats)}


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def with_bill(world: World, dialect: str, text: bytes) -> Reconciliation:
    """The day's reconciliation where the wallet hands out this text."""
    read = DIALECTS[dialect][1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.wallet, "download_bill", partial(read, text))
        return reconcile(world)


def written(world: World, dialect: str, day: date = DAY) -> bytes:
    return DIALECTS[dialect][0](world, day)


def test_a_sound_bill_of_either_dialect_reconciles(world: World, dialect: str) -> None:
    world.fulfilled("A1")
    world.fulfilled("A2")
    run = with_bill(world, dialect, written(world, dialect))
    assert (run.state, run.matched, run.unexplained_fen) == (RunState.DONE, 2, 0)


def test_a_refund_without_a_number_holds_up_no_day_and_is_told_as_what_only_the_bill_knows(world: World) -> None:
    payment = world.fulfilled()
    text = written(world, "alipay")
    [paid] = _rows(text)
    back = paid.replace("交易,".encode("gbk"), "退款,".encode("gbk")).replace(b"12.50", b"-2.50")
    run = with_bill(world, "alipay", text.replace(paid, paid + back))
    assert (run.state, run.matched, run.wallet_fen, run.unexplained_fen) == (RunState.DONE, 1, 1000, 250)
    with world.store.read(OPERATOR) as work:
        [one] = work.differences.of(ACCOUNT, DAY)
    second = int(datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp())
    assert (one.finding, one.reference) == (Finding.WALLET_ONLY, f"{payment.merchant_order_no}@{second}")


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)


def _rows(text: bytes) -> list[bytes]:
    return [line for line in _lines(text) if b"10:00:00" in line]


def _put(text: bytes, old: str, new: str) -> bytes:
    """That word of either dialect, replaced."""
    found = [(old.encode(code), new.encode(code)) for code in ("gbk", "utf-8") if old.encode(code) in text]
    return text.replace(*found[0])


BAD: dict[str, Callable[[bytes], bytes]] = {
    "no byte at all": lambda _: b"",
    "cut in the middle": lambda text: text[: len(text) // 2],
    "cut in front of its totals": lambda text: b"".join(_lines(text)[:-2]),
    "one row short": lambda text: text.replace(_rows(text)[0], b""),
    "every row twice": lambda text: b"".join(line * (1 + (line in _rows(text))) for line in _lines(text)),
    "the whole file twice": lambda text: text + text,
    "another merchant's": lambda text: text.replace(SELLER.encode(), b"2" * 16).replace(MERCHANT.encode(), b"2" * 10),
    "another day's": lambda text: text.replace(b"2026-11-23", b"2026-11-22"),
    "an unknown layout": lambda _: "<html><body>系统繁忙</body></html>".encode(),
    "its sums under another name": lambda text: _put(text, "订单金额", "交易额"),
    "a row of an unknown kind": lambda text: text.replace("交易,".encode("gbk"), b"what,").replace(b"SUCCESS", b"WHAT"),
    "a fraction of a fen": lambda text: text.replace(b"12.50", b"12.505"),
    "a sum that is no number": lambda text: text.replace(b"12.50", b"NaN"),
    "noise": lambda text: bytes(byte ^ 0x5A for byte in text),
}


@pytest.mark.parametrize("shape", BAD)
def test_33_a_bill_in_bad_shape_is_not_believed_and_the_true_one_is(world: World, dialect: str, shape: str) -> None:
    world.fulfilled("A1")
    world.fulfilled("A2")
    true = written(world, dialect)
    bad = BAD[shape](true)
    assert bad != true
    before = world.balances()
    run = with_bill(world, dialect, bad)
    assert (run.state, run.matched, run.reason.partition(":")[0]) == (RunState.WAITING, 0, "Malformed"), run
    assert found(world) == []
    assert with_bill(world, dialect, true).unexplained_fen == 0
    again = with_bill(world, dialect, bad)
    with world.store.read(OPERATOR) as work:
        stands = work.reconciliations.find(ACCOUNT, DAY)
    assert again.state is RunState.WAITING
    assert stands is not None
    assert (stands.state, stands.matched, world.balances()) == (RunState.DONE, 2, before)


def test_33_an_empty_bill_of_a_day_with_money_is_not_believed_and_of_a_day_without_is(
    world: World, dialect: str
) -> None:
    empty = written(world, dialect)
    assert with_bill(world, dialect, empty).state is RunState.DONE
    world.fulfilled()
    run = with_bill(world, dialect, empty)
    assert (run.state, run.reason) == (RunState.WAITING, "Malformed: the bill is empty although money moved")


def _paid(world: World) -> list[tuple[str, int]]:
    return [(number, one.order.amount_fen) for number, one in world.wallet.orders.items() if one.paid_at]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
