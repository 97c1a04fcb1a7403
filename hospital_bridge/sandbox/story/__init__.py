"""The story of the demo: patients at the hospital and in the wallet, and what goes wrong on the way.

Each step plays over real wires, checks what it sees in the books of the hospital and the wallet,
and tells facts: ids, amounts in fen, message control ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from hospital_bridge.sandbox.story.bills import Bills
from hospital_bridge.sandbox.story.family import Family
from hospital_bridge.sandbox.story.registration import Registration
from hospital_bridge.sandbox.story.results import Results
from hospital_bridge.sandbox.story.visit_day import VisitDay
from hospital_bridge.sandbox.story.world import Step, StoryBroken, World

__all__ = ["CHAPTERS", "Step", "StoryBroken", "World", "story"]


class Chapter(Protocol):
    """Some steps that belong together, played in one world; a later chapter finds what the earlier ones left."""

    def __init__(self, world: World) -> None: ...

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""


CHAPTERS: Sequence[type[Chapter]] = (Registration, Family, VisitDay, Bills, Results)


def story(world: World) -> Iterator[Step]:
    """Every step of every chapter, in order."""
    for chapter in CHAPTERS:
        yield from chapter(world).steps()
