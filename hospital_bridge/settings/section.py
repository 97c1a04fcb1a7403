"""One table of the configuration, and where each of its keys was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hospital_bridge.settings.faults import Fault
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.settings.toml_lines import KeyPath


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1; 0 stands for the file as a whole."""

    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A table at `path`, shown to people as `shown`; `base` is the folder that relative paths start from."""

    table: Mapping[str, Any]
    path: KeyPath
    shown: str
    places: Mapping[KeyPath, Place]
    base: Path

    def below(self, *keys: str | int) -> Section:
        """The table further down; an absent one or a value of another kind counts as an empty table."""
        value: Any = self.table
        for key in keys:
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
        table = value if isinstance(value, Mapping) else {}
        return Section(table, (*self.path, *keys), dotted(self.shown, keys), self.places, self.base)

    def fault(self, keys: KeyPath, code: str, sentence: Sentence) -> Fault:
        """A fault of the key at `keys` below this table, placed at the nearest line that is written."""
        path = (*self.path, *keys)
        while path and path not in self.places:
            path = path[:-1]
        place = self.places[path]
        return Fault(place.file, place.line, dotted(self.shown, keys), sentence, code)


def dotted(above: str, keys: KeyPath) -> str:
    """The key as people write it; tables of an array are counted from 1."""
    shown = above
    for key in keys:
        shown += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if shown else key
    return shown
