"""What stands in OBX-5, in words, by its type in OBX-2 (HL7 v2.5.1 section 2.A)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from adapters.hl7.segment import Field, Repetition, Segment

_POWER_OF_TEN = re.compile(r"\*?10\^\d{1,2}(?:/.*)?")
_SEVERAL = "; "


def value_of(obx: Segment) -> str:
    """The value as a reader reads it: lines of a text apart, a code by its name, a structured number put together.

    A type that is not known here is shown as it was sent.
    """
    field = obx.field(5)
    read = _READERS.get(obx["2"].strip().upper())
    if read is None:
        return field.value.strip()
    separator = "\n" if read is _line else _SEVERAL
    return separator.join(read(repetition) for repetition in field.repetitions).strip()


def units_of(field: Field, told: str) -> str:
    """The units as told, or the whole field where it is a power of ten whose `^` was never escaped: `10^9/L`."""
    whole = field.text.strip()
    return whole if _POWER_OF_TEN.fullmatch(whole) else told


def _line(repetition: Repetition) -> str:
    return repetition.value.rstrip()


def _coded(repetition: Repetition) -> str:
    """CWE-9 is the original text; CWE-2 and CWE-5 are the code's names, CWE-1 and CWE-4 the codes themselves."""
    return next(filter(None, (repetition[component].strip() for component in ("9", "2", "5", "1", "4"))), "")


def _structured(repetition: Repetition) -> str:
    """SN: comparator, number, separator or suffix, number, as in `>100`, `1:128`, `2+`."""
    return "".join(repetition[component].strip() for component in ("1", "2", "3", "4"))


_READERS: Mapping[str, Callable[[Repetition], str]] = {
    **dict.fromkeys(("TX", "FT"), _line),
    **dict.fromkeys(("CE", "CWE", "CF", "CNE"), _coded),
    "SN": _structured,
}
