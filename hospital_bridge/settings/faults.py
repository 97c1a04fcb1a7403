"""What is wrong with a configuration: every fault with its place, so that one reading mends them all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hospital_bridge.settings.sentence import Sentence, Translate

EXIT_CODE = 78
"""EX_CONFIG of sysexits(3)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: file and line (from 1; 0 for the file as a whole), dotted key, what, and its permanent code."""

    file: Path
    line: int
    key: str
    sentence: Sentence
    code: str

    def shown(self, translate: Translate = str) -> str:
        """One line for a terminal, such as `bridge.toml:12 operator.his.port: … [HB-C005]`."""
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        key = f" {self.key}" if self.key else ""
        return f"{where}{key}: {self.sentence.shown(translate)} [{self.code}]"


class SettingsFaults(Exception):
    """The configuration cannot be used; `faults` holds every fault in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (str(fault.file), fault.line, fault.key)))
        super().__init__("\n".join(fault.shown() for fault in self.faults))


def with_nearest(sentence: Sentence, typed: str, known: Sequence[str]) -> Sentence:
    """The sentence, and the known name that was probably meant, or else the names there are."""
    near = difflib.get_close_matches(typed, known, n=1, cutoff=0.6)
    if near:
        return Sentence("{what}; did you mean {near}?", {"what": sentence, "near": near[0]})
    if known:
        return Sentence("{what}; known are {known}", {"what": sentence, "known": ", ".join(sorted(known))})
    return sentence
