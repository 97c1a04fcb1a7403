"""Which fields a record of each kind has, and which values are at hand where something is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.values import EntryKind, Posting

PATIENT = ("mrn", "visit_card_no", "id_type", "id_number", "patient_name", "birth_date", "sex")
"""The patient, in every record that has one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The fields of a record: `needed` are always filled; of each tuple in `one_of` at least one."""

    needed: tuple[str, ...]
    others: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()

    def lacking(self, names: Collection[str]) -> Sequence[str]:
        """What a record of only these fields lacks, each in words: `fee`, `mrn or visit_card_no`."""
        either = (each for each in self.one_of if not set(each) & set(names))
        return [*(name for name in self.needed if name not in names), *map(" or ".join, either)]

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.needed, *self.others))


KINDS: Mapping[str, Kind] = {
    "department": Kind(("code", "name"), ("place",)),
    "practitioner": Kind(("code", "name"), ("title", "department_code")),
    "patient": Kind((), PATIENT, (("mrn", "visit_card_no"),)),
    "slot": Kind(
        ("slot_id", "fee"),
        (
            *("department_code", "practitioner_code", "day", "session", "starts_at", "ends_at", "minutes"),
            *("remaining", "capacity", "taken", "extra_fee"),
        ),
        (("starts_at", "session"), ("remaining", "capacity")),
    ),
    "booking": Kind(("filler_id",), ("placer_id", "booking_state")),
    "receipt": Kind(("receipt_no",), ("amount", "occurred_at", "accounting_day", "operator_code")),
    "posting": Kind(
        ("serial", "amount", "receipt_no", "occurred_at"), ("entry_kind", "accounting_day", "operator_code")
    ),
    "invoice": Kind(("invoice_state",)),
    "visit": Kind(
        ("filler_id",),
        (
            *("placer_id", "visit_state", "department_code", "department_name", "practitioner_code"),
            *("practitioner_name", "place", "day", "session", "starts_at", "ends_at", "minutes", "told_at", *PATIENT),
        ),
        (("starts_at", "session"), ("mrn", "visit_card_no")),
    ),
    "merge": Kind(("mrn", "retired_mrn", "told_at"), ("merge_state", *PATIENT[1:])),
    "stay": Kind(
        ("stay_no", "balance", "told_at"),
        (
            *("ward", "admitted_at", "discharged_at", "cancelled", "asked", "settled", "total", "insurance", "account"),
            *("self_pay", "deposits", "surplus", "due", "settlement_no", *PATIENT),
        ),
        (("mrn", "visit_card_no"),),
    ),
    "bill": Kind(
        ("bill_no", "issued_at"),
        (
            *("bill_state", "filler_id", "department_name", "practitioner_name", "at_window"),
            *("total", "insurance", "account", "self_pay", "item_code", "item_name", "quantity"),
            *("item_amount", "item_insurance", "item_account", "item_self_pay", *PATIENT),
        ),
        (("item_name", "item_code"), ("item_amount", "total"), ("mrn", "visit_card_no")),
    ),
    "report": Kind(
        ("report_no", "title", "issued_at"),
        (
            *("report_status", "report_kind", "placer_order_no", "filler_id", "observed_at", "practitioner_code"),
            *("practitioner_name", "department_name", "report_comment", "finding", "impression"),
            *("item_code", "item_name", "part", "value", "units", "reference_range", "low", "high"),
            *("flag", "critical", "item_status", "item_comment"),
            *("document", "document_type", "document_title", "document_link", *PATIENT),
        ),
        (("report_status", "item_status"), ("mrn", "visit_card_no")),
    ),
}
"""`slot`: `starts_at` is an instant, or a time of `day`; `session` names a part of `day` such as the morning. The
fee is `fee` and `extra_fee`; what is left is `remaining`, or `capacity` less `taken`.

`receipt` is the answer to a posting, `posting` a line of the hospital's own book. A `bill` and a `report` have
a record for each item (a report for each document too), with the fields of the whole in every one.
"""

_SLOT = (
    *("slot_id", "department_code", "practitioner_code"),
    *("day", "starts_at", "ends_at", "starts_time", "ends_time", "fee"),
)
_IDENTITY = ("id_type", "id_number", "patient_name", "birth_date", "sex", "phone")

ASKED: Mapping[str, tuple[str, ...]] = {
    "departments": (),
    "practitioners": ("department_code",),
    "find_patients": _IDENTITY,
    "register_patient": _IDENTITY,
    "slots": ("department_code", "practitioner_code", "day"),
    "book": ("placer_id", *_SLOT, *PATIENT),
    "find_booking": ("placer_id",),
    "cancel": ("placer_id", "filler_id"),
    "post": (
        *("serial", "entry_kind", "amount", "signed_amount", "filler_id", "bill_no", "stay_no"),
        *("merchant_order_no", "provider_trade_no", "occurred_at", "accounting_day", "refers_to", *PATIENT),
    ),
    "find_posting": ("serial", "day"),
    "postings": ("day",),
    "invoice_state": ("serial", "receipt_no", "day"),
}
"""The values at hand in each method of a port, by the name of the method.

`accounting_day` is the hospital's open day, `refers_to` the serial of the payment that a refund takes back, empty for a
payment. `starts_time` and `ends_time` are local times such as 08:30; `signed_amount` is negative for a refund.
"""

POSTS = (
    "post",
    *(f"post_{kind}" for kind in EntryKind),
    *(f"post_{what}_{kind}" for what in ("registration", "bill", "deposit", "settlement") for kind in EntryKind),
)
"""The operations that make a posting: one for all, or one for each kind."""

_TELLS = "after an unknown outcome only {} can tell, and it is not described"
_NEEDS: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "book": {("find_booking",): _TELLS, ("cancel",): "what it books only {} takes back, and it is not described"},
    **{name: {("find_posting", "postings"): _TELLS} for name in POSTS},
}


def lacking_beside(name: str, described: Collection[str]) -> Iterator[str]:
    """What an operation needs beside it and has not, each as a sentence.

    Money whose posting nobody can ask for, and a booking that nobody can take back, would wait for ever.
    """
    for either, sentence in _NEEDS.get(name, {}).items():
        if not set(either) & set(described):
            yield sentence.format(" or ".join(either))


def ways_to_post(posting: Posting) -> Sequence[str]:
    """Those that may make this one, the nearest first."""
    of_stay = "settlement" if posting.bill_no else "deposit"
    what = of_stay if posting.stay_no else "bill" if posting.bill_no else "registration"
    return f"post_{what}_{posting.kind}", f"post_{posting.kind}", "post"


def unoffered(loaded: Mapping[str, Any]) -> frozenset[str]:
    """The optional ports for which loaded settings describe no question."""
    return frozenset() if "invoice_state" in loaded["operations"] else frozenset({"HisInvoices"})
