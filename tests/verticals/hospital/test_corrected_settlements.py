"""A settlement that the hospital corrects: what the wallet refused before, and what went back without its knowing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import Reason, Refused
from adapters.stays import StayTold
from adapters.sums import Shares
from adapters.values import Fen
from hospital_bridge.money_rows import money_rows
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again
from hospital_bridge.payment.flows.staff_refund import Wish, approve, ask
from hospital_bridge.payment.model import RefundReason, Route
from hospital_bridge.verticals.hospital.store import stays
from tests.payment.faults import Fault
from tests.verticals.hospital.billing import OPERATOR, BillWorld
from tests.verticals.hospital.test_deposits import minutes_now
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


def in_console(ward: Ward, payment_id: str, fen: int) -> None:
    with ward.world.store.read(OPERATOR) as work:
        payment = work.payments.get(payment_id)
    ward.world.wallet.refund_in_console(payment.merchant_order_no, fen)
    ward.world.confirm(payment)
    ward.world.work()


def on_its_way(ward: Ward, payment_id: str, fen: int) -> None:
    """A cashier's refund that the hospital has not heard of, for the wallet does not answer."""
    ward.world.wallet.line.is_down = lambda: True
    by_staff(ward, payment_id, fen)
    ward.world.work()


def with_deposits(news: StayTold, own: int, deposits: int) -> StayTold:
    shares = Shares(Fen(150_000 + own), Fen(150_000), Fen(0), Fen(own))
    surplus = Fen(max(deposits - own, 0))
    return replace(news, shares=shares, deposits_fen=Fen(deposits), surplus_fen=surplus)


@pytest.mark.parametrize("deposits", [30_000, 27_000])
def test_what_went_back_beside_the_surplus_is_taken_off_once_whether_or_not_the_hospital_nets_it(
    ward: Ward, deposits: int
) -> None:
    """It was on its way at the first reckoning and is booked at the second: its deposits say which."""
    ward.hear(told())
    ward.paid(300)
    on_its_way(ward, ward.deposits()[0][2], 3_000)
    ward.hear(with_deposits(settled(60), 20_000, 30_000))
    ward.world.wallet.line.is_down = lambda: False
    ward.world.pass_time()
    assert ward.went_back() == [10_000], "3,000 of a cashier's and 7,000 of the surplus"
    ward.hear(with_deposits(settled(minutes_now(ward)), 18_000, deposits))
    ward.world.pass_time()
    assert ward.went_back() == [12_000], "the hospital keeps its own part"


@pytest.mark.parametrize("own", [18_000, 25_000])
def test_a_cashiers_refund_that_the_wallet_refuses_after_the_settlement_comes_off_as_before(
    ward: Ward, own: int
) -> None:
    ward.hear(told())
    ward.paid(300)
    payment_id = ward.deposits()[0][2]
    on_its_way(ward, payment_id, 3_000)
    ward.hear(with_deposits(settled(60), 20_000, 30_000))
    ward.world.wallet.line.is_down = lambda: False
    ward.world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([7_000], [3_000])
    corrected = with_deposits(settled(minutes_now(ward)), own, 30_000)
    if own == 25_000:
        with pytest.raises(Refused):
            ward.hear(corrected)
        return
    ward.hear(corrected)
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([9_000], [3_000])
    send_again(ward, payment_id)
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([12_000], []), "as if the wallet had not refused"


def test_what_somebody_gave_back_at_the_wallet_in_its_place_is_the_surplus(ward: Ward) -> None:
    payment_id = refused_surplus(ward, 10_000)
    in_console(ward, payment_id, 10_000)
    assert (surplus(ward), on_list(ward)) == ((10_000, 0, 0), [])
    ward.hear(settled(90, surplus=15_000))
    ward.world.pass_time()
    assert ward.went_back() == [15_000]


def test_of_a_surplus_that_somebody_gave_back_in_part_all_the_rest_goes_back(ward: Ward) -> None:
    payment_id = refused_surplus(ward, 10_000)
    in_console(ward, payment_id, 6_000)
    assert (surplus(ward), on_list(ward)) == ((6_000, 0, 4_000), [4_000])
    ward.hear(with_deposits(settled(90), 45_000, 60_000))
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward), surplus(ward)) == ([15_000], [], (15_000, 0, 0))


def test_of_a_larger_sum_that_staff_send_the_surplus_is_the_surplus(ward: Ward) -> None:
    payment_id = refused_surplus(ward, 10_000)
    ward.world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 2)
    with ward.world.store.begin(OPERATOR) as work:
        ask(ward.world.context, work, Wish(payment_id, Fen(12_000), RefundReason.PAYER_ASKS, "li", "k1", proved=True))
    assert surplus(ward) == (0, 10_000, 0)
    ward.world.pass_time()
    assert (surplus(ward), on_list(ward)) == ((0, 0, 10_000), [12_000])
    ward.hear(settled(90, surplus=15_000))
    ward.world.pass_time()
    assert on_list(ward) == [2_000], "what the payer asked for besides"
    assert ward.went_back() == [13_000]


def test_what_is_sent_again_for_two_reasons_is_owed_for_two_reasons(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    payment_id = ward.deposits()[0][2]
    ward.world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 4)
    by_staff(ward, payment_id, 5_000)
    ward.world.pass_time()
    ward.hear(settled(60, surplus=15_000))
    ward.world.pass_time()
    send_again(ward, payment_id)
    ward.world.pass_time()
    assert on_list(ward) == [15_000]
    ward.hear(told(90))
    assert on_list(ward) == [5_000]


def test_money_that_has_not_come_back_is_not_what_the_deposits_became_less_by(ward: Ward) -> None:
    """A cheque of 3,000 is not honoured while a cashier's 3,000 is still on its way."""
    ward.hear(told())
    ward.paid(300)
    on_its_way(ward, ward.deposits()[0][2], 3_000)
    ward.hear(with_deposits(settled(60), 50_000, 60_000))
    ward.hear(with_deposits(settled(90), 48_000, 57_000))
    ward.world.wallet.line.is_down = lambda: False
    ward.world.pass_time()
    assert ward.went_back() == [10_000], "7,000 of the surplus, and the cashier's"


def test_the_surplus_leaves_in_a_deposit_what_finance_is_asked_to_send_of_it(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.paid(300)
    newest = ward.deposits()[0][2]
    ward.world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    by_staff(ward, newest, 20_000)
    ward.world.pass_time()
    ward.hear(with_deposits(settled(60), 25_000, 60_000))
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([10_000, 5_000], [20_000])
    send_again(ward, newest)
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([30_000, 5_000], [])


def test_what_never_came_back_explains_no_smaller_deposits(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    by_staff(ward, ward.deposits()[0][2], 10_000)
    ward.world.pass_time()
    ward.hear(with_deposits(settled(60), 40_000, 60_000))
    ward.world.pass_time()
    assert (ward.went_back(), on_list(ward)) == ([10_000], [10_000])
    with pytest.raises(Refused) as refusal:
        ward.hear(with_deposits(settled(90), 30_000, 50_000))
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT


def test_what_stands_in_the_place_of_the_surplus_is_not_what_the_hospital_heard_of_besides(ward: Ward) -> None:
    """It tells no deposits; 6,000 were given back in the console, and staff sent 3,000 more than was owed."""
    payment_id = refused_surplus(ward, 10_000)
    in_console(ward, payment_id, 6_000)
    ward.world.pass_time()
    ward.world.cashier.line.is_down = lambda: True
    with ward.world.store.begin(OPERATOR) as work:
        ask(ward.world.context, work, Wish(payment_id, Fen(7_000), RefundReason.PAYER_ASKS, "li", "k1", proved=True))
    ward.world.work()
    corrected = replace(settled(minutes_now(ward) + 1, surplus=15_000), shares=None, deposits_fen=None)
    ward.hear(corrected)
    ward.world.cashier.line.is_down = lambda: False
    ward.world.pass_time()
    assert ward.went_back() == [15_000]


def test_a_stay_that_was_settled_by_an_earlier_version_is_reckoned_by_time_once(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    by_staff(ward, ward.deposits()[0][2], 3_000)
    ward.world.pass_time()
    at = minutes_now(ward) + 1
    ward.hear(with_deposits(settled(at), 20_000, 27_000))
    ward.world.pass_time()
    stay = ward.stay()
    assert stay.netted_fen == 3_000
    with ward.world.scope.begin() as work:
        stays.save(work, replace(stay, netted_fen=None))
    ward.hear(with_deposits(settled(at + 1), 18_000, 27_000))
    ward.world.pass_time()
    assert ward.went_back() == [12_000]


def test_a_cashiers_own_wish_stays_owed_when_the_surplus_is_owed_no_more(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    payment_id = ward.deposits()[0][2]
    ward.world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 2)
    by_staff(ward, payment_id, 5_000)
    ward.world.pass_time()
    ward.hear(settled(60, surplus=10_000))
    ward.world.pass_time()
    assert on_list(ward) == [10_000], "5,000 of the cashier's, and so much less of the surplus"
    ward.hear(told(90))
    assert on_list(ward) == [5_000]


def test_a_surplus_that_is_told_less_what_went_back_of_it_is_not_taken_for_the_surplus(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    ward.hear(with_deposits(settled(60), 50_000, 60_000))
    ward.world.pass_time()
    netted = with_deposits(settled(120), 30_000, 50_000)
    with pytest.raises(Refused) as refusal:
        ward.hear(netted)
    assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    ward.hear(with_deposits(settled(130), 30_000, 60_000))
    ward.world.pass_time()
    assert ward.went_back() == [30_000]


def test_deposits_that_become_less_for_another_reason_are_the_hospitals_to_know(ward: Ward) -> None:
    """Such as a cheque that is not honoured: that is no sum of ours."""
    ward.hear(told())
    ward.paid(300)
    ward.hear(with_deposits(settled(60), 50_000, 60_000))
    ward.world.pass_time()
    assert ward.went_back() == [10_000]
    ward.hear(with_deposits(settled(120), 25_000, 40_000))
    ward.world.pass_time()
    assert ward.went_back() == [15_000]


def test_that_what_was_due_had_been_paid_is_on_the_trail_once_the_settlement_is_taken_back(ward: Ward) -> None:
    owing(ward)
    ward.world.settled(ward.world.bill(SETTLEMENT))
    ward.hear(told(90))
    with ward.world.store.read(OPERATOR) as work:
        told_of = [entry.detail for entry in work.audit.latest() if entry.action == "stay.paid_settlement_taken_back"]
    assert [SETTLEMENT in each for each in told_of] == [True]
