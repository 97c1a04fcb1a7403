"""Payments and refunds in the hospital's book: DFT^P03 posts them, two queries of its own read them.

Where a posting's values stand in DFT^P03 (HL7 v2.5.1 section 6.4.1):

| field | value |
|---|---|
| PV1-2 | `I` for a deposit onto a stay, else `O` |
| PV1-19 | the hospital's appointment number, or that of the stay |
| FT1-2 | our serial, the idempotency key |
| FT1-3 | the merchant order number: payment and refunds of one order are one batch |
| FT1-4 | when the money moved |
| FT1-5 | the hospital's accounting day on which it shall stand |
| FT1-6 | `PY` payment, `CD` refund (HL7 table 0017) |
| FT1-7 | `payment_code` of the settings |
| FT1-11 | the amount in yuan, positive for both |
| FT1-23 | the hospital's bill, or what `posting_bill` says; empty for a registration |
| FT1-30 | the wallet's trade number |

HL7 has no query for postings. Ours is a QBP^Z.. with QPD-3 holding the serial or the day,
answered in the standard's tabular form (section 5.3.2.2): RDF-2 names the columns after the
fields of FT1 (`@FT1.2`, `@FT1.4`, `@FT1.6`, `@FT1.11`), the receipt number (`@ZRC.2` or what
`receipt_number` says) and, where the hospital keeps it, the control id of our DFT (`@MSH.10`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from adapters import texts
from adapters.errors import Malformed
from adapters.his_hl7.mapping import reading
from adapters.his_hl7.mapping.draft import Draft, Envelope, draft
from adapters.his_hl7.mapping.patients import record_segment
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.build import SegmentText, segment, timestamp
from adapters.hl7.message import Message
from adapters.hl7.null import told
from adapters.hl7.segment import Segment
from adapters.money import yuan_from_fen
from adapters.values import EntryKind, Fen, Posting, PostingEntry

_CODE_OF_KIND = {EntryKind.PAYMENT: "PY", EntryKind.REFUND: "CD"}
_KIND_OF_CODE = {code: kind for kind, code in _CODE_OF_KIND.items()}
_OUTPATIENT, _INPATIENT = "O", "I"


def posting_message(posting: Posting, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """One posting as a detail financial transaction."""
    return draft(
        "DFT^P03^DFT_P03",
        segment("EVN", {2: timestamp(envelope.at, settings.time_zone)}),
        record_segment(posting.patient, settings),
        _visit(posting),
        _transaction(posting, settings),
    )


def _visit(posting: Posting) -> SegmentText:
    if posting.stay_no:
        return segment("PV1", {1: "1", 2: _INPATIENT, 19: posting.stay_no})
    return segment("PV1", {1: "1", 2: _OUTPATIENT, 19: posting.filler_id})


def read_receipt(answer: Message, posting: Posting, settings: Hl7HisSettings, control_id: str) -> PostingEntry:
    """The entry as the hospital says it made it, its amount included, which may differ from ours."""
    receipt_no = texts.identifier(told(answer[settings.receipt_number]), settings.receipt_number)
    if not receipt_no:
        raise Malformed(f"{settings.receipt_number} is missing")
    said = told(answer[settings.receipt_amount])
    amount = texts.yuan(said, settings.receipt_amount) if said else posting.amount_fen
    return PostingEntry(
        posting.serial, posting.kind, _positive(amount, posting.kind), receipt_no, posting.occurred_at, control_id
    )


def posting_query(serial: str, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """Ask for the postings under one serial."""
    return _query(settings.posting_query, "Posting by serial", serial, envelope)


def postings_query(day: date, settings: Hl7HisSettings, envelope: Envelope) -> Draft:
    """Ask for the postings of one business day."""
    return _query(settings.posting_list, "Postings of a day", f"{day:%Y%m%d}", envelope)


def read_postings(answer: Message, settings: Hl7HisSettings) -> Sequence[PostingEntry]:
    """Every row of the answer; Malformed where a column that we need is missing."""
    if not reading.hits(answer):
        return ()
    columns = _columns(answer)
    return tuple(_entry(row, columns, settings) for row in answer.segments("RDT"))


def _transaction(posting: Posting, settings: Hl7HisSettings) -> SegmentText:
    return segment(
        "FT1",
        {
            1: "1",
            2: posting.serial,
            3: posting.merchant_order_no,
            4: timestamp(posting.occurred_at, settings.time_zone),
            5: f"{posting.accounting_day:%Y%m%d}" if posting.accounting_day else "",
            6: _CODE_OF_KIND[posting.kind],
            7: (settings.payment_code, "", "L"),
            11: ((yuan_from_fen(posting.amount_fen), "CNY"), "TP"),
            30: posting.provider_trade_no,
            **({_field_number(settings.posting_bill): posting.bill_no} if posting.bill_no else {}),
        },
    )


def _field_number(address: str) -> int:
    return int(address.partition("-")[2])


def _query(trigger: str, name: str, parameter: str, envelope: Envelope) -> Draft:
    definition = segment("QPD", {1: (trigger, name, "L"), 2: envelope.control_id, 3: parameter})
    return draft(f"QBP^{trigger}^QBP_Q11", definition, segment("RCP", {1: "I", 2: ("99999", "RD")}))


def _columns(answer: Message) -> Mapping[str, int]:
    """Column name without its mark -> field number in RDT."""
    described: Iterator[str] = (
        repetition["1"].strip() for rdf in answer.segments("RDF") for repetition in rdf.field(2).repetitions
    )
    return {name.removeprefix("@"): number for number, name in enumerate(described, start=1)}


def _entry(row: Segment, columns: Mapping[str, int], settings: Hl7HisSettings) -> PostingEntry:
    kind = _KIND_OF_CODE.get(_cell(row, columns, "FT1.6"))
    if kind is None:
        raise Malformed("FT1.6 is neither PY nor CD")
    return PostingEntry(
        serial=_cell(row, columns, "FT1.2"),
        kind=kind,
        amount_fen=_positive(texts.yuan(_cell(row, columns, "FT1.11", ".1.1"), "FT1.11"), kind),
        receipt_no=texts.identifier(
            _cell(row, columns, settings.receipt_number.replace("-", ".")), settings.receipt_number
        ),
        occurred_at=texts.instant(_cell(row, columns, "FT1.4", ".1"), settings.time_zone, "FT1.4"),
        control_id=told(row[str(columns["MSH.10"])]) if "MSH.10" in columns else "",
    )


def _cell(row: Segment, columns: Mapping[str, int], name: str, part: str = "") -> str:
    if name not in columns:
        raise Malformed(f"RDF-2 has no column {name}")
    found = told(row[f"{columns[name]}{part}"])
    if not found:
        raise Malformed(f"{name} is missing")
    return found


def _positive(amount: Fen, kind: EntryKind) -> Fen:
    """Some hospitals write a refund as a negative amount; a negative payment is nonsense."""
    if amount < 0 and kind is EntryKind.PAYMENT:
        raise Malformed("FT1.11 is a negative payment")
    return Fen(abs(amount))
