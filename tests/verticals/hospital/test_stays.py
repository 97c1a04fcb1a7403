"""A stay as the hospital's own messages tell of it: the later word holds, in whatever order they come."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from adapters.his_hl7.mapping import news
from adapters.hl7.message import Message
from adapters.stays import Stage, StayTold
from adapters.values import Fen
from hospital_bridge.verticals.hospital.stays import depositing
from hospital_bridge.verticals.hospital.stays.stay import State, Stay
from hospital_bridge.verticals.hospital.store import stays
from tests.adapters.his_hl7.news_fixtures import raw_of, settings_of
from tests.verticals.hospital.billing import BillWorld
from tests.verticals.hospital.ward import NUMBER, Ward, told

WAY = ("adt_a01__admitted", "adt_a02__other_ward", "adt_a03__discharged", "adt_a13__discharge_cancelled")


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def sent(name: str) -> StayTold:
    """What a recorded message tells, under the number of the test's stay."""
    (stay,) = (each for each in news.read(Message.parse(raw_of(name)), settings_of(name)).news if _is_stay(each))
    assert isinstance(stay, StayTold)
    return replace(stay, stay_no=NUMBER)


def _is_stay(each: object) -> bool:
    return isinstance(each, StayTold)


def heard(ward: Ward, *names: str) -> Stay:
    for name in names:
        ward.hear(sent(name))
    return ward.stay()


def test_admission_transfer_and_discharge_are_followed(ward: Ward) -> None:
    admitted = heard(ward, WAY[0])
    assert (admitted.stage, admitted.ward, admitted.balance_fen) == (Stage.ADMITTED, "心内科三病区", None)
    assert heard(ward, WAY[1]).ward == "心内科五病区"
    left = heard(ward, WAY[2])
    assert (left.stage, left.discharged_at) == (Stage.DISCHARGED, sent(WAY[2]).discharged_at)
    again = heard(ward, WAY[3])
    assert (again.stage, again.discharged_at, again.admitted_at) == (Stage.ADMITTED, None, admitted.admitted_at)


def test_in_any_order_and_twice_each_the_stay_stands_as_it_was_told_last(ward: Ward) -> None:
    for number, order in enumerate(itertools.permutations(WAY)):
        for name in (*order, *order):
            ward.tell(replace(sent(name), stay_no=f"{NUMBER}-{number}"))
        with ward.world.scope.begin() as work:
            stay = stays.find(work, f"{NUMBER}-{number}")
        assert stay is not None
        assert (stay.stage, stay.ward, stay.discharged_at) == (Stage.ADMITTED, "心内科三病区", None)


def test_of_one_second_the_word_that_has_come_further_holds(ward: Ward) -> None:
    ward.hear(replace(told(), stage=Stage.DISCHARGED, is_settled=None))
    assert ward.hear(replace(told(), stage=Stage.ADMITTED, is_settled=None)).stage is Stage.DISCHARGED


def test_a_word_without_sums_leaves_those_that_were_told(ward: Ward) -> None:
    ward.hear(replace(told(), balance_fen=Fen(70_000), asked_fen=Fen(50_000)))
    moved = replace(told(5), ward="", balance_fen=None, is_settled=None, asked_fen=None)
    assert (ward.hear(moved).balance_fen, ward.stay().asked_fen, ward.stay().ward) == (70_000, 50_000, "三病区")
    ward.hear(told(10, settled=True, surplus=300))
    after = ward.hear(replace(moved, told_at=told(15).told_at, stage=Stage.DISCHARGED))
    assert (after.is_settled, after.surplus_fen) == (True, 300)


def test_a_stay_of_hl7_takes_deposits_and_a_cancelled_one_takes_none(ward: Ward) -> None:
    heard(ward, WAY[0])
    ward.world.bind()
    ward.paid(100)
    assert ward.booked() == [("payment", NUMBER, 10_000)]
    assert ward.press(100)
    heard(ward, "adt_a11__admission_cancelled")
    ward.world.pass_time()
    assert not ward.press(100)
    assert [state for _, state, _ in ward.deposits()] == [State.CLOSED, State.BOOKED]
    ward.world.must_be_sound()


def test_whoever_has_not_bound_the_record_number_sees_no_stay(ward: Ward) -> None:
    stay = heard(ward, WAY[0])
    stranger = ward.world.wallet_user("2088000000000009", ward.world.person("999999198503120034"))
    with pytest.raises(stays.NoSuchStay):
        depositing.pay(ward.world.scope, stranger, stay.stay_id, 100)
