"""What stands under one serial of ours among the entries that a hospital tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adapters.errors import Malformed
from adapters.values import Fen, PostingEntry


def of_serial(serial: str, entries: Iterable[PostingEntry]) -> PostingEntry | None:
    """The one posting, or None: a settlement that a hospital writes as several receipts is the sum of them.

    Malformed where payments and refunds stand under it: which of them is ours cannot be told.
    """
    found = [entry for entry in entries if entry.serial == serial]
    if not found:
        return None
    if len({entry.kind for entry in found}) > 1:
        raise Malformed("payments and refunds stand under one serial of ours")
    return replace(found[0], amount_fen=Fen(sum(entry.amount_fen for entry in found)))
