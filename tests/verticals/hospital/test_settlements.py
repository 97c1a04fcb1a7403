"""The settlement of a stay (出院结算): its parts, what goes back, and what is still due and paid from the phone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import Malformed, Reason, Refused
from adapters.stays import StayTold
from adapters.sums import Shares
from adapters.values import Fen
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.slot import PageRequest, View
from hospital_bridge.verticals.hospital import export_subject
from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.pages.stays import show
from hospital_bridge.verticals.hospital.stays import arrival
from tests.payment.faults import Fault
from tests.verticals.hospital.billing import ACCOUNT, OPERATOR, SHANGHAI, BillWorld
from tests.verticals.hospital.ward import NUMBER, Ward, told

SETTLEMENT = "JS1"


@pytest.fixture
def ward(world: BillWorld) -> Ward:
    return Ward(world)


def settled(minute: int, *, due: int = 0, surplus: int = 0, number: str = SETTLEMENT) -> StayTold:
    own, insurance = 50_000, 150_000
    return replace(
        told(minute, settled=True, surplus=surplus),
        shares=Shares(Fen(own + insurance), Fen(insurance), Fen(0), Fen(own)),
        deposits_fen=Fen(own + surplus - due),
        due_fen=Fen(due),
        settlement_no=number,
    )


def owing(ward: Ward, due: int = 20_000) -> None:
    """A deposit was paid, and the settlement came to more."""
    ward.hear(told())
    ward.paid(300)
    ward.world.cashier.owed[SETTLEMENT] = due
    ward.hear(settled(60, due=due))


def state(ward: Ward, number: str = SETTLEMENT) -> State:
    return ward.world.bill(number).state


def told_to_payer(ward: Ward) -> list[str]:
    with ward.world.store.read("h1") as work:
        return [message.event for message in work.messages.inbox(ward.world.phone)]


def test_what_is_due_is_a_bill_that_is_paid_and_posted_as_the_settlements(ward: Ward) -> None:
    owing(ward)
    assert (state(ward), ward.stay().shares) == (State.ISSUED, settled(0).shares)
    ward.world.settled(ward.world.bill(SETTLEMENT))
    assert state(ward) is State.SETTLED
    last = ward.world.cashier.book[-1]
    assert (last.stay_no, last.bill_no, last.amount_fen) == (NUMBER, SETTLEMENT, 20_000)
    ward.world.must_be_sound()
    run = reconcile_day(ward.world.context, ACCOUNT, ward.world.clock.now().astimezone(SHANGHAI).date())
    assert run.wallet_fen == run.ledger_fen == run.sale_fen == 30_000 + 20_000
    assert run.unexplained_fen == 0


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_REPLY])
def test_a_lost_answer_posts_what_is_due_once(ward: Ward, fault: Fault) -> None:
    owing(ward)
    ward.world.cashier.line.will("post", fault)
    ward.world.settled(ward.world.bill(SETTLEMENT))
    ward.world.pass_time()
    assert [one.amount_fen for one in ward.world.cashier.book if one.bill_no] == [20_000]
    ward.world.must_be_sound()


def test_told_again_once_it_is_paid_nothing_more_is_due(ward: Ward) -> None:
    owing(ward)
    ward.world.settled(ward.world.bill(SETTLEMENT))
    for again in (settled(60, due=20_000), settled(90), settled(95)):
        ward.hear(again)
    assert (state(ward), ward.stay().due_fen) == (State.SETTLED, 0)
    assert len(ward.world.cashier.book) == 2


def test_paid_at_the_window_it_is_withdrawn_and_an_open_order_is_closed(ward: Ward) -> None:
    owing(ward)
    payment = ward.world.opened(ward.world.bill(SETTLEMENT))
    ward.world.wallet.pay(payment.merchant_order_no)
    ward.world.cashier.owed.clear()
    ward.hear(settled(90))
    ward.world.pass_time()
    assert state(ward) is State.WITHDRAWN
    assert ward.world.taken_fen() == 30_000
    ward.world.must_be_sound()


def test_another_sum_or_number_replaces_what_was_due_and_taking_it_back_withdraws_it(ward: Ward) -> None:
    owing(ward)
    ward.hear(settled(70, due=10_000))
    assert ward.world.bill(SETTLEMENT).self_pay_fen == 10_000
    ward.hear(settled(80, due=10_000, number="JS2"))
    assert (state(ward), state(ward, "JS2")) == (State.WITHDRAWN, State.ISSUED)
    assert ward.hear(told(90)).takes_deposits
    assert state(ward, "JS2") is State.WITHDRAWN


def test_an_older_settlement_that_comes_late_asks_for_nothing(ward: Ward) -> None:
    ward.hear(told())
    ward.hear(settled(90))
    ward.hear(settled(60, due=20_000))
    with pytest.raises(AssertionError):
        state(ward)


def test_a_settlement_under_the_number_of_another_bill_is_refused(ward: Ward) -> None:
    ward.world.issue(SETTLEMENT)
    ward.hear(told())
    with pytest.raises(Refused):
        ward.hear(settled(60, due=20_000))


def test_sums_that_contradict_each_other_are_never_kept() -> None:
    for wrong in ({"due_fen": Fen(1)}, {"deposits_fen": Fen(1)}, {"surplus_fen": Fen(-1)}, {"is_settled": False}):
        with pytest.raises(Malformed):
            replace(settled(0, surplus=700), **wrong)


def test_payers_are_told_of_deposits_of_what_is_asked_for_and_of_the_settlement(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    asked = replace(told(5), asked_fen=Fen(50_000))
    for news in (asked, asked, replace(asked, told_at=told(6).told_at)):
        ward.hear(news)
    ward.hear(settled(60, surplus=10_000))
    ward.hear(settled(61, surplus=10_000))
    assert sorted(told_to_payer(ward)) == ["deposit.received", "stay.deposit_needed", "stay.goes_back", "stay.settled"]


def test_payers_are_told_of_what_is_due_and_of_a_deposit_that_was_refused(ward: Ward) -> None:
    ward.hear(told())
    ward.world.cashier.stays.clear()
    ward.paid(100)
    ward.world.pass_time()
    with ward.world.scope.read() as work:
        (deposit,) = export_subject(work, ward.world.subject)["stays"][0]["deposits"]
    assert (deposit["state"], deposit["reason"]) == ("refused", "closed")
    ward.hear(settled(90, due=20_000))
    assert sorted(told_to_payer(ward)) == ["bill.stay_due", "deposit.refused"]


def surplus(ward: Ward) -> tuple[int, int, int]:
    """What the page says of it: back, on its way, and what could not go back."""
    page = show(PageRequest(ward.world.scope, ward.world.phone, {"stay": ward.stay().stay_id}))
    assert isinstance(page, View)
    money = page.data["money"]
    return money.back_fen, money.on_way_fen, money.stuck_fen


def test_of_a_surplus_it_is_known_what_is_back_on_its_way_and_refused_by_the_wallet(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(100)
    ward.paid(300)
    ward.world.wallet.line.will("refund", Reason.CLOSED)
    with ward.world.scope.begin() as work:
        arrival.told(work, settled(60, surplus=35_000))
    assert surplus(ward) == (0, 35_000, 0)
    ward.world.work()
    assert surplus(ward) == (5_000, 0, 30_000)
    newest = ward.deposits()[0][2]
    with ward.world.store.begin(OPERATOR) as work:
        decide_refund_again(ward.world.context, work, newest, Looked("staff"))
    assert surplus(ward) == (5_000, 30_000, 0)
    ward.world.pass_time()
    assert surplus(ward) == (35_000, 0, 0)


def test_what_went_back_before_the_settlement_is_not_taken_for_its_surplus(ward: Ward) -> None:
    ward.hear(told())
    ward.paid(300)
    payment_id = ward.deposits()[0][2]
    with ward.world.scope.begin() as work:
        assert work.payments.refund_part(payment_id, Fen(10_000), "by staff")
    ward.world.work()
    ward.world.wallet.line.will("refund", Reason.CLOSED)
    ward.hear(settled(60, surplus=15_000))
    ward.world.pass_time()
    assert surplus(ward) == (0, 0, 15_000)
    ward.hear(settled(61, surplus=20_000))
    ward.world.pass_time()
    assert surplus(ward) == (20_000, 0, 0)


def due_here(ward: Ward) -> str:
    page = show(PageRequest(ward.world.scope, ward.world.phone, {"stay": ward.stay().stay_id}))
    assert isinstance(page, View)
    return str(page.data["due"])


def test_what_is_due_is_offered_here_only_while_its_bill_can_be_paid_here(ward: Ward) -> None:
    owing(ward)
    assert due_here(ward) == "payable"
    ward.world.opened(ward.world.bill(SETTLEMENT))
    assert due_here(ward) == "begun"
    ward.world.pass_time()
    assert due_here(ward) == "payable", "the order was not paid in its time"
    ward.world.cashier.owed.clear()
    ward.world.settled(ward.world.bill(SETTLEMENT))
    assert (state(ward), due_here(ward)) == (State.REFUSED, "window")


def test_what_was_given_back_after_it_was_paid_is_due_at_the_window(ward: Ward) -> None:
    owing(ward)
    payment = ward.world.settled(ward.world.bill(SETTLEMENT))
    assert due_here(ward) == "settled"
    with ward.world.scope.begin() as work:
        work.payments.refund_all(payment.payment_id, "by staff")
    ward.world.pass_time()
    assert (state(ward), due_here(ward)) == (State.REFUNDED, "window")


def test_nothing_is_offered_while_the_last_orders_late_money_is_looked_into(ward: Ward) -> None:
    owing(ward)
    payment = ward.world.opened(ward.world.bill(SETTLEMENT))
    ward.world.pass_time()
    ward.world.wallet.line.will("refund", Reason.CLOSED)
    ward.world.confirm(payment)
    ward.world.pass_time()
    assert (state(ward), due_here(ward)) == (State.ISSUED, "checking")
