"""What others write at length never costs us the record of what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import Reason, Refused
from hospital_bridge.payment.model import Situation
from hospital_bridge.slot import PaidSale, Receipt, Scope
from tests.payment.world import FEE, World

LONG = "长" * 300


def test_a_booking_is_recorded_however_long_its_numbers_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = world.context.counters["registration"]
    wordy = replace(counter.sale, fulfil=lambda _, paid: Receipt(paid.serial, LONG, FEE, LONG))
    monkeypatch.setitem(world.context.counters, "registration", replace(counter, sale=wordy))
    payment = world.fulfilled()
    assert (payment.receipt_no, payment.control_id) == (LONG[:64], LONG[:64])
    assert world.situation(payment) is Situation.DONE


def test_a_refusal_and_a_wish_are_recorded_however_long_their_words_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_scope: Scope, _paid: PaidSale) -> Receipt:
        raise Refused("no", reason=Reason.SLOT_TAKEN, native_code=LONG)

    counter = world.context.counters["registration"]
    wordy = replace(counter.sale, fulfil=refuse)
    monkeypatch.setitem(world.context.counters, "registration", replace(counter, sale=wordy))
    payment = world.paid()
    world.refund_all(payment, reason=LONG)
    assert world.payment(payment.payment_id).refund_wanted == LONG[:200]
    world.drain()
    [refused] = [effect for effect in world.effects() if effect.kind == "sale.fulfil"]
    assert refused.native_code == LONG[:64]
    assert world.situation(payment) is Situation.REFUNDED
