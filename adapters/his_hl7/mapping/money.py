"""The sums of a bill: read exactly, checked against each other, never made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters import texts
from adapters.errors import Malformed
from adapters.his_hl7.map_settings import BillMap, Places
from adapters.his_hl7.mapping.scope import Scope
from adapters.values import Fen

NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class Priced:
    """One item as its sums are looked for: `own` names the segments that are told for it alone."""

    scope: Scope
    own: frozenset[str]
    opener: str


@dataclass(frozen=True, slots=True)
class Shares:
    """`insurance` and `self_pay` add up to `total`."""

    total: Fen
    insurance: Fen
    self_pay: Fen


def amount(scope: Scope, places: Places, unit: str) -> Fen | None:
    """Fen at the first place that is filled, None where none is; Malformed where it is negative or no amount."""
    text = scope.text(places)
    if not text:
        return None
    fen = texts.AMOUNTS[unit](text, scope.at(places))
    if fen < 0:
        raise Malformed(f"{scope.at(places)} is negative")
    return fen


def shares(items: Sequence[Priced], amounts: Sequence[Fen | None], places: BillMap) -> Shares:
    """Total and shares of a bill; Malformed at the place that contradicts another."""
    first = items[0].scope
    total = _total(items, amounts, places)
    insurance, self_pay = (_sum(items, share, places.unit) for share in (places.insurance, places.self_pay))
    if insurance is None:
        insurance = NOTHING if self_pay is None else Fen(total - self_pay)
    if self_pay is None:
        self_pay = Fen(total - insurance)
    if insurance + self_pay != total or insurance < 0 or self_pay < 0:
        raise Malformed(f"{first.at((*places.self_pay, *places.insurance))}: the shares do not add up to the total")
    return Shares(total, insurance, self_pay)


def _total(items: Sequence[Priced], amounts: Sequence[Fen | None], places: BillMap) -> Fen:
    stated = _stated(items, places)
    unpriced = next((item for item, each in zip(items, amounts, strict=True) if each is None), None)
    if unpriced is not None:
        if stated is None:
            raise Malformed(f"{unpriced.scope.at(places.amount)} is missing and no total stands in its place")
        return stated
    added = Fen(sum(each for each in amounts if each is not None))
    if stated is not None and stated != added:
        raise Malformed(f"{items[0].scope.at(places.total)} is not what the items add up to")
    return added


def _stated(items: Sequence[Priced], places: BillMap) -> Fen | None:
    """The total that is told once for the bill or again with each item, always the same."""
    totals = [(item, amount(item.scope, places.total, places.unit)) for item in items]
    told = [(item, total) for item, total in totals if total is not None]
    contrary = next((item for item, total in told if total != told[0][1]), None)
    if contrary is not None:
        raise Malformed(f"{contrary.scope.at(places.total)} is another total than before it")
    return told[0][1] if told else None


def _sum(items: Sequence[Priced], places: Places, unit: str) -> Fen | None:
    """A share that each item tells, added up; one that is told once for the bill, as it is."""
    own = [_own(item, places, unit) for item in items]
    if any(each is not None for each in own):
        return Fen(sum(each or NOTHING for each in own))
    return amount(items[0].scope, places, unit)


def _own(item: Priced, places: Places, unit: str) -> Fen | None:
    return amount(item.scope, tuple(place for place in places if place.partition("-")[0] in item.own), unit)
