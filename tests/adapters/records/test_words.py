"""The page of records is true: every field has words, is of the type and needed as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.errors import Malformed
from adapters.records import Record, billing, bills, directory, merges, reports, scheduling, stays, visits
from adapters.records.conventions import Conventions, conventions_from
from adapters.records.names import ASKED, KINDS
from adapters.records.schema import ConventionsSchema
from adapters.records.words import AMOUNT, CONTENT, DAY, INSTANT, NUMBER, TEXT, TRUTH, TYPES, WHOLE, WORDS
from adapters.values import EntryKind, Fen, Identifier, PatientRecord, Posting, Sex
from tests.adapters.his_http.dialect import NOW

TABLES: Mapping[str, Any] = {
    "sexes": {"1": "M"},
    "sessions": {"1": "08:00-12:00"},
    "booking_states": {"1": "live"},
    "entry_kinds": {"1": "payment", "+": "payment"},
    "invoice_states": {"1": "issued"},
    "visit_states": {"1": "stands"},
    "bill_states": {"1": "wanted"},
    "merge_states": {"1": "merged"},
    "truths": {"1": True, "0": False},
    "report_kinds": {"1": "lab"},
    "statuses": {"1": "final"},
    "item_statuses": {"1": "final"},
    "flags": {"1": "high"},
    "id_types": {"CN_ID": ["1"]},
}
CONVENTIONS = conventions_from(ConventionsSchema().load(dict(TABLES)))
EXAMPLES = {
    TEXT: "文字",
    NUMBER: "N1",
    WHOLE: "12",
    AMOUNT: "12.30",
    DAY: "2026-11-24",
    INSTANT: "2026-11-24 09:30:00",
    TRUTH: "0",
    CONTENT: "JVBERi0xLjQKJUVPRg==",
}
WHO = PatientRecord((Identifier("MRN", "1"),), "", None, Sex.MALE)
POSTING = Posting("N1", EntryKind.PAYMENT, Fen(1), WHO, "A", "O", "T", NOW)
READERS: Mapping[str, Callable[[Record, Conventions], object]] = {
    "department": directory.department,
    "practitioner": lambda record, how: directory.practitioner(record, how, "01"),
    "patient": directory.patient,
    "slot": lambda record, how: scheduling.slot(record, how, "01", "D1"),
    "booking": lambda record, how: scheduling.booking(record, how, "N1"),
    "receipt": lambda record, how: billing.receipt(record, how, POSTING),
    "posting": billing.posting_entry,
    "invoice": billing.invoice_state,
    "visit": visits.visit,
    "merge": merges.merge,
    "stay": stays.stay,
    "bill": lambda record, how: bills.bill([record], how),
    "report": lambda record, how: reports.report([record], how),
}
INSTEAD_OF = {
    "session": "starts_at",
    "minutes": "ends_at",
    "capacity": "remaining",
    "taken": "remaining",
    **{share: f"item_{share}" for share in ("insurance", "account", "self_pay")},
}
"""Fields that are looked at only where the other one is not filled."""
SHARES_OF = {"total": ("insurance", "account", "self_pay")}
"""Of a stay these stand only beside their total."""
UNLISTED = ("id_type",)
"""A code of it that no table lists is no fault."""


def whole(kind: str) -> dict[str, str]:
    """A record of that kind with every field filled."""
    record = {name: EXAMPLES.get(WORDS[name].type, "1") for name in KINDS[kind].names}
    more = {"retired_mrn": "N2", "document_type": "application/pdf", "account": "0", "item_account": "0"}
    more |= {"self_pay": "0", "item_self_pay": "0", "deposits": "0", "surplus": "0", "due": "0", "settled": "1"}
    return {**record, **{name: text for name, text in more.items() if name in record}}


CASES = [(kind, name) for kind in KINDS for name in sorted(KINDS[kind].names)]


def test_every_field_and_every_value_has_its_words_and_nothing_else_has() -> None:
    read = {name for kind in KINDS.values() for name in kind.names}
    assert read | {name for names in ASKED.values() for name in names} == set(WORDS)
    types = {*TYPES, *(f"code of `{table}`" for table in ConventionsSchema().fields)}
    assert {word.type for word in WORDS.values()} <= types


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_with_every_field_is_read(kind: str) -> None:
    assert READERS[kind](whole(kind), CONVENTIONS) is not None


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_field_is_of_the_type_that_is_told(kind: str, name: str) -> None:
    record = whole(kind)
    record.pop(INSTEAD_OF.get(name, ""), None)
    if name == "day":
        record |= {"starts_at": "09:30", "ends_at": "10:00"}
    record[name] = "N" * 65 if WORDS[name].type == NUMBER else "不可读"
    if WORDS[name].type == TEXT or name in UNLISTED:
        READERS[kind](record, CONVENTIONS)
        return
    with pytest.raises(Malformed) as caught:
        READERS[kind](record, CONVENTIONS)
    assert name in caught.value.text or (kind, name) in CONTRADICTING


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_field_is_needed_where_that_is_told_and_nowhere_else(kind: str, name: str) -> None:
    record = whole(kind)
    for each in (name, *(SHARES_OF.get(name, ()) if kind == "stay" else ())):
        record.pop(each)
    either = next((each for each in KINDS[kind].one_of if name in each), ())
    if name in KINDS[kind].needed:
        with pytest.raises(Malformed, match=name):
            READERS[kind](record, CONVENTIONS)
        return
    READERS[kind](record, CONVENTIONS)
    for other in either:
        record.pop(other, None)
    if either:
        with pytest.raises(Malformed):
            READERS[kind](record, CONVENTIONS)


CONTRADICTING = {("booking", "placer_id"), ("merge", "mrn")}
"""Another number than ours is told before its length is looked at."""
