"""The sums of a bill, read exactly from the segments that tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters import texts
from adapters.his_hl7.map_settings import BillMap, Places
from adapters.his_hl7.mapping.scope import Scope
from adapters.sums import NOTHING, Shares, Told, not_negative, shares_of, total_of
from adapters.values import Fen


@dataclass(frozen=True, slots=True)
class Priced:
    """One item as its sums are looked for: `own` names the segments that are told for it alone."""

    scope: Scope
    own: frozenset[str]


def amount(scope: Scope, places: Places, unit: str) -> Fen | None:
    """Fen at the first place that is filled, None where none is; Malformed where it is negative or no amount."""
    text = scope.text(places)
    return not_negative(texts.AMOUNTS[unit](text, scope.at(places)), scope.at(places)) if text else None


def signed(text: str, place: str, unit: str) -> Fen:
    """Fen of either sign; Malformed where it is no amount."""
    return texts.AMOUNTS[unit](text, place)


def shares(items: Sequence[Priced], amounts: Sequence[Fen | None], places: BillMap) -> Shares:
    """Total and shares of a bill; Malformed at the place that contradicts another."""
    first = items[0].scope
    total = total_of(
        [Told(each, item.scope.at(places.amount)) for item, each in zip(items, amounts, strict=True)],
        [Told(amount(item.scope, places.total, places.unit), item.scope.at(places.total)) for item in items],
    )
    told = (places.insurance, places.account, places.self_pay)
    insurance, account, self_pay = (_sum(items, share, places.unit) for share in told)
    where = first.at((*places.self_pay, *places.insurance, *places.account))
    return shares_of(total, insurance, account, self_pay, where)


def _sum(items: Sequence[Priced], places: Places, unit: str) -> Fen | None:
    """A share that each item tells, added up; one that is told once for the bill, as it is."""
    own = [_own(item, places, unit) for item in items]
    if any(each is not None for each in own):
        return Fen(sum(each or NOTHING for each in own))
    return amount(items[0].scope, places, unit)


def _own(item: Priced, places: Places, unit: str) -> Fen | None:
    return amount(item.scope, tuple(place for place in places if place.partition("-")[0] in item.own), unit)
