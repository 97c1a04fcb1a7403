"""The page of every state machine: each is a table in the code, found by its name `TRANSITIONS`."""

from __future__ import annotations

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

Table = Mapping[tuple[StrEnum, StrEnum], StrEnum]


def page() -> str:
    """One section for each machine."""
    return document("State machines", INTRODUCTION, *(_section(module) for module in _machines()))


def _machines() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "\nTRANSITIONS" in file.read_text(encoding="utf-8"):
                yield import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def _section(module: ModuleType) -> str:
    transitions: Table = module.TRANSITIONS
    title, _, meaning = (module.__doc__ or module.__name__).strip().split("\n")[0].partition(": ")
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
