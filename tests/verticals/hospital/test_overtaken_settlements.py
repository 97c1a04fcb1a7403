"""A settlement that is overtaken by other words of the stay, and refunds that the hospital has not heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.stays import Stage, StayTold
from adapters.values import Fen
from hospital_bridge.slot import PageRequest, View
from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.pages.stays import current_stays, show
from hospital_bridge.verticals.hospital.stays import reckoning
from tests.verticals.hospital.billing import MINUTE, BillWorld
from tests.verticals.hospital.test_deposits import asking, minutes_now, still
from tests.verticals.hospital.test_settlements import SETTLEMENT, owing, settled, state, told_to_payer
from tests.verticals.hospital.ward import Ward, told


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def without_sums(minute: int, stage: Stage | None = None) -> StayTold:
    """An ADT that tells where the patient lies and nothing else."""
    return replace(told(minute), balance_fen=None, is_settled=None, asked_fen=None, stage=stage)


def money(ward: Ward) -> reckoning.Money:
    page = show(PageRequest(ward.world.scope, ward.world.phone, {"stay": ward.stay().stay_id}))
    assert isinstance(page, View)
    told_money = page.data["money"]
    assert isinstance(told_money, reckoning.Money)
    return told_money


def test_a_settlement_counts_after_a_later_word_that_says_nothing_of_money(ward: Ward) -> None:
    """It waited for a deposit that was being booked, or came by another line."""
    ward.hear(told())
    ward.paid(300)
    ward.hear(without_sums(80, Stage.DISCHARGED))
    stay = ward.hear(settled(60, surplus=10_000))
    ward.world.pass_time()
    assert (stay.is_settled, stay.stage, ward.went_back()) == (True, Stage.DISCHARGED, [10_000])
    assert not ward.press(100)


def test_a_settlement_taken_back_stays_so_when_the_settlement_itself_comes_late(ward: Ward) -> None:
    ward.hear(told())
    ward.hear(told(90))
    assert ward.hear(settled(60, due=20_000)).takes_deposits


def test_an_account_counts_after_a_later_word_that_says_nothing_of_it(ward: Ward) -> None:
    ward.hear(told())
    ward.hear(without_sums(30))
    stay = ward.hear(replace(told(20), balance_fen=Fen(70_000), asked_fen=Fen(50_000)))
    assert (stay.balance_fen, stay.asked_fen, stay.told_at) == (70_000, 50_000, told(30).told_at)


@pytest.mark.parametrize("end", [State.REFUNDED, State.REFUSED])
def test_a_word_without_sums_asks_nobody_to_pay_again_what_was_refused_or_given_back(ward: Ward, end: State) -> None:
    owing(ward)
    if end is State.REFUSED:
        ward.world.cashier.owed.clear()
    payment = ward.world.settled(ward.world.bill(SETTLEMENT))
    if end is State.REFUNDED:
        with ward.world.scope.begin() as work:
            work.payments.refund_all(payment.payment_id, "by staff")
        ward.world.pass_time()
    assert state(ward) is end
    ward.hear(without_sums(120))
    assert state(ward) is end
    ward.hear(settled(130, due=20_000))
    assert state(ward) is State.ISSUED, "the hospital itself says that it is due again"


def test_of_a_surplus_is_taken_what_went_back_without_the_hospitals_knowing(ward: Ward) -> None:
    """It reckoned with both deposits, while one of them was going back; its own part of the stay stays with it."""
    ward.hear(told())
    ward.paid(300)
    ward.paid(300)
    first = ward.deposits()[-1][2]
    ward.world.wallet.line.is_down = lambda: True
    with ward.world.scope.begin() as work:
        assert work.payments.refund_part(first, Fen(30_000), "by staff")
    ward.hear(settled(60, surplus=10_000))
    ward.world.wallet.line.is_down = lambda: False
    ward.world.pass_time()
    assert (ward.went_back(), money(ward).window_fen) == ([0, 30_000], 0)
    for again in (60, 60 + minutes_now(ward)):
        ward.hear(settled(again, surplus=10_000))
        ward.world.pass_time()
        assert ward.went_back() == [0, 30_000], "the same settlement once more, then or later"
    ward.world.must_be_sound()


def test_what_the_hospital_knew_to_be_back_is_not_taken_off_twice(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    payment_id = ward.deposits()[0][2]
    with ward.world.scope.begin() as work:
        assert work.payments.refund_part(payment_id, Fen(10_000), "by staff")
    ward.world.pass_time()
    ward.hear(settled(600, surplus=5_000))
    ward.world.pass_time()
    assert ward.went_back() == [15_000]


def test_a_surplus_that_the_wallet_would_not_take_back_may_become_less(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.world.wallet.line.will("refund", Reason.CLOSED)
    ward.hear(settled(60, surplus=20_000))
    ward.world.pass_time()
    assert (ward.went_back(), money(ward).stuck_fen) == ([0], 20_000)
    assert ward.hear(told(90)).takes_deposits
    ward.hear(settled(120, surplus=5_000))
    ward.world.pass_time()
    assert (ward.went_back(), money(ward).stuck_fen) == ([5_000], 0)
    with pytest.raises(Refused):
        ward.hear(told(150))


def test_what_the_hospital_booked_after_its_word_is_not_asked_for_again(ward: Ward) -> None:
    """Paid before the word, and booked after it: the account that the hospital told then has not got it."""
    ward.hear(told())
    ward.world.cashier.line.is_down = lambda: True
    ward.paid(300)
    ward.world.clock.advance(2 * MINUTE)
    ward.hear(asking(minutes_now(ward)))
    assert still(ward) == (30_000, 70_000, 20_000)
    ward.world.clock.advance(MINUTE)
    ward.world.cashier.line.is_down = lambda: False
    ward.world.pass_time()
    assert ward.deposits()[0][1] == "booked"
    assert still(ward) == (30_000, 70_000, 20_000)


def test_whoever_paid_onto_an_admission_that_was_cancelled_is_told_where_the_money_is_until_it_is_fetched(
    ward: Ward,
) -> None:
    ward.hear(told())
    ward.paid(300)
    cancelled = without_sums(60, Stage.CANCELLED)
    for _ in range(2):
        ward.hear(cancelled)
    assert told_to_payer(ward).count("stay.cancelled") == 1
    ward.world.clock.advance(timedelta(days=90))
    assert shown_first(ward) == [ward.stay().stay_id]
    payment_id = ward.deposits()[0][2]
    with ward.world.scope.begin() as work:
        work.payments.refund_all(payment_id, "by staff")
    ward.world.pass_time()
    assert shown_first(ward) == []


def shown_first(ward: Ward) -> list[str]:
    """The stays of the first page."""
    request = PageRequest(ward.world.scope, ward.world.phone, {}, subject_id=ward.world.subject)
    with ward.world.scope.read() as work:
        return [each.stay_id for each in current_stays(work, request)]


def test_whoever_paid_a_deposit_too_late_is_told_that_it_went_back(ward: Ward) -> None:
    ward.hear(told())
    assert ward.press(100)
    ward.world.work()
    payment_id = ward.deposits()[0][2]
    ward.world.pass_time()
    assert ward.deposits()[0][1] == "closed"
    with ward.world.store.read("h1") as work:
        payment = work.payments.get(payment_id)
    ward.world.confirm(payment)
    ward.world.pass_time()
    assert (ward.went_back(), told_to_payer(ward)) == ([10_000], ["deposit.went_back"])
