"""What hospital IT sees of the pace: a link that is left alone alarms nobody, and what rests after failures says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.errors import NotDone
from hospital_bridge.administration import LEFT_ALONE, NOT_WELL, RESTS, Administration
from hospital_bridge.link_watch import check_links
from hospital_bridge.pace.paced import Paced
from hospital_bridge.settings.model import Alerts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.systems import System
from hospital_bridge.telling.messages import Ways
from hospital_bridge.web.admin_reads import Light, LinkRow
from hospital_bridge.website import _resting
from tests.pace.fragile import Hospital, pace, paced
from tests.steered import FakeClock

HOUR = timedelta(hours=1)


@pytest.fixture
def hospital(clock: FakeClock) -> Hospital:
    return Hospital(clock)


@pytest.fixture
def his(hospital: Hospital, clock: FakeClock) -> Paced:
    return paced(hospital, clock, pace(maintenance=[{"from": "09:00", "until": "10:00"}]))


@pytest.fixture
def parts(his: Paced) -> Any:
    settings = SimpleNamespace(id="h1", alerts=replace(Alerts(), failed_checks=1), peers=())
    system = System("his", his, frozenset({"HisDirectory"}))
    return SimpleNamespace(settings=settings, wallets={}, systems={"his": system}, ways=Ways())


def lights(store: Store) -> Sequence[LinkRow]:
    return Administration(store).links("h1")


def link(store: Store, resting: Sequence[str] = ()) -> LinkRow:
    rows = Administration(store, resting=lambda _: resting).links("h1")
    return next(row for row in rows if row.kind == "his")


def test_a_system_in_maintenance_is_left_alone_and_alarms_nobody(
    store: Store, clock: FakeClock, hospital: Hospital, parts: Any
) -> None:
    check_links(parts, store, cast("Any", None))
    assert link(store).light is Light.GREEN
    hospital.fails_with = NotDone("down for the night")
    clock.advance(HOUR)
    check_links(parts, store, cast("Any", None))
    shown = link(store)
    assert (shown.light, shown.remedy, shown.told_down_at) == (Light.AMBER, LEFT_ALONE, None)
    assert {row.light for row in lights(store) if row.kind == "outcomes"} == {Light.AMBER}
    assert hospital.asked == ["departments"]
    clock.advance(HOUR)
    check_links(parts, store, cast("Any", None))
    shown = link(store)
    assert (shown.light, shown.remedy, shown.told_down_at) == (Light.RED, NOT_WELL, clock.now())


def test_what_rests_after_failures_stands_on_the_page_of_links(
    store: Store, hospital: Hospital, his: Paced, parts: Any
) -> None:
    bridge = cast("Any", SimpleNamespace(operators={"h1": parts}))
    hospital.fails_with = NotDone("down")
    for _ in range(5):
        with pytest.raises(NotDone):
            his.departments()
    assert _resting(bridge, "h1") == ["his · departments"]
    shown = link(store, _resting(bridge, "h1"))
    assert (shown.name, shown.light, shown.remedy) == ("his · departments", Light.AMBER, RESTS)
