"""Postings out of records: the answer to one, and the hospital's own book."""

from __future__ import annotations

from adapters.errors import Malformed
from adapters.invoices import InvoiceState
from adapters.records import Record
from adapters.records.conventions import MINUS, PLUS, Conventions
from adapters.records.fields import Fields
from adapters.values import EntryKind, Fen, Posting, PostingEntry


def receipt(record: Record, conventions: Conventions, posting: Posting) -> PostingEntry:
    """The entry as the hospital says that it made it, its amount included, which may differ from ours."""
    fields = Fields(record, conventions)
    amount = fields.amount("amount")
    return PostingEntry(
        posting.serial,
        posting.kind,
        posting.amount_fen if amount is None else _positive(amount, posting.kind),
        fields.required_number("receipt_no"),
        fields.instant("occurred_at") or posting.occurred_at,
        accounting_day=fields.day("accounting_day"),
        operator_code=fields.text("operator_code"),
    )


def posting_entry(record: Record, conventions: Conventions) -> PostingEntry:
    """A line of the hospital's book."""
    fields = Fields(record, conventions)
    amount = fields.required_amount("amount")
    kind = _kind(fields, amount)
    return PostingEntry(
        fields.required_number("serial"),
        kind,
        _positive(amount, kind),
        fields.required_number("receipt_no"),
        fields.required_instant("occurred_at"),
        accounting_day=fields.day("accounting_day"),
        operator_code=fields.text("operator_code"),
    )


def invoice_state(record: Record, conventions: Conventions) -> InvoiceState:
    """How the e-invoice of one payment stands."""
    return Fields(record, conventions).meaning("invoice_state", conventions.invoice_states)


def _kind(fields: Fields, amount: Fen) -> EntryKind:
    kinds = fields.conventions.entry_kinds
    by_sign = kinds.get(MINUS if amount < 0 else PLUS)
    if by_sign is not None and not fields.text("entry_kind"):
        return by_sign
    return fields.meaning("entry_kind", kinds)


def _positive(amount: Fen, kind: EntryKind) -> Fen:
    """Some hospitals write a refund as a negative amount; a negative payment is nonsense."""
    if amount < 0 and kind is EntryKind.PAYMENT:
        raise Malformed("amount is a negative payment")
    return Fen(abs(amount))
