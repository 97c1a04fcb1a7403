"""What a hospital tells of stays (住院), and what is posted onto them, through every door that can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.stays import Stage, StayTold
from adapters.sums import Shares
from adapters.values import EntryKind, Fen, Posting
from hospital_bridge.sandbox.hospital.staff import Notice
from tests.contracts.his.doors import STAYS, at_every_door
from tests.contracts.his.site import DOCTOR, WANG_TAO, Site

OTHER_WARD = "D02011"


def told(site: Site, notice: Notice) -> StayTold:
    (news,) = (each for each in site.told(notice) if isinstance(each, StayTold))
    assert news.patient.first("MRN") == WANG_TAO
    assert news.stay_no == notice.number
    site.clock.instant += timedelta(seconds=1)
    return news


def deposit(site: Site, stay_no: str, amount_fen: int) -> Posting:
    return replace(site.posting("", amount_fen), stay_no=stay_no)


@at_every_door(STAYS)
def test_admission_transfer_discharge_and_its_cancelling_are_told_in_turn(site: Site) -> None:
    staff, begun = site.hospital.staff, site.clock.now()
    admitted = told(site, staff.admit(WANG_TAO, DOCTOR))
    assert (admitted.stage, admitted.ward, admitted.admitted_at) == (Stage.ADMITTED, "心血管内科病区", begun)
    moved = told(site, staff.transfer(admitted.stay_no, OTHER_WARD))
    assert (moved.ward, moved.told_at > admitted.told_at) == ("普通外科病区", True)
    left = site.clock.now()
    discharged = told(site, staff.discharge(admitted.stay_no))
    assert (discharged.stage, discharged.discharged_at) == (Stage.DISCHARGED, left)
    back = told(site, staff.cancel_discharge(admitted.stay_no))
    assert (back.stage, back.discharged_at) == (Stage.ADMITTED, None)


@at_every_door(STAYS)
def test_an_admission_that_is_cancelled_is_told_so(site: Site) -> None:
    admitted = told(site, site.hospital.staff.admit(WANG_TAO, DOCTOR))
    assert told(site, site.hospital.staff.cancel_admission(admitted.stay_no)).stage is Stage.CANCELLED


@at_every_door(STAYS)
def test_a_deposit_is_posted_onto_its_stay_and_the_balance_told(site: Site) -> None:
    stay_no = told(site, site.hospital.staff.admit(WANG_TAO, DOCTOR)).stay_no
    posted = site.his.post(deposit(site, stay_no, 200_000))
    assert (posted.kind, posted.amount_fen) == (EntryKind.PAYMENT, 200_000)
    assert [entry.amount_fen for entry in site.hospital.cashier.of_stay(stay_no)] == [200_000]
    assert site.his.find_posting(posted.serial, site.today) == posted
    charged = told(site, site.hospital.staff.charge_stay(stay_no, 300_050, 100_000))
    assert charged.balance_fen == 200_000 - 200_050


@at_every_door(STAYS)
def test_the_settlement_tells_its_parts_and_what_goes_back(site: Site) -> None:
    stay_no = told(site, site.hospital.staff.admit(WANG_TAO, DOCTOR)).stay_no
    paid = deposit(site, stay_no, 500_000)
    site.his.post(paid)
    told(site, site.hospital.staff.charge_stay(stay_no, 900_000, 400_000, 100_050))
    settled = told(site, site.hospital.staff.settle_stay(stay_no))
    assert settled.is_settled
    assert settled.shares == Shares(Fen(900_000), Fen(400_000), Fen(100_050), Fen(399_950))
    assert (settled.deposits_fen, settled.surplus_fen, settled.due_fen) == (500_000, 100_050, 0)
    site.his.post(replace(paid, serial=site.number("S"), kind=EntryKind.REFUND, amount_fen=Fen(100_050)))
    with pytest.raises(Refused) as refusal:
        site.his.post(deposit(site, stay_no, 10_000))
    assert refusal.value.reason is Reason.CLOSED


@at_every_door(STAYS)
def test_a_corrected_settlement_tells_its_deposits_before_the_surplus_went_back(site: Site) -> None:
    stay_no = told(site, site.hospital.staff.admit(WANG_TAO, DOCTOR)).stay_no
    paid = deposit(site, stay_no, 500_000)
    site.his.post(paid)
    told(site, site.hospital.staff.charge_stay(stay_no, 400_000))
    told(site, site.hospital.staff.settle_stay(stay_no))
    site.his.post(replace(paid, serial=site.number("S"), kind=EntryKind.REFUND, amount_fen=Fen(130_000)))
    corrected = told(site, site.hospital.staff.correct_settlement(stay_no, 300_000))
    # Of what went back 100,000 was the surplus, and 30,000 a cashier's.
    assert (corrected.deposits_fen, corrected.surplus_fen, corrected.is_settled) == (470_000, 170_000, True)


@at_every_door(STAYS)
def test_what_the_deposits_do_not_cover_is_paid_under_the_settlements_number(site: Site) -> None:
    stay_no = told(site, site.hospital.staff.admit(WANG_TAO, DOCTOR)).stay_no
    site.his.post(deposit(site, stay_no, 100_000))
    told(site, site.hospital.staff.charge_stay(stay_no, 900_000, 400_000))
    settled = told(site, site.hospital.staff.settle_stay(stay_no))
    assert (settled.due_fen, settled.surplus_fen) == (400_000, 0)
    rest = replace(deposit(site, stay_no, 400_000), bill_no=settled.settlement_no)
    with pytest.raises(Refused) as refusal:
        site.his.post(replace(rest, serial=site.number("S"), amount_fen=Fen(1)))
    assert refusal.value.reason is Reason.AMOUNT_MISMATCH
    site.his.post(rest)
    again = told(site, site.hospital.staff.tell_stay(stay_no))
    assert (again.due_fen, again.is_settled, again.settlement_no) == (0, True, settled.settlement_no)
