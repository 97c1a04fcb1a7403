"""Stays are dropped that nobody here has claimed in time, and such as ended long ago; what money moved for stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hospital_bridge.verticals.hospital.stays import tidying
from hospital_bridge.verticals.hospital.stays.stay import stay_of
from hospital_bridge.verticals.hospital.store import stays
from tests.verticals.hospital.billing import OTHER_RECORD, RECORD, BillWorld
from tests.verticals.hospital.ward import NUMBER, Ward, told

LONG = tidying.KEPT + timedelta(days=1)


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def standing(ward: Ward, *numbers: str) -> Sequence[str]:
    """Which of these stays are kept at all, after the day's job."""
    tidying.tidy(ward.world.scope, "h1")
    with ward.world.scope.begin() as work:
        return [number for number in numbers if stays.find(work, number)]


def test_a_stay_that_nobody_claims_goes_after_its_days_and_that_of_somebody_here_stays(ward: Ward) -> None:
    ward.tell(told())
    ward.tell(replace(told(mrn=OTHER_RECORD), stay_no="ZY2"))
    ward.world.clock.advance(timedelta(days=29))
    assert standing(ward, NUMBER, "ZY2") == [NUMBER, "ZY2"]
    ward.world.clock.advance(timedelta(days=2))
    assert standing(ward, NUMBER, "ZY2") == [NUMBER]


def test_more_than_a_page_of_stays_that_are_kept_hides_none_that_goes(ward: Ward) -> None:
    with ward.world.scope.begin() as work:
        for number in range(500):
            news = replace(told(), stay_no=f"ZY{number}")
            stays.add(work, stay_of(work.ids.new(), RECORD, news))
    ward.tell(replace(told(mrn=OTHER_RECORD), stay_no="ZY500"))
    ward.world.clock.advance(timedelta(days=31))
    assert standing(ward, "ZY0", "ZY499", "ZY500") == ["ZY0", "ZY499"]


def test_what_ended_long_ago_is_forgotten_but_for_its_money(ward: Ward) -> None:
    ward.tell(replace(told(5, settled=True), stay_no="ZY2"))
    ward.tell(told())
    ward.paid(100)
    ward.hear(told(60, settled=True))
    ward.world.clock.advance(LONG)
    assert standing(ward, NUMBER, "ZY2") == [NUMBER]
    forgotten = ward.stay()
    assert (forgotten.mrn, forgotten.ward) == ("", "")
    assert [amount for amount, _, _ in ward.deposits()] == [10_000]
    assert standing(ward, NUMBER) == [NUMBER]


def test_a_stay_that_goes_on_is_kept_however_long(ward: Ward) -> None:
    ward.hear(told())
    ward.world.clock.advance(LONG)
    assert standing(ward, NUMBER) == [NUMBER]
    assert ward.stay().mrn
