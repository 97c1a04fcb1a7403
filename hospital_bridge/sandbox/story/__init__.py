"""The stories that the demo can play, each of one operator; what goes wrong on the way is part of them.

Each step plays over real wires, checks what it sees in the books outside of the bridge (the hospital's, the wallet's),
and tells facts: ids, amounts in fen, message control ids. Another story is one module of chapters here, one company in
`sandbox/companies`, and one entry in `PLAYS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hospital_bridge.sandbox.companies import DISTRICT, HOSPITAL, TRANSIT, Company
from hospital_bridge.sandbox.story.bills import Bills
from hospital_bridge.sandbox.story.family import Family
from hospital_bridge.sandbox.story.mall import FlashSale, Gifts, Returns
from hospital_bridge.sandbox.story.registration import Registration
from hospital_bridge.sandbox.story.results import Results
from hospital_bridge.sandbox.story.rides import Debts, Rides
from hospital_bridge.sandbox.story.stays import Stays
from hospital_bridge.sandbox.story.stops import Stops
from hospital_bridge.sandbox.story.visit_day import VisitDay
from hospital_bridge.sandbox.story.world import Step, StoryBroken, World

__all__ = ["PLAYS", "Play", "Step", "StoryBroken", "World"]


class Chapter(Protocol):
    """Some steps that belong together, played in one world; a later chapter finds what the earlier ones left."""

    def __init__(self, world: World) -> None: ...

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""


@dataclass(frozen=True, slots=True)
class Play:
    """A story: who runs the bridge in it, and its chapters."""

    company: Company
    chapters: Sequence[type[Chapter]]

    def story(self, world: World) -> Iterator[Step]:
        """Every step of every chapter, in order."""
        for chapter in self.chapters:
            yield from chapter(world).steps()


PLAYS: Mapping[str, Play] = {
    "hospital": Play(HOSPITAL, (Registration, Family, VisitDay, Bills, Stays, Results)),
    "transit": Play(TRANSIT, (Rides, Debts, Stops)),
    "district": Play(DISTRICT, (FlashSale, Returns, Gifts)),
}
"""By the name of the vertical that is played."""
