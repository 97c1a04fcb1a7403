"""The demo's day of the visit is played at any hour, also when the day is about to end or has just begun."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.visit_day import VisitDay
from hospital_bridge.sandbox.story.world import World
from tests.journeys.stage_here import StageHere
from tests.journeys.steered_bridge import SHANGHAI, SteeredBridge, WorkingClock


def wait_until(steered: SteeredBridge, hour: time) -> None:
    now = steered.clock.now().astimezone(SHANGHAI)
    wanted = datetime.combine(now.date(), hour, SHANGHAI)
    steered.clock.advance((wanted - now) % timedelta(days=1))


@pytest.mark.parametrize("hour", [time(23, 55), time(23, 59, 30), time(0, 5), time(12, 30)], ids=str)
def test_whoever_comes_at_that_hour_is_seen_on_one_day(steered: SteeredBridge, hour: time) -> None:
    wait_until(steered, hour)
    world = World(StageHere(steered.bridge, steered.town), WorkingClock(steered), steered)
    phone = world.phone(people.CHEN_XIAOMING)
    phone.sign_in()
    if not any("cards/unbind" in form.action for form in phone.page("cards").forms):
        phone.bind_card()
    facts = {step.name: step.play() for step in VisitDay(world).steps()}

    seen = facts["call_by_api"]["seen"]
    assert len(seen) == len(set(seen)) == 3
    assert facts["examination"]["line"][0] == facts["missed"]["called"]
