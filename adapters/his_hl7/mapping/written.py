"""What stands in OBX-5, in words, by its type in OBX-2 (HL7 v2.5.1 section 2.A)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from adapters.hl7.null import told
from adapters.hl7.segment import Field, Repetition, Segment

_POWER_OF_TEN = re.compile(r"\*?10\^\d{1,2}(?:/.*)?")
_RANGE = re.compile(r"\s*[<>]?\d+(?:\.\d+)?~\d+(?:\.\d+)?\D*")
_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.\d{1,6})?)?)?)?)?)?(?:([+-]\d\d)(\d\d))?", re.ASCII
)
_CLOCK = re.compile(r"(\d\d)(\d\d)(?:(\d\d)(?:\.\d{1,6})?)?", re.ASCII)


def value_of(obx: Segment, coded: Sequence[str]) -> str:
    """The value as a reader reads it: each repetition a line, a code by the first of its components `coded`.

    A structured number is put together, a time is written with its separators, as far as it is known. A type that is
    not known here is shown as it was sent. A range whose `~` was never escaped (`3~5`) is one value.
    """
    field, kind = obx.field(5), told(obx["2"]).upper()
    if kind in _CODED:
        return _lines(_coded(repetition, coded) for repetition in field.repetitions)
    read = _READERS.get(kind)
    if read is None or _RANGE.fullmatch(field.text):
        return told(field.value)
    return _lines(map(read, field.repetitions))


def units_of(field: Field, told: str) -> str:
    """The units as told, or the whole field where it is a power of ten whose `^` was never escaped: `10^9/L`."""
    whole = field.text.strip()
    return whole if _POWER_OF_TEN.fullmatch(whole) else told


def _lines(values: Iterable[str]) -> str:
    return "\n".join(values).strip()


def _line(repetition: Repetition) -> str:
    return repetition.value.rstrip() if told(repetition.value) else ""


def _coded(repetition: Repetition, components: Sequence[str]) -> str:
    return next(filter(None, (told(repetition[component]) for component in components)), "")


def _structured(repetition: Repetition) -> str:
    """SN: comparator, number, separator or suffix, number, as in `>100`, `1:128`, `2+`."""
    return "".join(told(repetition[component]) for component in ("1", "2", "3", "4"))


def _moment(repetition: Repetition) -> str:
    """TS, DTM and DT: as precise as they were written, and in the zone that they were written in."""
    text = told(repetition["1"])
    found = _TIME.fullmatch(text)
    if not found:
        return text
    parts = ("-".join(filter(None, found.groups()[:3])), ":".join(filter(None, found.groups()[3:6])))
    return " ".join(filter(None, (*parts, ":".join(filter(None, found.groups()[6:])))))


def _clock(repetition: Repetition) -> str:
    text = told(repetition["1"])
    found = _CLOCK.fullmatch(text)
    return ":".join(filter(None, found.groups())) if found else text


_CODED = frozenset({"CE", "CWE", "CF", "CNE"})
_READERS: Mapping[str, Callable[[Repetition], str]] = {
    **dict.fromkeys(("TX", "FT", "ST", "NM", "IS", "ID"), _line),
    **dict.fromkeys(("TS", "DTM", "DT"), _moment),
    "TM": _clock,
    "SN": _structured,
}
