"""The district fits the slot, and its settings are refused where they contradict themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from hospital_bridge.contract import faults_of
from hospital_bridge.facade import Unit
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.district import VERTICAL, rights
from hospital_bridge.verticals.district import store as district_store
from hospital_bridge.verticals.district.fence import Fence, Point
from hospital_bridge.verticals.district.points import Earned, Spent
from hospital_bridge.verticals.district.settings import DistrictSettings, fence, shops
from hospital_bridge.verticals.district.store import points
from tests.fixtures_store import Database

NOODLES = {"id": "noodles", "name": "兰州拉面", "latitude": "31.230001", "longitude": "-121.47", "commission": 250}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def loaded(**other: Any) -> dict[str, Any]:
    settings: dict[str, Any] = DistrictSettings().load({"shops": [NOODLES], **other})
    return settings


def faults(**other: Any) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        loaded(**other)
    return set(caught.value.messages_dict)


def test_the_district_breaks_nothing_of_the_slots_contract() -> None:
    assert list(faults_of("district", VERTICAL)) == []


def test_a_shop_stands_where_the_configuration_puts_it_to_the_last_digit() -> None:
    (shop,) = shops(loaded())
    assert shop.point == Point(31_230_001, -121_470_000)
    assert fence(loaded(), shop) == Fence(shop.point)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"shops": [NOODLES, NOODLES]}, "shops"),
        ({"shops": []}, "shops"),
        ({"shops": [{**NOODLES, "commission": 10_001}]}, "shops"),
        ({"shops": [{**NOODLES, "latitude": "90.1"}]}, "shops"),
        ({"enter_metres": 150}, "exit_metres"),
        ({"audience_budget": 249}, "audience_budget"),
        ({"admission_key": "c2hvcnQ="}, "admission_key"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(other: dict[str, Any], field: str) -> None:
    assert faults(**other) == {field}


@pytest.fixture
def work(store: Store, database: Database) -> Iterator[Unit]:
    database.add_tables(district_store.metadata)
    nobody_pays: Any = None
    with store.begin("h1") as core:
        yield Unit(core, nobody_pays)


def test_a_person_sees_all_their_points_and_has_them_forgotten(work: Unit) -> None:
    points.write(work, "ann", "pay-1", Earned("p1", 100, NOW, work.now + timedelta(days=9)))
    points.write(work, "ann", "order-1", Spent(30, NOW))
    told = json.loads(json.dumps(rights.export_points(work, "ann")))
    assert (told["balance"], [event["points"] for event in told["events"]]) == (70, [100, 30])
    rights.forget_member(work, "ann")
    assert rights.export_points(work, "ann") == {"balance": 0, "owed": 0, "events": []}
