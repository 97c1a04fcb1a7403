"""Nobody is forgotten while money of theirs has still to move: afterwards nobody could name them to the hospital."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.errors import Reason
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.model import Payment
from hospital_bridge.subject_rights import is_under_way
from hospital_bridge.web.finance_reads import Decision, Told
from tests.payment.test_staff_refunds import LARGE, approved, asked, declined, wish
from tests.payment.world import OPERATOR, World


def waits(world: World, payment: Payment) -> bool:
    with world.store.read(OPERATOR) as work:
        return is_under_way(work, work.payments.get(payment.payment_id))


@pytest.mark.parametrize("decide", [approved, declined])
def test_a_request_that_waits_for_a_second_person_keeps_them(world: World, decide: object) -> None:
    payment = world.fulfilled(amount=LARGE)
    assert not waits(world, payment)
    request = asked(world, wish(payment, LARGE))
    assert waits(world, payment)
    decide(world, request, "zhao")  # type: ignore[operator]  # one of two
    world.drain(timedelta(hours=1))
    assert not waits(world, payment)


def test_what_the_wallet_refused_and_is_owed_keeps_them(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.CLOSED)
    asked(world, wish(payment, 450))
    world.drain()
    assert waits(world, payment)
    asked(world, wish(payment, 450, "k2"))
    world.drain()
    assert not waits(world, payment)


def test_a_booking_that_the_hospital_would_not_take_back_keeps_them_until_a_person_has_done_it(world: World) -> None:
    payment = world.fulfilled()
    world.desk.line.will("reverse", Reason.CLOSED)
    asked(world, wish(payment, 450))
    world.drain()
    assert waits(world, payment)
    finance = FinanceDesk(lambda _: world.context)
    [row] = finance.waiting(OPERATOR)
    finance.decide(OPERATOR, row.about, Decision.REVERSED, Told("staff-1"))
    assert not waits(world, payment)
