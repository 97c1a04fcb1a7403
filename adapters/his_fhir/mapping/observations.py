"""Observations as items of a report: their values in words, as they were written, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.errors import Malformed
from adapters.his_fhir.mapping.datatypes import Code, codes, codes_of, decimal, words
from adapters.his_fhir.mapping.item import Item
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.news import CRITICAL_FLAGS, AbnormalFlag, Left, Observation, ReportStatus

STANDARD_FLAGS = frozenset(
    {
        "",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        "http://hl7.org/fhir/v3/ObservationInterpretation",
        "http://hl7.org/fhir/v2/0078",
        "http://terminology.hl7.org/CodeSystem/v2-0078",
    }
)
"""Where a code of `flags` may stand without its system."""

_DEEPEST = 8
_SEVERAL = "; "


@dataclass(frozen=True, slots=True)
class Items:
    """What the Observations of a report tell."""

    told: list[Observation] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    statuses: list[ReportStatus] = field(default_factory=list)


def items_of(item: Item, settings: FhirSettings) -> Items:
    """Every Observation that the report refers to, members behind their group, each once."""
    found, seen = Items(), set[int]()
    for reference in item.main.children("result"):
        _take(item, reference, found, seen, settings, _DEEPEST)
    _tell_apart(found.told)
    return found


def _take(item: Item, reference: Node, found: Items, seen: set[int], settings: FhirSettings, depth: int) -> None:
    observation = item.of(reference, "Observation")
    if observation is None:
        found.left.append(Left(reference.path, "a result that is only named"))
        return
    if id(observation.value) in seen:
        return
    if not depth:
        raise Malformed(f"{reference.path}: groups of results within each other without end")
    seen.add(id(observation.value))
    status = _status(observation, settings)
    if status is None:
        found.left.append(Left(f"{observation.path}.status", "an item without a result so far"))
    else:
        found.statuses.append(status)
        found.told.extend(_observed(observation, status, settings))
    for member in observation.children("hasMember"):
        _take(item, member, found, seen, settings, depth - 1)


def _observed(observation: Node, status: ReportStatus, settings: FhirSettings) -> Iterator[Observation]:
    """The Observation where it says something itself, then each of its components."""
    parts = observation.children("component")
    is_group = bool(parts or observation.children("hasMember"))
    if not is_group or observation.choice("value") or observation.has("dataAbsentReason") or _comment(observation):
        yield _one(observation, "", status, settings)
    code = _name(observation)[0]
    yield from (_one(part, code, status, settings) for part in parts)


def _one(holder: Node, part: str, status: ReportStatus, settings: FhirSettings) -> Observation:
    code, name = _name(holder)
    value, units = value_of(holder)
    ranges = [_range(each) for each in holder.children("referenceRange")]
    absent = words(holder.child("dataAbsentReason"))
    flag, written = _flag(holder, settings)
    return Observation(
        code=code,
        name=name,
        value=value,
        units=units,
        reference_range="~".join(filter(None, (each.words for each in ranges))),
        flag=flag,
        status=status,
        low=ranges[0].low if len(ranges) == 1 else "",
        high=ranges[0].high if len(ranges) == 1 else "",
        part=part,
        flag_written=written,
        comment="\n".join(filter(None, (absent, _comment(holder)))),
    )


def _name(holder: Node) -> tuple[str, str]:
    concept = holder.child("code")
    code = next((each.code for each in codes(holder, "code") if each.code), "")
    name = words(concept)
    if not name:
        raise Malformed(f"{holder.path}.code is missing")
    return code or name, name


def _comment(holder: Node) -> str:
    return notes(holder, "note")


def notes(holder: Node, key: str) -> str:
    """The texts of every Annotation, a line each."""
    return "\n".join(filter(None, (note.text("text") for note in holder.children(key))))


def _status(observation: Node, settings: FhirSettings) -> ReportStatus | None:
    code = observation.text("status")
    if code not in settings.map.item_statuses:
        raise Malformed(f"{observation.path}.status is {'no status that the map lists' if code else 'missing'}")
    return settings.map.item_statuses[code]


def _tell_apart(told: list[Observation]) -> None:
    """Items of one code and part are numbered: a later version must find each again."""
    met: dict[tuple[str, str], int] = {}
    for place, each in enumerate(told):
        key = (each.code, each.part)
        met[key] = met.get(key, 0) + 1
        if met[key] > 1:
            told[place] = replace(each, part=f"{each.part}.{met[key]}".lstrip("."))


# --- values -------------------------------------------------------------------------


def value_of(holder: Node) -> tuple[str, str]:
    """Value and units in words; both empty where there is no value. Malformed where its type is none of FHIR's."""
    key = holder.choice("value")
    if not key:
        return "", ""
    read = _READERS.get(key.removeprefix("value"))
    if read is None:
        raise Malformed(f"{holder.path}.{key} is of a type that is not read")
    return read(holder, key)


def _quantity(quantity: Node) -> tuple[str, str]:
    """Comparator and number as written, and the unit: in words, else its code (UCUM's `1` is none)."""
    unit = quantity.text("unit") or quantity.text("code")
    comparator = quantity.text("comparator")
    return f"{'' if comparator == 'ad' else comparator}{quantity.number('value')}", "" if unit == "1" else unit


def _read_quantity(holder: Node, key: str) -> tuple[str, str]:
    return _quantity(holder.child(key))


def _read_text(holder: Node, key: str) -> tuple[str, str]:
    return holder.text(key), ""


def _read_concept(holder: Node, key: str) -> tuple[str, str]:
    return words(holder.child(key)), ""


def _read_ratio(holder: Node, key: str) -> tuple[str, str]:
    """`1:128`; units where both sides have the same, or `numerator/denominator` where one has."""
    (above, unit), (below, below_unit) = (_quantity(holder.child(key).child(x)) for x in ("numerator", "denominator"))
    return f"{above}:{below}", unit if unit == below_unit else f"{unit}/{below_unit}".strip("/")


def _read_range(holder: Node, key: str) -> tuple[str, str]:
    found = _range_of(holder.child(key))
    return found.words, found.unit


def _read_period(holder: Node, key: str) -> tuple[str, str]:
    period = holder.child(key)
    return "/".join(filter(None, (period.text("start"), period.text("end")))), ""


def _read_samples(holder: Node, key: str) -> tuple[str, str]:
    return holder.child(key).text("data"), ""


def _read_attachment(holder: Node, key: str) -> tuple[str, str]:
    return holder.child(key).text("title") or holder.child(key).text("contentType"), ""


def _read_reference(holder: Node, key: str) -> tuple[str, str]:
    return holder.child(key).text("display"), ""


_READERS: Mapping[str, Callable[[Node, str], tuple[str, str]]] = {
    "Quantity": _read_quantity,
    "CodeableConcept": _read_concept,
    "Ratio": _read_ratio,
    "Range": _read_range,
    "Period": _read_period,
    "SampledData": _read_samples,
    "Attachment": _read_attachment,
    "Reference": _read_reference,
    **dict.fromkeys(("String", "Boolean", "Integer", "Time", "DateTime"), _read_text),
}


# --- ranges and flags ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Range:
    words: str
    low: str = ""
    high: str = ""
    unit: str = ""


def _range(told: Node) -> _Range:
    """A reference range: its text, or its ends; the ends only where there are two in order."""
    found = _range_of(told)
    return replace(found, words=told.text("text") or found.words)


def _range_of(told: Node) -> _Range:
    (low, unit), (high, high_unit) = (_quantity(told.child(end)) for end in ("low", "high"))
    unit = unit or high_unit
    if low and high:
        ordered = decimal(low.lstrip("<>="), f"{told.path}.low") <= decimal(high.lstrip("<>="), f"{told.path}.high")
        return _Range(f"{low}-{high}", low, high, unit) if ordered else _Range(f"{low}-{high}", unit=unit)
    one_sided = f"≥{low}" if low else f"≤{high}" if high else ""
    return _Range(one_sided, unit=unit)


def _flag(holder: Node, settings: FhirSettings) -> tuple[AbnormalFlag, str]:
    """What the laboratory says and how it wrote it; of several the weightiest counts.

    Of one concept the codes are translations of each other: one that is known is enough. A concept of which none is
    known is Malformed, for it might be the critical one.
    """
    flags, written = [], []
    for concept in holder.children("interpretation"):
        told = list(codes_of(concept))
        known = [settings.map.flags[key] for key in map(_key, told) if key in settings.map.flags]
        if not known:
            raise Malformed(f"{concept.path} is no flag that the map lists")
        flags += known
        written.append(next((each.code for each in told if each.code), "") or words(concept))
    return _weightiest(flags), "~".join(written)


def _key(code: Code) -> str:
    """As the map names it: a code of the standard's or a mere text by itself, any other behind its system."""
    written = code.code or code.display
    return written if code.system in STANDARD_FLAGS else f"{code.system}|{written}"


def _weightiest(flags: Sequence[AbnormalFlag]) -> AbnormalFlag:
    critical = next((flag for flag in flags if flag in CRITICAL_FLAGS), None)
    said = [flag for flag in flags if flag is not AbnormalFlag.NONE]
    telling = [flag for flag in said if flag is not AbnormalFlag.NORMAL]
    return critical or next(iter(telling or said), AbnormalFlag.NONE)
