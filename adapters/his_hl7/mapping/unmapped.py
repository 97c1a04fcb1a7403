"""Codes that no map of the settings lists: told by their place, and by the code itself where it can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters import texts
from adapters.his_hl7.mapping.layout import PatientPart
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.null import told
from adapters.news import Left

_CODE = re.compile(r"[A-Za-z+*<>?-]{1,4}|\d{1,2}", re.ASCII)
_OF_NO_SEX = frozenset({"U", "O", "A", "N"})
"""HL7 table 0001: unknown, other, ambiguous, not applicable."""


def named(code: str) -> str:
    """The code behind a colon; longer texts, hanzi and numbers may be a patient's and are not quoted."""
    return f": {code}" if _CODE.fullmatch(code) else ""


def of_patient(part: PatientPart, settings: Hl7HisSettings) -> Iterator[Left]:
    """The types of numbers and the sex of the part's PID that the settings do not list, and half a birth date."""
    pid = next((segment for segment in part.segments if segment.name == "PID"), None)
    if pid is None:
        return
    place = part.scope.label("PID")
    known = {theirs for types in settings.id_types.values() for theirs in types}
    kinds = dict.fromkeys(told(number["5"]) for number in pid.field(3).repetitions)
    for kind in kinds:
        if kind and kind not in known:
            yield Left(f"{place}-3.5", f"no type of number that `id_types` lists{named(kind)}")
    if texts.is_part_of_day(told(pid["7.1"])):
        yield Left(f"{place}-7", "a birth date without its day")
    sex = told(pid["8.1"])
    if sex and sex not in settings.sexes and sex not in _OF_NO_SEX:
        yield Left(f"{place}-8", f"no sex that `sexes` lists{named(sex)}")
