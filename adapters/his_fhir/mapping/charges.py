"""Bills: an Invoice with its lines, or each ChargeItem by itself; no sum is ever made up.

A price is its base and surcharges and taxes, less discounts and deductions (R4 Invoice.lineItem.priceComponent). The
components whose code the settings list are the share of the insurance or of the personal account: one that is deducted
is left out of what the hospital calls the total, one that is informational is part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.errors import Malformed
from adapters.his_fhir.mapping.datatypes import codes, fen, instant, words
from adapters.his_fhir.mapping.directory import practitioner_of
from adapters.his_fhir.mapping.item import Item, Told
from adapters.his_fhir.mapping.numbers import required_number
from adapters.his_fhir.mapping.scheduling import SIGNS, amount_of
from adapters.his_fhir.mapping.visits import patient_of, told_at, visit_number
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.news import BillIssued, BillWithdrawn, ChargeItem, Left
from adapters.sums import NOTHING, Shares, shares_of
from adapters.values import Fen

_WANTED, _WITHDRAWN, _NOT_YET = "wanted", "withdrawn", "not yet"
_INVOICE_STATES = {
    "draft": _NOT_YET,
    "issued": _WANTED,
    **dict.fromkeys(("balanced", "cancelled", "entered-in-error"), _WITHDRAWN),
}
_CHARGE_STATES = {
    **dict.fromkeys(("planned", "unknown"), _NOT_YET),
    "billable": _WANTED,
    **dict.fromkeys(("billed", "not-billable", "aborted", "entered-in-error"), _WITHDRAWN),
}
_OFF_THE_TOTAL = frozenset({"deduction", "discount"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One item; `called` is what the hospital calls its price, `off` what of the two shares was taken off it before."""

    item: ChargeItem
    called: Fen
    off: Fen
    insurance: Fen
    account: Fen


def invoice(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """An Invoice that is wanted, or wanted no more."""
    main = item.main
    state = _state(main, _INVOICE_STATES)
    number = required_number(main, settings.map.bill_number)
    if state == _NOT_YET:
        yield Left(f"{main.path}.status", "a bill that is not issued yet")
        return
    patient = patient_of(item, main.child("subject"), settings)
    if state == _WITHDRAWN:
        yield BillWithdrawn(number, patient, _written_at(main, settings))
        return
    lines = [_line(item, each, settings) for each in main.children("lineItem")]
    if not lines:
        raise Malformed(f"{main.path}.lineItem is missing")
    _check_stated(main, Fen(sum(line.called for line in lines)))
    shares = _shares(main, lines)
    doctor = main.child("participant").child("actor")
    yield BillIssued(
        bill_no=number,
        patient=patient,
        filler_id=_visit(item, settings),
        department_name=_named(item, main.child("issuer")),
        practitioner_name=practitioner_of(doctor, item.neighbours, settings)[1] if doctor else "",
        items=tuple(line.item for line in lines),
        total_fen=shares.total,
        insurance_fen=shares.insurance,
        account_fen=shares.account,
        self_pay_fen=shares.self_pay,
        at_window=_for_window(main, "type", settings),
        issued_at=_issued_at(main, settings),
    )


def charge(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """A ChargeItem as a bill of its own; one without a price is none."""
    main = item.main
    state = _state(main, _CHARGE_STATES)
    number = required_number(main, settings.map.bill_number)
    if state == _NOT_YET:
        yield Left(f"{main.path}.status", "a charge that is not billable yet")
        return
    patient = patient_of(item, main.child("subject"), settings)
    if state == _WITHDRAWN:
        yield BillWithdrawn(number, patient, _written_at(main, settings))
        return
    money = _charge_price(main, settings)
    if not money:
        yield Left(main.path, "a charge without a price")
        return
    price = _not_negative(fen(money), money)
    doctor = main.child("performer").child("actor")
    yield BillIssued(
        bill_no=number,
        patient=patient,
        filler_id=visit_number(item, main.child(settings.version.charge_visit), settings),
        department_name=_named(item, main.child("performingOrganization"))
        or _named(item, main.child("requestingOrganization")),
        practitioner_name=practitioner_of(doctor, item.neighbours, settings)[1] if doctor else "",
        items=(_charge_item(main, price),),
        total_fen=price,
        insurance_fen=NOTHING,
        account_fen=NOTHING,
        self_pay_fen=price,
        at_window=_for_window(main, "code", settings),
        issued_at=_issued_at(main, settings),
    )


def _visit(item: Item, settings: FhirSettings) -> str:
    """The visit of the first charge that tells one: an Invoice itself has none."""
    charges = (item.neighbours.resolve(line.child("chargeItemReference")) for line in item.main.children("lineItem"))
    visits = (visit_number(item, each.child(settings.version.charge_visit), settings) for each in charges if each)
    return next(filter(None, visits), "")


def _line(item: Item, line: Node, settings: FhirSettings) -> _Line:
    components = line.children("priceComponent")
    if not components:
        raise Malformed(f"{line.path}.priceComponent is missing")
    insurance, account = (
        [each for each in components if _has_code(each, listed)]
        for listed in (settings.map.insurance_codes, settings.map.account_codes)
    )
    shared = [*insurance, *account]
    off = [each for each in shared if each.text("type") in _OFF_THE_TOTAL]
    within = [each for each in shared if SIGNS.get(each.text("type")) == 0]
    if len(off) + len(within) != len(shared):
        raise Malformed(f"{line.path}.priceComponent: a share of the insurance that is added to the price")
    called, taken_off = amount_of(components), _sum(off)
    told = ChargeItem(*_what(item, line), amount_fen=Fen(called + taken_off))
    return _Line(told, called, taken_off, _sum(insurance), _sum(account))


def _sum(components: Sequence[Node]) -> Fen:
    return Fen(sum(abs(fen(each.child("amount"))) for each in components))


def _shares(main: Node, lines: Sequence[_Line]) -> Shares:
    total = Fen(sum(line.called + line.off for line in lines))
    insurance, account = Fen(sum(line.insurance for line in lines)), Fen(sum(line.account for line in lines))
    return shares_of(total, insurance, account, None, f"{main.path}.lineItem")


def _what(item: Item, line: Node) -> tuple[str, str, str]:
    """Code, name and quantity of a line: its own concept, or the ChargeItem that it refers to."""
    key = line.choice("chargeItem")
    if key == "chargeItemReference":
        found = item.of(line.child(key), "ChargeItem")
        if found is None:
            raise Malformed(f"{line.path}.{key} is empty")
        told = _charge_item(found, Fen(0))
        return told.code, told.name, told.quantity
    return (*_concept(line, "chargeItemCodeableConcept"), "1")


def _charge_item(found: Node, price: Fen) -> ChargeItem:
    code, name = _concept(found, "code")
    return ChargeItem(code, name, found.child("quantity").number("value") or "1", price)


def _concept(holder: Node, key: str) -> tuple[str, str]:
    code = next((each.code for each in codes(holder, key) if each.code), "")
    name = words(holder.child(key))
    if not name:
        raise Malformed(f"{holder.path}.{key} is missing")
    return code, name


def _charge_price(main: Node, settings: FhirSettings) -> Node:
    found = main
    for key in settings.version.charge_price:
        found = found.child(key)
    return found


def _check_stated(main: Node, called: Fen) -> None:
    """What the hospital says that its lines come to; the net total leaves the taxes out."""
    taxes = [
        tax
        for line in main.children("lineItem")
        for tax in line.children("priceComponent")
        if tax.text("type") == "tax"
    ]
    net = called - (amount_of(taxes) if taxes else 0)
    for key, expected in (("totalGross", called), ("totalNet", net)):
        stated = main.child(key)
        if stated and fen(stated) != expected:
            raise Malformed(f"{stated.path} is not what the lines add up to")


def _has_code(component: Node, listed: frozenset[str]) -> bool:
    return any(code.code in listed for code in codes(component, "code") if code.code)


def _for_window(main: Node, key: str, settings: FhirSettings) -> bool:
    return any(code.code in settings.map.window_codes for code in codes(main, key) if code.code)


def _named(item: Item, reference: Node) -> str:
    found = item.neighbours.resolve(reference)
    return (found.text("name") if found is not None else "") or reference.text("display")


def _state(main: Node, states: dict[str, str]) -> str:
    state = states.get(main.text("status"))
    if state is None:
        raise Malformed(f"{main.path}.status is no state of FHIR's")
    return state


def _issued_at(main: Node, settings: FhirSettings) -> datetime:
    keys = settings.version.invoice_date if main.type == "Invoice" else ("enteredDate",)
    told = next(((key, main.text(key)) for key in keys if main.text(key)), None)
    if told is not None:
        return instant(told[1], settings.time_zone, f"{main.path}.{told[0]}")
    return _written_at(main, settings)


def _written_at(main: Node, settings: FhirSettings) -> datetime:
    at = told_at(main, settings)
    if at is None:
        raise Malformed(f"{main.path}.meta.lastUpdated is missing")
    return at


def _not_negative(amount: Fen, place: Node) -> Fen:
    if amount < 0:
        raise Malformed(f"{place.path} is negative")
    return amount
