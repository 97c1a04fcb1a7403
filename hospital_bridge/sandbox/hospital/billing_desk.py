"""The cashier's desk: payments and refunds are posted, asked for and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.errors import Malformed
from adapters.hl7.build import Field, SegmentText, segment, timestamp
from adapters.money import fen_from_yuan
from adapters.values import EntryKind
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.cashier import Cashier
from hospital_bridge.sandbox.hospital.directory_desk import echo, query_acknowledgement
from hospital_bridge.sandbox.hospital.model import BookEntry, Declined
from hospital_bridge.sandbox.hospital.request import DATA_TYPE, Answer, Request, answer

_KINDS = {"PY": EntryKind.PAYMENT, "CD": EntryKind.REFUND}
_KIND_WRITTEN = {kind: code for code, kind in _KINDS.items()}
_COLUMNS = (
    ("@FT1.2", "ST"),
    ("@FT1.4", "DTM"),
    ("@FT1.6", "IS"),
    ("@FT1.11", "CP"),
    ("@ZRC.2", "ST"),
    ("@MSH.10", "ST"),
)


class BillingDesk:
    """DFT^P03 (HL7 section 6.4.1) and the hospital's own queries ZQ1 (one serial) and ZQ2 (one day)."""

    def __init__(self, cashier: Cashier, *, answers_queries: bool) -> None:
        self._cashier = cashier
        self._answers_queries = answers_queries

    @property
    def handlers(self) -> Mapping[str, Callable[[Request], Answer]]:
        """What this desk answers."""
        queries = {"QBP^ZQ1": self._find, "QBP^ZQ2": self._list} if self._answers_queries else {}
        return {"DFT^P03": self._post, **queries}

    def _post(self, request: Request) -> Answer:
        posted = self._cashier.post(_entry(request))
        receipt: dict[int, Field] = {
            1: posted.serial,
            2: posted.receipt_no,
            3: (request.yuan(posted.amount_fen), "CNY"),
        }
        return answer(segment("ZRC", receipt))

    def _find(self, request: Request) -> Answer:
        return _rows(request, self._cashier.under_serial(request.required("QPD-3")))

    def _list(self, request: Request) -> Answer:
        return _rows(request, self._cashier.of_day(request.day("QPD-3")))


def _entry(request: Request) -> BookEntry:
    bill_no = request.message["FT1-23.1"]
    stay_no = request.required("PV1-19.1") if request.message["PV1-2"] == "I" else ""
    return BookEntry(
        serial=request.required("FT1-2"),
        kind=_kind(request.required("FT1-6")),
        amount_fen=_amount(request.required("FT1-11.1.1")),
        receipt_no="",
        filler_id="" if stay_no else request.message["PV1-19.1"] if bill_no else request.required("PV1-19.1"),
        order_no=request.message["FT1-3"],
        trade_no=request.message["FT1-30.1"],
        occurred_at=request.instant("FT1-4.1"),
        control_id=request.message.control_id,
        bill_no=bill_no,
        stay_no=stay_no,
    )


def _kind(code: str) -> EntryKind:
    if code not in _KINDS:
        raise Declined(DATA_TYPE, "FT1-6 is neither PY nor CD")
    return _KINDS[code]


def _amount(text: str) -> int:
    try:
        return fen_from_yuan(text)
    except Malformed:
        raise Declined(DATA_TYPE, "FT1-11 is no amount") from None


def _rows(request: Request, entries: Sequence[BookEntry]) -> Answer:
    head = (query_acknowledgement(request, len(entries)), echo(request))
    if not entries:
        return answer(*head)
    columns = segment("RDF", {1: str(len(_COLUMNS)), 2: [(name, kind, "32") for name, kind in _COLUMNS]})
    return answer(*head, columns, *(_row(request, entry) for entry in entries))


def _row(request: Request, entry: BookEntry) -> SegmentText:
    return segment(
        "RDT",
        {
            1: entry.serial,
            2: timestamp(entry.occurred_at, calendar.ZONE),
            3: _KIND_WRITTEN[entry.kind],
            4: ((request.yuan(entry.amount_fen), "CNY"), "TP"),
            5: entry.receipt_no,
            6: entry.control_id,
        },
    )
