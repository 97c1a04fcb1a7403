"""A bill of 20,000 lines of which 12,000 are other tills': from the archive to what finance reads of it.

The chain is reading, comparing, keeping, the list of open differences, the statement, and one person's word for all of
them. Once the strangers are given to a till by a rule, once nobody knows them.
"""

from __future__ import annotations

import re
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from adapters.alipay import bill
from adapters.ports import WalletPayments
from adapters.values import EntryKind, Fen
from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.model import Account, Move
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.sandbox.alipay.bill import COLUMNS
from hospital_bridge.settings import BillChannel
from hospital_bridge.slot import FulfilMode, Sale, SaleEntry
from hospital_bridge.store.ledger import LEDGER
from hospital_bridge.store.payments import PAYMENT
from hospital_bridge.store.reconciliation import Reconciliation
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.finance_reads import DifferenceRow, Explanation
from tests.benchmarks.bench_reconcile import ACCOUNT, DAY, PAID_AT, SELLER_ID, payment_row, posting_row
from tests.benchmarks.databases import DATABASES
from tests.payment.test_bills_in_bad_shape import alipays_span

OURS, STRANGERS = 8_000, 12_000
KIOSK = BillChannel(wallet=ACCOUNT, name="kiosk", patterns={"order_no": re.compile(r"till-\d+")})


@dataclass(frozen=True)
class Played:
    """What the chain gave: the run, the open differences as finance sees them before and after, the statement."""

    run: Reconciliation
    open: Sequence[DifferenceRow]
    told: Sequence[dict[str, Any]]
    channels: dict[str, int]
    left: Sequence[DifferenceRow]


@dataclass(frozen=True)
class _OneBill:
    archive: Path

    def download_bill(self, _: object) -> Iterator[Any]:
        return bill.entries(self.archive.open("rb"), day=DAY, seller_id=SELLER_ID)


def play(store: Store, operator_id: str, folder: Path, counts: tuple[int, int], rules: Sequence[BillChannel]) -> Played:
    """Reconcile the books of so many lines of ours and of strangers, and look at the result as finance does."""
    ours, strangers = counts
    _write_bill(folder / "bill.zip", ours, strangers)
    context = _context(store, operator_id, folder / "bill.zip", ours, rules)
    desk = FinanceDesk(lambda _: context)
    run = reconcile_day(context, ACCOUNT, DAY)
    seen = desk.differences(operator_id)
    [account] = desk.statement(operator_id, DAY).content["accounts"]
    for row in seen:
        desk.explain(operator_id, row.key, Explanation.ANOTHER_TILL, by="bench")
    channels = {one["channel"]: one["payments"] for one in account["channels"]}
    return Played(run, seen, account["differences"], channels, desk.differences(operator_id))


def fill(store: Store, operator_id: str, ours: int) -> None:
    """Payments of ours and their postings."""
    with store.begin(operator_id) as work:
        for table, row in ((PAYMENT, payment_row), (LEDGER, posting_row), (LEDGER, _fulfilled_row)):
            rows = [{**row(place), "operator_id": operator_id} for place in range(1, ours + 1)]
            work.connection.execute(insert(table), rows)


def _fulfilled_row(place: int) -> dict[str, object]:
    collected = posting_row(place)
    number = str(collected["payment_id"])
    accounts = {"debit_account": Account.UNAPPLIED, "credit_account": Account.HOSPITAL}
    ids = {"posting_id": f"f{number[1:]}", "source_key": f"fulfil:{number}", "move": Move.FULFIL}
    return {**collected, **ids, **accounts}


def run() -> list[dict[str, object]]:
    """Seconds of the whole chain, with a rule and without."""
    return [row for database in DATABASES for row in _measured(database)]


def _measured(database: str) -> Iterator[dict[str, object]]:
    for name, rules in (("given to a till by a rule", [KIOSK]), ("nobody's", [])):
        with tempfile.TemporaryDirectory() as folder, DATABASES[database]() as engine:
            store = Store(engine, None, RandomIds(SystemClock()))
            with store.begin("bench") as work:
                work.operators.register("Bench")
            fill(store, "bench", OURS)
            started = time.perf_counter()
            played = play(store, "bench", Path(folder), (OURS, STRANGERS), rules)
            seconds = time.perf_counter() - started
        if played.run.matched != OURS or len(played.open) > 1 or played.left:
            raise RuntimeError(f"not the expected result: {played}")
        yield {"name": f"{database}: {STRANGERS:,} strangers, {name}", "value": round(seconds, 2), "unit": "s"}


def _context(store: Store, operator_id: str, archive: Path, ours: int, rules: Sequence[BillChannel]) -> MoneyContext:
    never = cast("Any", None)
    sale = Sale("registration", "fee", FulfilMode.MANUAL, never, None, never, None, never, None)
    listed = [SaleEntry(f"{place:032x}", EntryKind.PAYMENT, _fen(place), PAID_AT) for place in range(1, ours + 1)]
    counters = {"registration": Counter(replace(sale, entries=lambda *_: listed), never, never)}
    wallets = {ACCOUNT: cast("WalletPayments", _OneBill(archive))}
    zone = ZoneInfo("Asia/Shanghai")
    return MoneyContext(operator_id, store, zone, wallets, counters, bill_channels=tuple(rules))


def _fen(place: int) -> Fen:
    return Fen(int(cast("int", payment_row(place)["amount_fen"])))


def _write_bill(archive: Path, ours: int, strangers: int) -> None:
    numbers = [f"{place:032x}" for place in range(1, ours + 1)]
    numbers += [f"till-{place}" for place in range(ours + 1, ours + strangers + 1)]
    zeros = "0.00,0.00,0.00,0.00,0.00,,0.00,0.00"
    rows = "".join(
        f"T{place}\t,{number}\t,交易,门诊缴费,{DAY} 10:00:00,{DAY} 10:00:00,,,,,,{_fen(place) / 100:.2f},"
        f"{_fen(place) / 100:.2f},{zeros},\t,0.00,0.00,\r\n"
        for place, number in enumerate(numbers, 1)
    )
    head = f"#账号：[{SELLER_ID}0156]\r\n{alipays_span(DAY)}\r\n{COLUMNS}\r\n"
    end = f"#---业务明细列表结束---\r\n#交易合计：{len(numbers)}笔\r\n"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("业务明细.csv", (head + rows + end).encode("gbk"))
