"""The systems of one hospital by name: its HIS, and others beside it such as the laboratory's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from adapters import registry
from adapters.feed import Feed
from adapters.ports import HisFeeds, HisHints, HisNews
from hospital_bridge.settings import AdapterChoice, OperatorSettings

HIS = "his"
"""The name of the first: what two systems could do, this one does."""


@dataclass(frozen=True, slots=True)
class System:
    """One system: its adapter, and the names of the ports that it provides."""

    name: str
    adapter: Any
    provides: frozenset[str]

    @property
    def news(self) -> HisNews | None:
        """What reads its news; None where the adapter cannot."""
        return cast("HisNews", self.adapter) if HisNews.__name__ in self.provides else None

    @property
    def hints(self) -> HisHints | None:
        """What reads its hints; None where it gives none."""
        return cast("HisHints", self.adapter) if HisHints.__name__ in self.provides else None

    @property
    def feeds(self) -> Sequence[Feed]:
        """What is fetched of it."""
        return cast("HisFeeds", self.adapter).feeds() if HisFeeds.__name__ in self.provides else ()

    def close(self) -> None:
        """Hang up."""
        hang_up = getattr(self.adapter, "close", None)
        if hang_up is not None:
            hang_up()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reads what a peer sends, and in which character set where it does not say.

    Without a reader what it sends tells nothing.
    """

    reader: HisNews | None
    charset: str | None


def systems_of(settings: OperatorSettings, built: Callable[[str, AdapterChoice], Any]) -> Mapping[str, System]:
    """Every system that the operator's settings name, the HIS first; `built` gives the adapter of one by its name."""
    choices = {} if settings.his is None else {HIS: settings.his}
    choices |= settings.systems
    return {name: System(name, built(name, choice), _offered(choice)) for name, choice in choices.items()}


def _offered(choice: AdapterChoice) -> frozenset[str]:
    declared = registry.manifest(choice.adapter)
    return declared.provides - declared.unoffered(choice.settings)


def ports_of(systems: Mapping[str, System]) -> dict[str, Any]:
    """Port name -> the adapter of the first system that provides it."""
    found: dict[str, Any] = {}
    for system in systems.values():
        for port in system.provides:
            found.setdefault(port, system.adapter)
    return found


def system_of_sender(settings: OperatorSettings, sender: str) -> str:
    """Which system stands behind a peer of the listener, or behind `system.feed` for what was fetched."""
    system, dot, _ = sender.partition(".")
    if dot:
        return system
    return next((peer.system for peer in settings.peers if peer.name == sender), HIS)
