"""Money that arrives for an order which is no longer the bill's: whoever paid it is told, and the page speaks of it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Reason
from hospital_bridge.slot import PageRequest, View
from hospital_bridge.verticals.hospital.bills import paying
from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.pages.bills import show_bill
from tests.verticals.hospital.billing import OPERATOR, BillWorld, withdrawn

BACK = ("bill.refunded", {"amount": 3_000})


def page(world: BillWorld) -> View:
    view = show_bill(PageRequest(world.scope, world.phone, {"bill": world.bill().bill_id}))
    assert isinstance(view, View)
    return view


def earlier(world: BillWorld) -> list[tuple[str, int]]:
    return [(one.situation, one.amount_fen) for one in page(world).data["earlier"]]


def told(world: BillWorld, phone: str = "") -> list[tuple[str, dict[str, Any]]]:
    """What the phone was told beside the bill itself."""
    with world.store.read(OPERATOR) as work:
        inbox = [(one.event, dict(one.parameters)) for one in reversed(work.messages.inbox(phone or world.phone))]
    return [one for one in inbox if one[0] != "bill.to_pay"]


def test_late_money_of_the_first_order_is_spoken_of_beside_the_second_and_whoever_paid_is_told(
    world: BillWorld,
) -> None:
    first = world.opened(world.issue())
    world.pass_time()
    world.opened(world.bill())
    assert earlier(world) == [], "an order that came to nothing is nothing to speak of"
    world.confirm(first)
    assert earlier(world) == [("refunding", 3_000)]
    world.work()
    assert (page(world).data["payment"].situation, earlier(world)) == ("awaiting", [("refunded", 3_000)])
    assert told(world) == [BACK]
    world.confirm(world.payment())
    world.pass_time()
    assert (world.bill().state, told(world)) == (State.SETTLED, [BACK, ("bill.settled", {"amount": 3_000})])


def test_the_page_looks_again_while_earlier_money_is_on_its_way(world: BillWorld) -> None:
    first = world.opened(world.issue())
    world.pass_time()
    world.opened(world.bill())
    world.pass_time()
    assert page(world).refresh_seconds is None
    world.confirm(first)
    assert page(world).refresh_seconds == 2


def test_late_money_goes_back_with_a_word_although_no_second_order_was_opened(world: BillWorld) -> None:
    first = world.opened(world.issue())
    world.pass_time()
    world.confirm(first)
    world.pass_time()
    assert (world.bill().state, told(world)) == (State.ISSUED, [BACK])


def test_of_two_phones_the_one_that_paid_too_late_is_told(world: BillWorld) -> None:
    other = world.wallet_user("2088000000000002", world.subject)
    first = world.opened(world.issue())
    assert paying.give_up(world.scope, other, world.bill().bill_id)
    world.wallet.pay(first.merchant_order_no)
    world.work()
    world.settled(world.bill(), other)
    world.pass_time()
    assert told(world) == [BACK]
    assert told(world, other) == [("bill.settled", {"amount": 3_000})]


def test_money_for_a_bill_that_was_withdrawn_meanwhile_goes_back_with_a_word(world: BillWorld) -> None:
    first = world.opened(world.issue())
    world.wallet.pay(first.merchant_order_no)
    world.hear(withdrawn(minute=1))
    world.pass_time()
    assert (world.bill().state, told(world)) == (State.WITHDRAWN, [BACK])


def test_whoever_was_told_of_a_refusal_with_its_money_is_not_told_twice(world: BillWorld) -> None:
    bill = world.issue()
    world.cashier.owed.clear()
    world.settled(bill)
    world.pass_time()
    assert told(world) == [("bill.refused", {"amount": 3_000})]


def test_a_settled_bill_that_is_refunded_is_told_once(world: BillWorld) -> None:
    payment = world.settled(world.issue())
    with world.scope.begin() as work:
        work.payments.refund_all(payment.payment_id, "decided by a person")
    world.pass_time()
    assert told(world) == [("bill.settled", {"amount": 3_000}), BACK]


@pytest.mark.parametrize("at", ["second order", "after it"])
def test_while_a_person_sees_to_the_earlier_money_nobody_is_asked_to_pay_again(world: BillWorld, at: str) -> None:
    first = world.opened(world.issue())
    world.pass_time()
    world.opened(world.bill())
    world.wallet.line.will("refund", Reason.EXPIRED)
    world.confirm(first)
    world.work()
    if at == "after it":
        world.pass_time()
    assert (earlier(world), page(world).data["is_checked"]) == ([("checking", 3_000)], True)
    assert [one.owed_fen for one in page(world).data["earlier"]] == [3_000]
