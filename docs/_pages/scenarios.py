"""The page of the 36 faults of money: what must be so in the end, and the tests by whose name it is so."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from docs._pages.markdown import code, document, table

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"^def (test_(\d\d)_\w+)", re.MULTILINE)

INTRODUCTION = (
    "Whatever fails on the way of money, and in whatever order: this is how it ends. The number of a scenario stands "
    "in the name of each of its tests. `make scenarios` plays all of them on SQLite, on PostgreSQL, and on PostgreSQL "
    "with four processes that share the work; `make test` leaves out of the third what is no race."
)

SCENARIOS = (
    ("Double tap, same key", "One order, same reply"),
    ("Same key, other amount", "409, nothing changed"),
    ("Two phones pay one bill of the hospital", "One settles; the other is fully refunded"),
    ("Creating an order times out, not executed", "The same number is used again; no orphan"),
    ("Creating an order times out, executed", "The same trade is adopted"),
    ("The same notice 20 times on 4 processes", "One posting, one call to the hospital, 20 times `success`"),
    ("No notice ever", "Settled by asking within 60 s while the page is open, within 5 min behind it"),
    ("A notice before the reply to the order", "Settled once; the late reply changes nothing"),
    ("Bad signature, app id, seller, amount or order", "No change, a security event, no `success`"),
    ("A valid notice again days later", "No effect"),
    ("Paid news that carries a refund", "News of a refund; not settled a second time"),
    ("Closed news that carries a refund", "Refunded, not unpaid"),
    ("Finished at first sight", "Paid; its refunds go to a person"),
    ("Expiry races the payment", "The wallet is closed first; its answer paid settles"),
    ("Payment after closing", "Late: refunded in full, the patient told, the hospital untouched"),
    ("Late payment, the place given to somebody else", "Refunded; the new holder keeps the place"),
    ("Booking times out, executed", "Asked for by our serial; one effect"),
    ("Booking times out, not executed", "Asked for, then told once more; one effect"),
    ("The hospital cannot be asked", "A person decides; nothing is told again blindly"),
    ("The hospital refuses", "The refund begins within 5 min with its reason"),
    ("The hospital is down for 2 h", "Bookings wait; made within 10 min of its return, none twice"),
    ("The hospital books another sum", "Not settled; refunded; an alarm"),
    ("The reply to a refund is lost", "The same request number; one refund"),
    ("A refund without a change of funds", "Asked for until it is firm"),
    ("Two cashiers exceed the ceiling", "One wins in the database; the other is told that it is too much"),
    ("Refunds too close together, or one part too many", "Spaced by the queue; the limit is explained"),
    ("The time for refunds is over", "Paid out by hand, by two people, on a form"),
    ("A large refund", "Somebody else approves it, and proves who they are"),
    ("The merchant's balance is short", "Tried again later; the patient sees a refund under way"),
    ("A trade that only the bill knows (长款)", "Asked for, then settled or refunded"),
    ("A trade that only the ledger knows (短款)", "Held one day, asked for, then a difference with an owner"),
    ("An entry that only the hospital has, or 1 fen apart", "A typed difference with owner and age"),
    ("A bill late, cut off, empty, twice, of the wrong day", "Not reconciled; run again with the same result"),
    ("Paid at 23:59:59, noticed at 00:00:05", "The wallet's day counts; what is only late clears by itself"),
    ("Killed between any two statements", "The invariants hold after the restart"),
    ("A clock wrong by 10 min, the database gone in the middle", "No duplicate; the database's time ends an order"),
)
"""What fails, and how it must end: number 1 first (reliability reference, section 1)."""


def named_tests() -> dict[int, list[str]]:
    """The tests of each scenario as pytest names them, by the scenario's number."""
    named: defaultdict[int, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, number in NAMED.findall(file.read_text(encoding="utf-8")):
            named[int(number)].append(f"{file.relative_to(ROOT).as_posix()}::{name}")
    return named


def page() -> str:
    """One row for each scenario."""
    by_number = named_tests()
    rows = [
        (str(number), fault, end, "<br>".join(code(test) for test in by_number[number]))
        for number, (fault, end) in enumerate(SCENARIOS, 1)
    ]
    return document("Scenarios of money", INTRODUCTION, table(("", "What fails", "How it ends", "Tests"), rows))
