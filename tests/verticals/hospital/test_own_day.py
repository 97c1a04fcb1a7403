"""The hospital closes its accounting day by its own clock: what is posted afterwards stands on the next one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.values import EntryKind, Fen, PatientRecord, Posting, PostingEntry, Sex
from hospital_bridge.verticals.hospital import postings

SATURDAY, SUNDAY = date(2026, 11, 28), date(2026, 11, 29)
AT_SIX = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
"""18:00 on Saturday in Shanghai."""


class Book:
    """The hospital's book, which tells of its own day only where `tells` has one."""

    def __init__(self, tells: date | None = None) -> None:
        self.tells = tells
        self.posted: list[Posting] = []

    def post(self, posting: Posting) -> PostingEntry:
        self.posted.append(posting)
        at = posting.occurred_at
        return PostingEntry(posting.serial, posting.kind, posting.amount_fen, "R1", at, accounting_day=self.tells)


def scope(book: Book, closes: time | None, now: datetime = AT_SIX) -> Any:
    ports = {"HisBilling": book}
    return SimpleNamespace(
        settings={"day_closes": closes},
        timezone=ZoneInfo("Asia/Shanghai"),
        now=lambda: now,
        port=ports.__getitem__,
        has_port=ports.__contains__,
    )


@pytest.mark.parametrize(
    ("closes", "told", "stands_on"),
    [
        (None, None, SATURDAY),
        (time(18, 1), None, SATURDAY),
        (time(18, 0), None, SUNDAY),
        (time(17, 30), SATURDAY, SATURDAY),
    ],
)
def test_a_posting_asks_for_the_open_day_and_the_hospital_has_the_last_word(
    closes: time | None, told: date | None, stands_on: date
) -> None:
    book = Book(told)
    patient = PatientRecord((), "王涛", None, Sex.MALE)
    posting = Posting("S1", EntryKind.REFUND, Fen(5), patient, "V1", "O1", "T1", AT_SIX, refers_to="P1")
    receipt = postings.post(scope(book, closes), posting)
    assert receipt.accounting_day == stands_on
    [sent] = book.posted
    assert sent.accounting_day == (SUNDAY if closes and closes <= time(18, 0) else SATURDAY)
    assert sent.refers_to == "P1"


def test_where_nobody_can_tell_of_invoices_nothing_is_said_of_them() -> None:
    sale: Any = SimpleNamespace(serial="S1", receipt_no="R1", occurred_at=AT_SIX)
    assert postings.invoice(scope(Book(), None), sale) is None
