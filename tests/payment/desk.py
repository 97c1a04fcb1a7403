"""A fulfilling system in memory: it books what was paid, and its line can fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from adapters.errors import Reason, Refused
from adapters.values import EntryKind, Fen
from hospital_bridge.slot import FulfilMode, PaidSale, Progress, Receipt, Sale, SaleEntry, Scope, VerticalWork
from tests.payment.faults import Line

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Desk:
    """Books under the caller's serial; `effects` lists every booking that was really made."""

    def __init__(self, mode: FulfilMode = FulfilMode.QUERYABLE) -> None:
        self.line = Line()
        self.mode = mode
        self.effects: list[SaleEntry] = []
        self.reversed: list[PaidSale] = []
        self.told: list[tuple[str, Progress, str]] = []
        self.books_wrongly_by = 0

    def sale(self) -> Sale:
        """The sale that stands at this desk."""
        can_tell = self.mode is FulfilMode.QUERYABLE
        return Sale(
            kind="registration",
            title="Outpatient fee",
            mode=self.mode,
            fulfil=lambda _, paid: self.line.call("fulfil", lambda: self._book(paid, EntryKind.PAYMENT)),
            query=self._query if can_tell else None,
            reverse=lambda _, paid: self.line.call("reverse", lambda: self._book(paid, EntryKind.REFUND)),
            query_reversal=self._query if can_tell else None,
            changed=self._changed,
            entries=self._entries,
        )

    def booked(self, kind: EntryKind) -> list[int]:
        return [entry.amount_fen for entry in self.effects if entry.kind is kind]

    def progress_of(self, sale_ref: str) -> list[Progress]:
        return [progress for ref, progress, _ in self.told if ref == sale_ref]

    def _book(self, paid: PaidSale, kind: EntryKind) -> Receipt:
        standing = self._find(paid.serial)
        if standing is not None and self.mode is FulfilMode.IDEMPOTENT:
            return standing
        if standing is not None:
            raise Refused("booked twice", reason=Reason.ALREADY_PAID)
        amount = Fen(paid.amount_fen + (self.books_wrongly_by if kind is EntryKind.PAYMENT else 0))
        self.effects.append(SaleEntry(paid.serial, kind, amount, paid.occurred_at))
        if kind is EntryKind.REFUND:
            self.reversed.append(paid)
        day = paid.occurred_at.astimezone(SHANGHAI).date()
        return Receipt(paid.serial, f"R{len(self.effects)}", amount, "MSG1", day, "ZZJ1")

    def _query(self, _: Scope, paid: PaidSale) -> Receipt | None:
        return self.line.call("query", lambda: self._find(paid.serial))

    def _find(self, serial: str) -> Receipt | None:
        return next(
            (
                Receipt(serial, f"R{n}", entry.amount_fen)
                for n, entry in enumerate(self.effects, 1)
                if entry.serial == serial
            ),
            None,
        )

    def _changed(self, _: VerticalWork, sale_ref: str, progress: Progress, reason: str) -> None:
        self.told.append((sale_ref, progress, reason))

    def _entries(self, _: Scope, day: date) -> Sequence[SaleEntry]:
        return self.line.call("entries", lambda: [each for each in self.effects if _day_of(each) == day])


def _day_of(entry: SaleEntry) -> date:
    return entry.occurred_at.astimezone(SHANGHAI).date()
