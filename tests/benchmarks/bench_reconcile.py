"""A wallet bill of 10,000, 100,000 and 1,000,000 lines reconciled three ways, each in a process of its own.

Bill, ledger and the fulfilling side's list are there before the clock starts; one line in a thousand differs in one of
the books. The bare bound reads the same archive with `csv` and sums its amounts, and has the database sum the ledger.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, insert, select

from adapters.alipay import bill
from adapters.ports import WalletPayments
from adapters.values import BillEntry, EntryKind, Fen, Trade, TradeStatus
from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.model import Account, Collection, Fulfilment, Move
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.sandbox.alipay.bill import COLUMNS
from hospital_bridge.slot import FulfilMode, Sale, SaleEntry
from hospital_bridge.store.engine import enter, make_engine
from hospital_bridge.store.ledger import LEDGER
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.unit_of_work import Store
from tests.benchmarks.databases import DATABASES
from tests.benchmarks.process_figures import highest_mib, resident_mib

Row = dict[str, object]

SIZES = (10_000, 100_000, 1_000_000)
OPERATOR, ACCOUNT, SELLER_ID = "bench", "alipay", "2088000000000001"
DAY = date(2026, 11, 23)
PAID_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
STRIDE = 7_368_787
"""A prime: steps of this size visit every line once, so that no book is in another's order."""
PER_DIFFERENCE = 1000
AT_ONCE = 10_000


def run() -> list[Row]:
    """Seconds, their ratio to the bare bound of the same size, and the highest memory of the process."""
    return [row for database in DATABASES for size in SIZES for row in _measured(database, size)]


def _measured(database: str, size: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, DATABASES[database]() as engine:
        archive = Path(folder, "bill.zip")
        _write_bill(archive, size)
        _fill(engine, size)
        address = engine.url.render_as_string(hide_password=False)
        told = subprocess.run(  # what fills the books must not count as memory of who reads them
            [sys.executable, "-m", "tests.benchmarks.bench_reconcile", address, str(archive), str(size)],
            capture_output=True,
            check=True,
            text=True,
        )
    found, name = json.loads(told.stdout), f"{database}: {size:,} lines"
    bare, against = found["bare_seconds"], "csv and sum alone"
    ratio = round(found["seconds"] / bare, 1)
    yield {"name": name, "value": round(found["seconds"], 2), "unit": "s", "ratio": ratio, "against": against}
    yield {"name": f"{name}: processor", "value": round(found["processor"], 2), "unit": "s"}
    yield {"name": f"{name}: a line", "value": round(found["seconds"] / size * 1e6, 1), "unit": "µs"}
    yield {"name": f"{name}: memory at most", "value": round(found["peak_mib"]), "unit": "MiB"}
    yield {"name": f"{name}: of it before", "value": round(found["before_mib"]), "unit": "MiB"}


# --- the books ---


def _number(place: int) -> str:
    return f"{place:032x}"


def _fen(place: int) -> int:
    return 100 + place % 9_000


def _is_different(place: int, which: int) -> bool:
    return place % PER_DIFFERENCE == which


def _write_bill(archive: Path, size: int) -> None:
    """Alipay's archive, one line after the other; its ids end in a TAB as the wallet's do."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target, target.open("业务明细.csv", "w") as packed:
        text = io.TextIOWrapper(packed, "gbk", newline="")
        text.write(
            f"#支付宝业务明细查询\r\n#账号：[{SELLER_ID}0156]\r\n"
            f"#起始日期：[2026年11月23日 00:00:00]   终止日期：[2026年11月24日 00:00:00]\r\n{COLUMNS}\r\n"
        )
        zeros = "0.00,0.00,0.00,0.00,0.00,,0.00,0.00"
        for step in range(size):
            place = step * STRIDE % size
            at = f"2026-11-23 {place % 24:02d}:{place % 60:02d}:{place % 59:02d}"
            yuan = f"{_fen(place) / 100:.2f}"
            number = _number(place) if not _is_different(place, 1) else f"till-{place}"
            text.write(
                f"20261123{place:020d}\t,{number}\t,交易,门诊缴费,{at},{at},S01,门诊楼,C07,T{place % 40},100****01,"
                f"{yuan},{yuan},{zeros},\t,-0.06,0.00,\r\n"
            )
        text.write("#-业务明细列表结束-\r\n")
        text.flush()


def _fill(engine: Engine, size: int) -> None:
    store = Store(engine, None, RandomIds(SystemClock()))
    with store.begin(OPERATOR) as work:
        work.operators.register("Bench")
    for start in range(0, size, AT_ONCE):
        places = range(start, min(start + AT_ONCE, size))
        with engine.begin() as connection:
            enter(connection, OPERATOR)
            connection.execute(insert(PAYMENT), [payment_row(place) for place in places])
            connection.execute(insert(LEDGER), [posting_row(place) for place in places])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def payment_row(place: int) -> dict[str, object]:
    sums = dict.fromkeys(("amount_fen", "payer_paid_fen", "receipt_fen", "collected_fen", "posted_fen"), _fen(place))
    nothing = dict.fromkeys(("fee_fen", "refund_reserved_fen", "refunded_fen"), 0)
    empty = dict.fromkeys(("pay_url", "refund_wanted", "reason", "receipt_no", "control_id", "provider_trade_no"), "")
    who = {"sale_kind": "registration", "sale_ref": str(place), "subject_id": "s", "wallet_user_id": "w"}
    when = dict.fromkeys(("created_at", "expires_at", "collected_at", "fulfilled_at"), PAID_AT)
    states = {"collection": Collection.COLLECTED, "fulfilment": Fulfilment.FULFILLED, "late": False, "version": 1}
    ids = {"operator_id": OPERATOR, "payment_id": _number(place), "merchant_order_no": _number(place)}
    return {**ids, **sums, **nothing, **empty, **who, **when, **states, "wallet_account": ACCOUNT}


def posting_row(place: int) -> dict[str, object]:
    number = _number(place)
    return {
        "operator_id": OPERATOR,
        "posting_id": number,
        "source_key": f"collect:{number}",
        "move": Move.COLLECT,
        "debit_account": Account.WALLET_CLEARING,
        "credit_account": Account.UNAPPLIED,
        "amount_fen": _fen(place),
        "business_date": DAY,
        "posted_at": PAID_AT,
        "payment_id": number,
        "refund_no": "",
    }


def _listed(size: int) -> Iterator[SaleEntry]:
    for step in range(size):
        place = step * STRIDE % size
        if not _is_different(place, 2):
            amount = Fen(_fen(place) + _is_different(place, 3))
            yield SaleEntry(_number(place), EntryKind.PAYMENT, amount, PAID_AT)


# --- the process that reconciles ---


@dataclass(frozen=True)
class _OneBill:
    """As much of a wallet as a reconciliation asks."""

    archive: Path

    def download_bill(self, day: date) -> Iterator[BillEntry]:
        return bill.entries(self.archive.open("rb"), day=day, seller_id=SELLER_ID)

    def query(self, order_no: str) -> Trade:
        return Trade(order_no, TradeStatus.PAID, amount_fen=Fen(_fen(int(order_no, 16))))


def _reconcile(address: str, archive: Path, size: int) -> dict[str, float]:
    engine = make_engine(address)
    store = Store(engine, None, RandomIds(SystemClock()))
    never = cast("Callable[..., Any]", None)
    sale = Sale(
        "registration", "fee", FulfilMode.MANUAL, never, None, never, None, never, lambda _scope, _day: _listed(size)
    )
    wallets = {ACCOUNT: cast("WalletPayments", _OneBill(archive))}
    counters = {"registration": Counter(sale, cast("Any", None), never)}
    context = MoneyContext(OPERATOR, store, ZoneInfo("Asia/Shanghai"), wallets, counters)
    before, started, busy = resident_mib(os.getpid()), time.perf_counter(), time.process_time()
    result = reconcile_day(context, ACCOUNT, DAY)
    seconds, processor, peak = time.perf_counter() - started, time.process_time() - busy, highest_mib(os.getpid())
    if result.reason or result.matched != size - size // PER_DIFFERENCE:
        raise RuntimeError(f"not the expected result: {result}")
    figures = {"seconds": seconds, "processor": processor, "before_mib": before, "peak_mib": peak}
    return figures | {"bare_seconds": _bare(engine, archive)}


def _bare(engine: Engine, archive: Path) -> float:
    started = time.perf_counter()
    with zipfile.ZipFile(archive) as opened, opened.open("业务明细.csv") as packed:
        rows = csv.reader(io.TextIOWrapper(packed, "gbk", newline=""))
        sum(float(row[11]) for row in rows if len(row) > 11 and row[11][:1].isdigit())
    with engine.begin() as connection:
        enter(connection, OPERATOR)
        connection.execute(select(func.sum(LEDGER.c.amount_fen))).scalar_one()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_reconcile(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
