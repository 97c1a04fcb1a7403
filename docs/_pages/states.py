"""The page of every state machine: each is a table in the code whose name ends in `TRANSITIONS`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType

from docs._pages.markdown import code, document, table

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hospital_bridge", "queueing", "notifications")
INTRODUCTION = (
    "A state changes only as these tables say: the row is the state, the column what happens, the cell the next "
    "state. An empty cell cannot happen and is refused."
)

DECLARED = re.compile(r"^(\w*TRANSITIONS)\b.*=", re.MULTILINE)

Table = Mapping[tuple[StrEnum, StrEnum], StrEnum]


def page() -> str:
    """One section for each machine."""
    return document("State machines", INTRODUCTION, *(_section(*machine) for machine in _machines()))


def _machines() -> Iterator[tuple[str, Table]]:
    """What each table is of, and the table; a module's second one is named by what its name adds."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            names = DECLARED.findall(file.read_text(encoding="utf-8"))
            if not names:
                continue
            module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
            for name in names:
                yield _told(module, name), getattr(module, name)


def _told(module: ModuleType, name: str) -> str:
    added = name.removesuffix("TRANSITIONS").strip("_")
    first_line = (module.__doc__ or module.__name__).strip().split("\n")[0]
    return first_line if not added else f"{added.replace('_', ' ').capitalize()}: see {module.__name__}"


def _section(told: str, transitions: Table) -> str:
    title, _, meaning = told.partition(": ")
    states = type(next(iter(transitions.values())))
    events = list(dict.fromkeys(event for _, event in transitions))
    rows = [
        (
            code(state.value),
            *(code(after.value) if (after := transitions.get((state, event))) else "" for event in events),
        )
        for state in states
    ]
    parts = [f"## {title.rstrip('.')}", meaning.capitalize(), " ".join((states.__doc__ or "").split())]
    return "\n\n".join([*(part for part in parts if part), table(("", *(code(event.value) for event in events)), rows)])
