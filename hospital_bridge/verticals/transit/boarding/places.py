"""Where people queue to board: one line at one stop, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.verticals.transit import operating

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class NoSuchPlace(LookupError):
    """Nobody queues there."""


@dataclass(frozen=True, slots=True)
class BoardingPlace:
    """`queue_id` names the core's line and the desk that calls from it; `prefix` leads the numbers given out there."""

    queue_id: str
    line_id: str
    line_name: str
    stop_name: str
    prefix: str

    @property
    def title(self) -> str:
        """As people read it."""
        return f"{self.line_name} · {self.stop_name}"


def places(settings: Mapping[str, Any]) -> Sequence[BoardingPlace]:
    """Every place of the settings, in their order; the first one's numbers begin with A."""
    city = operating.network(settings["feed"])
    return [
        BoardingPlace(
            queue_id=f"transit.{told['line']}.{told['stop']}",
            line_id=told["line"],
            line_name=city.lines[told["line"]].name,
            stop_name=city.stops[told["stop"]].name,
            prefix=chr(ord("A") + number),
        )
        for number, told in enumerate(settings["boarding"])
    ]


def place(settings: Mapping[str, Any], queue_id: str) -> BoardingPlace:
    """One of them; NoSuchPlace."""
    for each in places(settings):
        if each.queue_id == queue_id:
            return each
    raise NoSuchPlace(queue_id)
