"""The demo's day of the visit is played at any hour, also when the day is about to end or has just begun."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from argon2 import PasswordHasher

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.api_client import ApiClient
from hospital_bridge.sandbox.calling_system import CallingSystem
from hospital_bridge.sandbox.companies import HOSPITAL
from hospital_bridge.sandbox.story.visit_day import VisitDay
from hospital_bridge.sandbox.story.world import World
from hospital_bridge.sandbox.town import Town
from hospital_bridge.sandbox.worker import Worker
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.staff import NameTaken, RoleGrant, StaffAccounts
from tests.journeys.steered_bridge import OPERATOR, SHANGHAI, SteeredBridge, WorkingClock

PASSWORD = "a quiet waiting hall"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class SteeredStage:
    """A stage of which the test moves the clock."""

    steered: SteeredBridge

    @property
    def town(self) -> Town:
        return self.steered.town

    @property
    def public_url(self) -> str:
        return self.steered.bridge.settings.bridge.public_url

    @property
    def window(self) -> str:
        return f"{self.public_url}/p/{OPERATOR}"

    def worker(self, name: str) -> Worker:
        role, display_name = HOSPITAL.staff[name]
        with suppress(NameTaken), self.steered.bridge.store.begin(OPERATOR) as work:
            StaffAccounts(work).add(name, display_name, QUICK.hash(PASSWORD), frozenset({RoleGrant(role)}))
        someone = Worker(self.public_url, OPERATOR, name, PASSWORD)
        someone.sign_in()
        return someone

    def issue_key(self, name: str, scope: str) -> str:
        with self.steered.bridge.store.begin(OPERATOR) as work:
            return ApiKeys(work).issue(name, frozenset({scope}))

    def system(self, name: str, scope: str) -> CallingSystem:
        return CallingSystem(self.public_url, OPERATOR, self.issue_key(name, scope))

    def api(self, name: str, scope: str) -> ApiClient:
        return ApiClient(self.public_url, OPERATOR, self.issue_key(name, scope))

    def run(self, *words: str) -> str:
        raise NotImplementedError(words)


def wait_until(steered: SteeredBridge, hour: time) -> None:
    now = steered.clock.now().astimezone(SHANGHAI)
    wanted = datetime.combine(now.date(), hour, SHANGHAI)
    steered.clock.advance((wanted - now) % timedelta(days=1))


@pytest.mark.parametrize("hour", [time(23, 55), time(23, 59, 30), time(0, 5), time(12, 30)], ids=str)
def test_whoever_comes_at_that_hour_is_seen_on_one_day(steered: SteeredBridge, hour: time) -> None:
    wait_until(steered, hour)
    world = World(SteeredStage(steered), WorkingClock(steered), steered)
    phone = world.phone(people.CHEN_XIAOMING)
    phone.sign_in()
    if not any("cards/unbind" in form.action for form in phone.page("cards").forms):
        phone.bind_card()
    facts = {step.name: step.play() for step in VisitDay(world).steps()}

    seen = facts["call_by_api"]["seen"]
    assert len(seen) == len(set(seen)) == 3
    assert facts["examination"]["line"][0] == facts["missed"]["called"]
