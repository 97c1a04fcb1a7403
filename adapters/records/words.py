"""What each field of a record and each value of a request is, for the person who writes the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEXT, NUMBER, WHOLE, AMOUNT = "text", "number", "whole number", "amount"
DAY, INSTANT, TRUTH, CONTENT = "day", "time", "yes or no", "document"

TYPES: Mapping[str, str] = {
    TEXT: "Any text; what stands in `blanks` is nothing.",
    NUMBER: "A number or a code by which the hospital knows a thing, at most 64 characters, digits or not.",
    WHOLE: "Digits, such as `12`.",
    AMOUNT: "Decimal text in `unit`: yuan with at most two places, such as `12.30`, or whole fen.",
    DAY: "A day in the forms of `formats`, else year, month and day with any separators: `2026-11-24`, `20261124`.",
    INSTANT: "A day and a time likewise, in `time_zone` where no offset stands: `2026-11-24 09:30:00`.",
    TRUTH: "A code of `truths`.",
    CONTENT: "A file as text in `document_encoding`.",
    "code of …": "One of the hospital's codes, which that table of `conventions` lists; any other is a fault.",
}
"""The types of fields; names in code are keys of `conventions`."""


@dataclass(frozen=True, slots=True)
class Word:
    """A field's type, one of `TYPES`, or the table of `conventions` that lists its codes; and what it is."""

    type: str
    what: str


def _code(table: str, what: str) -> Word:
    return Word(f"code of `{table}`", what)


WORDS: Mapping[str, Word] = {
    "mrn": Word(NUMBER, "The patient's record number (病案号)."),
    "visit_card_no": Word(NUMBER, "The number of the visit card (就诊卡号)."),
    "id_type": Word(
        "code of `id_types`",
        "What kind of document `id_number` is of; empty: what `document` says. One that no table lists is not ours.",
    ),
    "id_number": Word(NUMBER, "The number of the identity document."),
    "patient_name": Word(TEXT, "The patient's name."),
    "birth_date": Word(DAY, "The patient's birth date."),
    "sex": _code("sexes", "The patient's sex."),
    "phone": Word(TEXT, "The patient's phone."),
    "code": Word(NUMBER, "The code by which every other call names it."),
    "name": Word(TEXT, "Its name, as patients read it."),
    "title": Word(TEXT, "A practitioner's title, or what a report examined, as patients read it."),
    "place": Word(TEXT, "Where it is, such as a building and a room."),
    "department_code": Word(NUMBER, "The department's code; where a list leaves it out, the one that was asked for."),
    "department_name": Word(TEXT, "The department's name."),
    "practitioner_code": Word(NUMBER, "The practitioner's code; where a list leaves it out, whoever was asked for."),
    "practitioner_name": Word(TEXT, "The practitioner's name; of a bill or a report, who ordered it."),
    "slot_id": Word(NUMBER, "What a booking names the slot by."),
    "day": Word(DAY, "The day; of slots and visits the one on which `starts_at` is a time or `session` a part."),
    "session": _code("sessions", "The part of the day, such as the morning, in the place of `starts_at`."),
    "starts_at": Word(INSTANT, "When it begins; or only a time such as `08:30` of `day`."),
    "ends_at": Word(INSTANT, "When it ends, likewise."),
    "starts_time": Word(TEXT, "The beginning's local time, such as `08:30`."),
    "ends_time": Word(TEXT, "The end's local time."),
    "minutes": Word(WHOLE, "How long it takes, where `ends_at` is empty."),
    "remaining": Word(WHOLE, "How many are left."),
    "capacity": Word(WHOLE, "How many there are in all, in the place of `remaining`."),
    "taken": Word(WHOLE, "How many of `capacity` are taken."),
    "fee": Word(AMOUNT, "What it costs."),
    "extra_fee": Word(AMOUNT, "What is added to `fee`, such as the treatment's part."),
    "placer_id": Word(NUMBER, "Our number of the appointment."),
    "filler_id": Word(NUMBER, "The hospital's number of the appointment or visit."),
    "booking_state": _code("booking_states", "Whether the appointment lives; left out, every one that is listed does."),
    "serial": Word(NUMBER, "Our number of the payment or refund: it never comes twice."),
    "entry_kind": _code("entry_kinds", "Payment or refund; may be left out where `entry_kinds` has `+` and `-`."),
    "amount": Word(AMOUNT, "What was moved; a refund too is positive as we send it, and is read of either sign."),
    "signed_amount": Word(AMOUNT, "The same, negative for a refund."),
    "receipt_no": Word(NUMBER, "The hospital's number of the posting."),
    "occurred_at": Word(INSTANT, "When the money moved."),
    "accounting_day": Word(DAY, "The hospital's own accounting day."),
    "operator_code": Word(TEXT, "Under which cashier the hospital books it."),
    "bill_no": Word(NUMBER, "The hospital's number of the bill; empty for a registration."),
    "stay_no": Word(NUMBER, "The number of the inpatient stay."),
    "merchant_order_no": Word(NUMBER, "Our order at the wallet: a payment and its refunds have the same."),
    "provider_trade_no": Word(NUMBER, "The wallet's own number of the payment."),
    "refers_to": Word(NUMBER, "The serial of the payment that a refund takes back."),
    "invoice_state": _code("invoice_states", "How the payment's e-invoice stands."),
    "visit_state": _code("visit_states", "Whether the visit stands; left out, every one that is listed does."),
    "told_at": Word(INSTANT, "When the hospital said so: of two words about one thing the later holds."),
    "retired_mrn": Word(NUMBER, "The record number that is gone, or that is one more of the same person."),
    "merge_state": _code("merge_states", "Merged, linked or parted; left out, merged."),
    "ward": Word(TEXT, "The ward."),
    "admitted_at": Word(INSTANT, "When the patient was admitted."),
    "discharged_at": Word(INSTANT, "When the patient left; empty while they are there."),
    "cancelled": Word(TRUTH, "Whether the admission was taken back."),
    "asked": Word(AMOUNT, "How much deposit the hospital asks for now."),
    "balance": Word(AMOUNT, "What is left of the deposits, negative where more was used."),
    "settled": Word(TRUTH, "Whether the stay is settled."),
    "deposits": Word(AMOUNT, "All deposits of a settled stay."),
    "surplus": Word(AMOUNT, "What the hospital gives back of the deposits."),
    "due": Word(AMOUNT, "What is still to be paid."),
    "settlement_no": Word(NUMBER, "The hospital's number of the settlement."),
    "bill_state": _code("bill_states", "Whether the bill is wanted; left out, every one that is listed is."),
    "issued_at": Word(INSTANT, "When this version was issued, withdrawn or reported: versions are ordered by it."),
    "at_window": Word(TRUTH, "Whether it can only be settled at the hospital's window."),
    "total": Word(
        AMOUNT, "The whole sum; items and shares must add up to it. Of a stay it is needed where shares stand."
    ),
    "insurance": Word(AMOUNT, "The insurance's share (统筹)."),
    "account": Word(AMOUNT, "What the patient's personal account pays at the insurance's side (个人账户)."),
    "self_pay": Word(AMOUNT, "The patient's share (自费)."),
    "item_code": Word(TEXT, "The item's code."),
    "item_name": Word(TEXT, "The item's name."),
    "quantity": Word(TEXT, "How much of it."),
    "item_amount": Word(AMOUNT, "What the item costs, all of its quantity."),
    "item_insurance": Word(AMOUNT, "The insurance's share of the item."),
    "item_account": Word(AMOUNT, "The personal account's share of the item."),
    "item_self_pay": Word(AMOUNT, "The patient's share of the item."),
    "report_no": Word(NUMBER, "The report's number: the same again is another version of it."),
    "report_status": _code("statuses", "How firm the report is."),
    "report_kind": _code("report_kinds", "A laboratory's or findings in words; left out, a laboratory's."),
    "placer_order_no": Word(NUMBER, "The number of the order."),
    "observed_at": Word(INSTANT, "When the specimen was taken or the patient examined."),
    "report_comment": Word(TEXT, "A remark on the report as a whole."),
    "finding": Word(TEXT, "What was seen (检查所见)."),
    "impression": Word(TEXT, "What it means (诊断意见)."),
    "part": Word(TEXT, "What tells items of one code apart."),
    "value": Word(TEXT, "The item's value as it was written."),
    "units": Word(TEXT, "Its units."),
    "reference_range": Word(TEXT, "Its reference range as it was written."),
    "low": Word(TEXT, "The lower end of the range, where it stands apart."),
    "high": Word(TEXT, "The upper end."),
    "flag": _code("flags", "What the laboratory says of the value."),
    "critical": Word(TRUTH, "Whether somebody must act on the value at once (危急值)."),
    "item_status": _code("item_statuses", "How firm the item is; left out, as firm as its report."),
    "item_comment": Word(TEXT, "A remark on the item."),
    "document": Word(CONTENT, "A file that came with the report."),
    "document_type": Word(TEXT, "Its type, such as `image/png`; empty: `application/pdf`."),
    "document_title": Word(TEXT, "Its title; empty: the report's."),
    "document_link": Word(TEXT, "Where the file lies, where it did not come along; it is kept and never fetched."),
}
"""By the name of the field, which means the same in every kind of record."""
