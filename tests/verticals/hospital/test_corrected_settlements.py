"""A settlement that the hospital corrects: what the wallet refused before, and what went back without its knowing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import Reason, Refused
from adapters.sums import Shares
from adapters.values import Fen
from hospital_bridge.money_rows import money_rows
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again
from hospital_bridge.payment.flows.staff_refund import Wish, approve, ask
from hospital_bridge.payment.model import RefundReason, Route
from tests.payment.faults import Fault
from tests.verticals.hospital.billing import MINUTE, OPERATOR, BillWorld
from tests.verticals.hospital.test_deposits import minutes_now
from tests.verticals.hospital.test_overtaken_settlements import money
from tests.verticals.hospital.test_settlements import SETTLEMENT, owing, settled, surplus
from tests.verticals.hospital.ward import Ward, told


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def refused_surplus(ward: Ward, fen: int) -> str:
    """A deposit of 300 yuan, settled with that surplus, which the wallet would not take back; the payment."""
    ward.hear(told())
    ward.paid(300)
    ward.world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    ward.hear(settled(60, surplus=fen))
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward)) == ((0, 0, fen), [fen])
    return ward.deposits()[0][2]


def on_list(ward: Ward) -> list[int]:
    """What finance is asked to have sent back."""
    with ward.world.store.read(OPERATOR) as work:
        return [row.amount_fen for row in money_rows(work)]


def send_again(ward: Ward, payment_id: str) -> None:
    with ward.world.store.begin(OPERATOR) as work:
        decide_refund_again(ward.world.context, work, payment_id, Looked("staff"))


def paid_by_hand(ward: Ward, payment_id: str, fen: int) -> None:
    wish = Wish(payment_id, Fen(fen), RefundReason.PAYER_ASKS, "li", "k1", Route.BY_HAND, proved=True)
    with ward.world.store.begin(OPERATOR) as work:
        request = ask(ward.world.context, work, wish)
    with ward.world.store.begin(OPERATOR) as work:
        approve(ward.world.context, work, request.request_id, by="chen", proved=True)


def by_staff(ward: Ward, payment_id: str, fen: int) -> None:
    with ward.world.scope.begin() as work:
        assert work.payments.refund_part(payment_id, Fen(fen), "by staff")


def test_corrected_upwards_all_of_it_goes_back_and_nothing_is_left_for_finance(ward: Ward) -> None:
    refused_surplus(ward, 15_000)
    ward.hear(settled(90, surplus=20_000))
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward), ward.went_back()) == ((20_000, 0, 0), [], [20_000])


def test_corrected_upwards_while_the_first_part_is_on_its_way_each_is_owed_by_itself(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.world.wallet.line.will("refund", Fault.LOST_REQUEST, Reason.NOT_ALLOWED)
    ward.hear(settled(60, surplus=20_000))
    ward.hear(settled(61, surplus=25_000))
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward)) == ((5_000, 0, 20_000), [20_000])


def test_corrected_downwards_finance_is_not_asked_to_send_what_is_surplus_no_more(ward: Ward) -> None:
    refused_surplus(ward, 20_000)
    ward.hear(settled(90, surplus=5_000))
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward), ward.went_back()) == ((5_000, 0, 0), [], [5_000])


def test_a_settlement_that_is_taken_back_owes_nothing(ward: Ward) -> None:
    refused_surplus(ward, 20_000)
    assert ward.hear(told(90)).takes_deposits
    assert on_list(ward) == []


def test_what_the_wallet_refuses_once_more_is_on_the_list_once(ward: Ward) -> None:
    payment_id = refused_surplus(ward, 10_000)
    ward.world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    send_again(ward, payment_id)
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward)) == ((0, 0, 10_000), [10_000])


@pytest.mark.parametrize("way", [send_again, lambda ward, payment: paid_by_hand(ward, payment, 20_000)])
def test_what_made_a_refused_surplus_good_is_that_surplus(ward: Ward, way: object) -> None:
    """The hospital corrects its settlement before it has booked that the money is back."""
    payment_id = refused_surplus(ward, 20_000)
    ward.world.cashier.line.is_down = lambda: True
    way(ward, payment_id)  # type: ignore[operator]  # one of the two above
    ward.world.work()
    assert surplus(ward) == (20_000, 0, 0)
    ward.hear(settled(90, surplus=25_000))
    ward.world.cashier.line.is_down = lambda: False
    ward.world.pass_time()
    assert ward.went_back() == [25_000]


def test_a_refund_whose_booking_is_not_answered_is_neither_given_back_again_nor_kept_in_silence(ward: Ward) -> None:
    """It reckoned after the payer had the money, and before its answer was here: it may have it, or not."""
    ward.hear(told())
    ward.paid(300)
    ward.world.cashier.line.will("post", Fault.LOST_REPLY)
    by_staff(ward, ward.deposits()[0][2], 10_000)
    ward.world.work()
    ward.world.clock.advance(MINUTE)
    ward.hear(settled(minutes_now(ward), surplus=15_000))
    ward.world.pass_time()
    assert (ward.went_back(), money(ward).window_fen) == ([15_000], 10_000)


def test_a_surplus_that_is_told_less_what_went_back_of_it_is_not_taken_for_the_surplus(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.hear(settled(60, surplus=10_000))
    ward.world.pass_time()
    cheaper = Shares(Fen(180_000), Fen(150_000), Fen(0), Fen(30_000))
    netted = replace(settled(120), shares=cheaper, deposits_fen=Fen(50_000), surplus_fen=Fen(20_000))
    with pytest.raises(Refused) as refusal:
        ward.hear(netted)
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    ward.hear(replace(netted, deposits_fen=Fen(60_000), surplus_fen=Fen(30_000)))
    ward.world.pass_time()
    assert ward.went_back() == [30_000]


def test_that_what_was_due_had_been_paid_is_on_the_trail_once_the_settlement_is_taken_back(ward: Ward) -> None:
    owing(ward)
    ward.world.settled(ward.world.bill(SETTLEMENT))
    ward.hear(told(90))
    with ward.world.store.read(OPERATOR) as work:
        told_of = [entry.detail for entry in work.audit.latest() if entry.action == "stay.paid_settlement_taken_back"]
    assert [SETTLEMENT in each for each in told_of] == [True]
