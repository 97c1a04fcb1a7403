"""At the stop: people queue to board and are called by the free places, and a line that does not run is told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.riding import Rider
from hospital_bridge.sandbox.story.world import DISPATCHER_NAME, Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.browser import PageShown

BUS_STOP, BUS, SUSPENDED = "transit.B18.B01", "18路", "暂停"

MIDNIGHT, QUEUE_NEEDS = time(0), timedelta(minutes=1)
"""A queue is of one day: what is left of it has to be enough."""


class Stops:
    """A dispatcher, two who have ridden the bus in the chapters before, and one who never has."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._first, self._second = (Rider(world, person) for person in (people.WANG_TAO, people.LI_QI))
        self._stranger = Rider(world, people.CHEN_XIAOMING)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("queue", "Three people queue for the bus; each sees how many are ahead", self._queue)
        yield Step(
            "batch", "A bus with two free places: two are called, the third sees which bus comes next", self._batch
        )
        yield Step("stayed", "Who could not get on stands first again, and is called to the next bus", self._stayed)
        yield Step(
            "disruption", "A dispatcher suspends a line: whoever rode it lately is told, others are not", self._told
        )

    def _queue(self) -> Facts:
        self._world.keep_clear_of(MIDNIGHT, QUEUE_NEEDS)
        self._stranger.join()
        for rider in (self._first, self._second):
            rider.phone.sign_in()
        comers = (self._first, self._second, self._stranger)
        pages = [rider.phone.press(_boarding(rider), f"{BUS_STOP}/stand-in") for rider in comers]
        again = _boarding(self._first)
        expect(again.marks["number"] == pages[0].marks["number"], "the first has two places")
        ahead = [page.marks["ahead"] for page in pages]
        expect(ahead == ["0", "1", "2"], f"the pages say that {ahead} are ahead")
        return {"numbers": [page.marks["number"] for page in pages], "ahead": ahead}

    def _batch(self) -> Facts:
        self._desk = self._world.stage.worker(DISPATCHER_NAME)
        self._call("2")
        states = [_boarding(rider).marks["state"] for rider in (self._first, self._second, self._stranger)]
        expect(states == ["called", "called", "waiting"], f"they are {states}")
        self._first.told("请上车")
        return {"free": 2, "states": states}

    def _stayed(self) -> Facts:
        back = self._second.phone.press(_boarding(self._second), "/stay")
        expect(back.marks["ahead"] == "0", "somebody who came later stands before who could not get on")
        self._call("1")
        states = [_boarding(rider).marks.get("state", "") for rider in (self._first, self._second, self._stranger)]
        expect(states == ["", "called", "waiting"], f"they are {states}")
        return {"free": 1, "states": states}

    def _told(self) -> Facts:
        self._desk.press(self._desk.page("transit/disruptions"), "/disruptions", line="B18", kind="suspended")
        told = [rider.told(BUS, SUSPENDED) for rider in (self._first, self._second)]
        expect(all(words.count(SUSPENDED) == 1 for words in told), "somebody was told twice")
        expect(SUSPENDED not in self._stranger.messages(), "somebody was told who never rode the line")
        return {"line": BUS, "told": len(told)}

    def _call(self, free: str) -> None:
        self._desk.press(self._desk.page("transit/boardings"), "/boardings", place=BUS_STOP, free=free)


def _boarding(rider: Rider) -> PageShown:
    return rider.phone.page("boarding")
