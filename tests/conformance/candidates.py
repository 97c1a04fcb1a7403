"""The verticals that the suite runs over: every installed one, and two strangers' that are installed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hospital_bridge.loading import offered, package_of
from hospital_bridge.slot import Vertical, VerticalWork
from tests.conformance.planting import CINEMA, NAME

EXAMPLES = "hospital_bridge.conformance"
"""Entry point group in which a wheel offers an `Example`-like object under its vertical's name."""

NAMES = (*offered(), NAME, CINEMA)


def _nothing(_work: VerticalWork, _subject_id: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Example:
    """What the suite cannot invent: settings that are required, and one of everything that is kept of a person.

    `keep` writes it and returns refs by job topic; `secrets` are the words that it sealed.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    keep: Callable[[VerticalWork, str], Mapping[str, str]] = _nothing
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One vertical and what the suite was told of it."""

    name: str
    vertical: Vertical
    example: Example

    @property
    def distribution(self) -> str:
        """The package that offers it."""
        return package_of(offered()[self.name][0])

    @property
    def folder(self) -> Path:
        """Where its code stands: the package that its entry point names."""
        return Path(str(files(offered()[self.name][0].module)))

    @property
    def package(self) -> str:
        return offered()[self.name][0].module


def example_of(name: str) -> Any:
    """Ours stand in `examples/`, a wheel's behind its entry point; without one nothing is kept and nothing is set."""
    module = f"tests.conformance.examples.{name}"
    if find_spec(module) is not None:
        return import_module(module).EXAMPLE
    return next((point.load() for point in entry_points(group=EXAMPLES, name=name)), Example())
