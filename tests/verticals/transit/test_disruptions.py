"""A dispatcher says that a line is disrupted, and those who rode it lately are told once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hospital_bridge.slot import PageRequest, View
from hospital_bridge.verticals.transit import dispatching
from hospital_bridge.verticals.transit.disruption import LATELY, Kind
from hospital_bridge.verticals.transit.store import disruptions
from tests.verticals.transit.tapping import board, enter
from tests.verticals.transit.travelling import OPERATOR, TransitWorld


def say(city: TransitWorld, line_id: str, kind: Kind = Kind.SUSPENDED) -> None:
    dispatching.say(PageRequest(city.scope, "dispatcher-1", {"line": line_id, "kind": kind}))
    city.work()


def told(city: TransitWorld) -> Sequence[str]:
    with city.store.read(OPERATOR) as work:
        return [message.event for message in work.messages.inbox(city.phone) if message.event.startswith("line.")]


def test_who_rode_the_line_lately_is_told(city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    say(city, "B18")
    assert told(city) == ["line.suspended"]
    city.must_be_sound()


def test_who_passed_a_gate_of_its_stops_is_told_too(city: TransitWorld) -> None:
    city.sync(enter("S04", 0))
    say(city, "M2", Kind.DELAYED)
    assert told(city) == ["line.delayed"]


@pytest.mark.parametrize("line_id", ["M2", "B19"])
def test_who_did_not_ride_it_is_not_told(city: TransitWorld, line_id: str) -> None:
    city.sync(board("B01", 0), enter("S01", 5))
    say(city, line_id)
    assert told(city) == []


def test_who_has_not_ridden_for_long_is_left_in_peace(city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    city.close()
    city.pay()
    city.clock.advance(LATELY)
    say(city, "B18")
    assert told(city) == []


def test_a_job_that_runs_again_tells_nobody_twice(city: TransitWorld) -> None:
    city.sync(board("B01", 0))
    say(city, "B18")
    with city.scope.read() as work:
        (one,) = disruptions.latest(work, 10)
    dispatching.tell(city.scope, one.disruption_id)
    assert told(city) == ["line.suspended"]
    say(city, "B18", Kind.RESUMED)
    assert sorted(told(city)) == ["line.resumed", "line.suspended"]


def test_the_page_shows_what_was_said_last(city: TransitWorld) -> None:
    say(city, "B18")
    say(city, "M1", Kind.DELAYED)
    view = dispatching.show(PageRequest(city.scope, "dispatcher-1", {}))
    assert isinstance(view, View)
    assert {one.line_id for one in view.data["said"]} == {"B18", "M1"}
