"""A posting looked for on lists of days: of several receipts the sum, of contrary ones no answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from adapters.errors import Malformed
from adapters.listed import find_listed
from adapters.values import EntryKind, Fen, PostingEntry

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def receipt(fen: int, kind: EntryKind = EntryKind.PAYMENT) -> PostingEntry:
    return PostingEntry("S1", kind, Fen(fen), f"R{fen}", AT)


def looked_for(*listed: PostingEntry) -> PostingEntry | None:
    def lists(day: date) -> Sequence[PostingEntry]:
        return listed if day == DAY else ()

    return find_listed("S1", DAY, DAY, lists)


def test_receipts_of_one_settlement_are_one_posting_of_their_sum() -> None:
    assert looked_for(receipt(60), receipt(40)) == PostingEntry("S1", EntryKind.PAYMENT, Fen(100), "R60", AT)
    assert looked_for() is None


def test_a_payment_and_what_cancels_it_under_one_serial_are_no_answer() -> None:
    with pytest.raises(Malformed, match="under one serial"):
        looked_for(receipt(100), receipt(100, EntryKind.REFUND))
