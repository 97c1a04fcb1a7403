"""A vertical's guard says no before money is asked for or given back; one that breaks is a no."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hospital_bridge.payment.model import Situation
from hospital_bridge.slot import Guard, Guarded, GuardFailed, Progress, Veto, Vetoed
from hospital_bridge.store.payments import PAYMENT
from tests.kept_logs import logging_kept
from tests.payment.world import FEE, OPERATOR, World

NO = Veto("rides.in_debt", "Please pay your last ride first.")


def guarded(world: World, on: Guarded, verdict: Any) -> None:
    """The sale's vertical asks for the sum, and decides by it."""
    guard = Guard(on, lambda work, asked: (work.operator_id, asked.amount_fen), verdict)
    counters = {kind: replace(counter, guards=(guard,)) for kind, counter in world.context.counters.items()}
    world.context = replace(world.context, counters=counters)
    world.runner = world._runner()


def broken(_facts: object) -> Veto | None:
    raise ZeroDivisionError


def payments(world: World) -> int:
    with world.store.read(OPERATOR) as work:
        return len(work.table(PAYMENT).all())


def test_a_charge_that_is_vetoed_leaves_nothing_behind(world: World) -> None:
    guarded(world, Guarded.CHARGE, lambda facts: NO if facts == (OPERATOR, FEE) else None)
    with world.store.begin(OPERATOR) as work, pytest.raises(Vetoed) as told:
        world.payments(work).open(world.request(work, "A1", FEE))
    assert (told.value.veto, told.value.code) == (NO, "HB-R008")
    assert payments(world) == 0
    assert world.next_due() is None


def test_a_charge_that_nobody_forbids_goes_its_way(world: World) -> None:
    guarded(world, Guarded.CHARGE, lambda facts: NO if facts == (OPERATOR, FEE) else None)
    assert world.situation(world.opened("A2", FEE - 1)) is Situation.AWAITING


def test_a_guard_that_breaks_closes_the_way_and_says_so(world: World) -> None:
    guarded(world, Guarded.CHARGE, broken)
    with logging_kept() as log, pytest.raises(GuardFailed, match=r"^HB-S003.*payment\.open"):
        world.open()
    told = json.loads(log.getvalue())
    assert (told["event"], told["kind"], told["error"]) == ("guard.failed", "payment.open", "ZeroDivisionError")
    assert payments(world) == 0


@pytest.mark.parametrize("rubbish", ["no", False, 0])
def test_an_answer_that_is_no_veto_closes_the_way_too(world: World, rubbish: Any) -> None:
    guarded(world, Guarded.CHARGE, lambda _: rubbish)
    with pytest.raises(GuardFailed):
        world.open()
    assert payments(world) == 0


def test_a_payment_that_stands_is_not_asked_about_again(world: World) -> None:
    payment_id = world.open()
    guarded(world, Guarded.CHARGE, lambda _: NO)
    assert world.open() == payment_id


@pytest.mark.parametrize("booked", [True, False])
def test_a_refund_that_is_vetoed_is_neither_reserved_nor_remembered(world: World, *, booked: bool) -> None:
    payment = world.fulfilled() if booked else world.paid()
    guarded(world, Guarded.REFUND, lambda _: NO)
    with pytest.raises(Vetoed):
        world.refund_all(payment)
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, len(world.desk.effects)) == (0, 1)
    assert world.payment(payment.payment_id).refund_wanted == ""


def test_money_that_came_late_goes_back_whatever_a_guard_says(world: World) -> None:
    payment = world.opened()
    world.abandon(payment)
    guarded(world, Guarded.REFUND, lambda _: NO)
    world.wallet.pay(payment.merchant_order_no)
    world.notify(payment)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert Progress.REFUNDED in world.desk.progress_of("A1")
