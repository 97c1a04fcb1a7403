"""How a hospital's own messages are read: the places and tables of its `map`, as the readers use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from adapters.news import AbnormalFlag, ReportStatus

Places = tuple[str, ...]
"""Addresses such as `OBX-3.2`; the first one that is filled counts."""

Components = tuple[str, ...]
"""Numbers of components, the first one that is filled counts."""

NOTHING = "nothing"
"""A status code under which there is nothing to tell yet."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds where the value at the first filled place is one of `values`, whatever the case of its letters."""

    places: Places
    values: frozenset[str]

    def accepts(self, value: str) -> bool:
        """Whether that value is one of them."""
        return value.casefold() in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientMap:
    """Where it stands that record numbers became one, or two again; `retired` is a whole field."""

    merging: frozenset[str]
    linking: frozenset[str]
    parting: frozenset[str]
    updating: frozenset[str]
    retired: Places
    told_at: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMap:
    """Where a visit stands; `ignored` visits are none of ours, those under `cancelled` are off."""

    messages: frozenset[str]
    cancelling: frozenset[str]
    number: Places
    our_number: Places
    department_code: Places
    department_name: Places
    practitioner: Places
    place: Places
    starts_at: Places
    ends_at: Places
    told_at: Places
    ignored: Rule
    cancelled: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class StayMap:
    """Where a stay of an inpatient stands; of `messages` the sections after it say what some of them mean besides."""

    messages: frozenset[str]
    admitting: frozenset[str]
    discharging: frozenset[str]
    cancelling: frozenset[str]
    reopening: frozenset[str]
    settling: frozenset[str]
    inpatient: Rule
    number: Places
    ward: Places
    admitted_at: Places
    discharged_at: Places
    told_at: Places
    balance: Places
    asked: Places
    total: Places
    insurance: Places
    account: Places
    self_pay: Places
    deposits: Places
    surplus: Places
    due: Places
    settlement_no: Places
    unit: str

    @property
    def types(self) -> frozenset[str]:
        """The types that are read; none once `messages` is empty."""
        return self.messages | self.settling if self.messages else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BillMap:
    """Where a bill stands, in messages of charges (FT1) and of orders (ORC); `unit` is yuan or fen."""

    charges: frozenset[str]
    accounts: frozenset[str]
    orders: frozenset[str]
    charge: Rule
    credit: Rule
    order: Rule
    cancellation: Rule
    number: Places
    order_number: Places
    visit: Places
    department_name: Places
    practitioner: Places
    code: Places
    item: Places
    quantity: Places
    amount: Places
    total: Places
    insurance: Places
    account: Places
    self_pay: Places
    unit: str
    at_window: Rule
    issued_at: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMap:
    """Where a report and its items stand, and what the laboratory's codes mean."""

    messages: frozenset[str]
    number: Places
    our_order: Places
    visit: Places
    title: Places
    imaging: Rule
    status: Places
    statuses: Mapping[str, ReportStatus | None]
    issued_at: Places
    observed_at: Places
    practitioner: Places
    department_name: Places
    code: Places
    item: Places
    part: Places
    coded: Components
    units: Places
    range: Places
    flag: Places
    flags: Mapping[str, AbnormalFlag]
    critical: Rule
    item_status: Places
    item_statuses: Mapping[str, ReportStatus | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMap:
    """Where a document stands that is sent as such (TXA); its content is read as a report's."""

    messages: frozenset[str]
    correcting: frozenset[str]
    replacing: frozenset[str]
    cancelling: frozenset[str]
    number: Places
    replaces: Places
    our_order: Places
    visit: Places
    title: Places
    status: Places
    statuses: Mapping[str, ReportStatus | None]
    withdrawn: Rule
    unavailable: Rule
    withheld: Rule
    issued_at: Places
    observed_at: Places
    practitioner: Places
    department_name: Places


@dataclass(frozen=True, slots=True)
class NewsMap:
    """The whole `map`."""

    patient: PatientMap
    visit: VisitMap
    stay: StayMap
    bill: BillMap
    result: ResultMap
    document: DocumentMap

    @property
    def types(self) -> frozenset[str]:
        """Every type of message from which something is read."""
        return self.types_beside_stays | self.stay.types

    @property
    def types_beside_stays(self) -> frozenset[str]:
        """The types that tell of something else, whatever they tell of a stay."""
        sections = (getattr(self, each.name) for each in fields(self) if each.name != "stay")
        listed = (getattr(section, each.name) for section in sections for each in fields(section))
        return frozenset().union(*(each for each in listed if isinstance(each, frozenset)))


def map_from(loaded: Mapping[str, Any]) -> NewsMap:
    """The map from what `MapSchema` loaded."""
    return NewsMap(
        patient=_filled(PatientMap, loaded["patient"]),
        visit=_filled(VisitMap, loaded["visit"]),
        stay=_filled(StayMap, loaded["stay"]),
        bill=_filled(BillMap, loaded["bill"]),
        result=_filled(ResultMap, loaded["result"]),
        document=_filled(DocumentMap, loaded["document"]),
    )


def places_of(text: str) -> Places:
    """`OBR-3.1, ORC-3.1` as its addresses."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _filled(kind: type[Any], values: Mapping[str, Any]) -> Any:
    return kind(**{field.name: _READERS[field.type](values[field.name]) for field in fields(kind)})


def _rule(written: Mapping[str, Any]) -> Rule:
    return Rule(places_of(written["from"]), frozenset(value.casefold() for value in written["values"]))


def _statuses(written: Mapping[str, str]) -> Mapping[str, ReportStatus | None]:
    return {code: None if meaning == NOTHING else ReportStatus(meaning) for code, meaning in written.items()}


def _flags(written: Mapping[str, str]) -> Mapping[str, AbnormalFlag]:
    return {code: AbnormalFlag(meaning) for code, meaning in written.items()}


_READERS: Mapping[Any, Any] = {
    "Places": places_of,
    "Components": places_of,
    "Rule": _rule,
    "frozenset[str]": frozenset,
    "str": str,
    "Mapping[str, ReportStatus | None]": _statuses,
    "Mapping[str, AbnormalFlag]": _flags,
}
"""How the values of a field are made, by the type that the field is declared with."""
