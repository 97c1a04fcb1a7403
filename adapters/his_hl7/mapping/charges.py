"""Bills as the hospital issues and withdraws them: charges (FT1) and orders (ORC) of one number are one bill.

A charge stands in FT1 (HL7 v2.5.1 section 6.5.1). An order (section 4.5.1) is priced by the FT1 of its group, one item
for each, or where the settings say; an order without any price is no bill. Charges and credits of one bill in one
message contradict each other, and no sum is ever made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.map_settings import BillMap
from adapters.his_hl7.mapping import money
from adapters.his_hl7.mapping.layout import PatientPart, split
from adapters.his_hl7.mapping.patients import read_record
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.mapping.unmapped import named
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.hl7.segment import Segment
from adapters.news import BillIssued, BillWithdrawn, ChargeItem, Left
from adapters.sums import NOTHING


class _Want(Enum):
    WANTED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True, slots=True)
class _Line:
    """One item of a bill: where it is told, and whether its own segments or only the bill's tell a place."""

    scope: Scope
    own: frozenset[str]
    opener: str
    bill_no: str
    want: _Want


def charged(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The bills of a message of charges, each FT1 an item."""
    places = settings.map.bill
    _, groups = split(part.segments, "FT1")
    if not groups:
        raise Malformed("FT1 is missing")
    rules = ((places.charge, _Want.WANTED), (places.credit, _Want.WITHDRAWN))
    lines: list[_Line] = []
    outer = part.before("FT1")
    for group in groups:
        scope = outer.inside(group)
        want = next((want for rule, want in rules if scope.holds(rule)), None)
        if want is None:
            code = named(scope.text(places.charge.places))
            yield Left(message.counted(group[0]), f"a transaction that is neither a charge nor a credit{code}")
        else:
            opener = message.counted(group[0])
            lines.append(_Line(scope, _names(group), opener, scope.number(places.number), want))
    yield from _bills(lines, part, settings)


def on_account(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The bills of a message of accounts (BAR), where it carries charges at all: by the standard it need not."""
    if any(segment.name == "FT1" for segment in part.segments):
        yield from charged(message, part, settings)
    else:
        yield Left("FT1", "an account without charges")


def ordered(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """The bills of a message of orders: each ORC an item, or each FT1 of its group."""
    places = settings.map.bill
    _, groups = split(part.segments, "ORC")
    if not groups and part.is_further:
        yield Left(part.scope.label("PID"), "results of earlier orders")
        return
    if not groups:
        raise Malformed("ORC is missing")
    rules = ((places.order, _Want.WANTED), (places.cancellation, _Want.WITHDRAWN))
    lines: list[_Line] = []
    outer = part.before("ORC")
    for group in groups:
        scope, name = outer.inside(split(group, "FT1")[0]), message.counted(group[0])
        want = next((want for rule, want in rules if scope.holds(rule)), None)
        if want is None:
            code = named(scope.text(places.order.places))
            yield Left(name, f"an order that is neither new nor cancelled{code}")
            continue
        items = [
            _Line(scope.inside(own), _names(own), name, scope.number(places.order_number), want)
            for own in _items(group)
        ]
        if want is _Want.WANTED and not any(item.scope.text(places.amount) for item in items):
            yield Left(name, "an order without a price")
        else:
            lines += items
    yield from _bills(lines, part, settings)


def _items(order: Sequence[Segment]) -> Sequence[Sequence[Segment]]:
    """The charges of an order, or the order itself where it has none."""
    return split(order, "FT1")[1] or [order]


def _names(segments: Sequence[Segment]) -> frozenset[str]:
    return frozenset(segment.name for segment in segments)


def _bills(lines: Iterable[_Line], part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    by_number: dict[str, list[_Line]] = {}
    for line in lines:
        by_number.setdefault(line.bill_no, []).append(line)
    for bill_no, each in by_number.items():
        contrary = next((line for line in each if line.want is not each[0].want), None)
        if contrary is not None:
            raise Malformed(f"{contrary.opener} contradicts {each[0].opener}: one bill is both wanted and withdrawn")
        yield (_issued if each[0].want is _Want.WANTED else _withdrawn)(bill_no, each, part, settings)


def _withdrawn(bill_no: str, lines: Sequence[_Line], part: PatientPart, settings: Hl7HisSettings) -> BillWithdrawn:
    at = lines[0].scope.required_instant(settings.map.bill.issued_at, settings.time_zone)
    return BillWithdrawn(bill_no, read_record(part.scope.segment("PID"), settings), at)


def _issued(bill_no: str, lines: Sequence[_Line], part: PatientPart, settings: Hl7HisSettings) -> BillIssued:
    places, scope = settings.map.bill, lines[0].scope
    items = tuple(_item(line, places) for line in lines)
    shares = money.shares(
        [money.Priced(line.scope, line.own) for line in lines],
        [item.amount_fen if item.priced else None for item in items],
        places,
    )
    return BillIssued(
        bill_no=bill_no,
        patient=read_record(part.scope.segment("PID"), settings),
        filler_id=scope.optional_number(places.visit),
        department_name=scope.text(places.department_name),
        practitioner_name=scope.practitioner(places.practitioner)[1],
        items=items,
        total_fen=shares.total,
        insurance_fen=shares.insurance,
        account_fen=shares.account,
        self_pay_fen=shares.self_pay,
        at_window=any(line.scope.holds(places.at_window) for line in lines),
        issued_at=scope.required_instant(places.issued_at, settings.time_zone),
    )


def _item(line: _Line, places: BillMap) -> ChargeItem:
    amount = money.amount(line.scope, places.amount, places.unit)
    code = line.scope.text(places.code)
    name = line.scope.text(places.item) or code
    if not name:
        raise Malformed(f"{line.scope.at(places.item)} is missing")
    return ChargeItem(
        code, name, line.scope.text(places.quantity), NOTHING if amount is None else amount, amount is not None
    )
