"""A vertical sees and gives back the money of its own sales, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.values import Fen
from hospital_bridge.declared import Declared, NotDeclared
from hospital_bridge.slot import Payments
from tests.payment.world import OPERATOR, World

ANOTHER = Declared(frozenset(), frozenset(), frozenset(), frozenset({"rides.ride"}))


@pytest.mark.parametrize(
    "act",
    [
        lambda money, payment_id: money.view(payment_id),
        lambda money, payment_id: money.refund_all(payment_id, "r"),
        lambda money, payment_id: money.refund_part(payment_id, Fen(1), "r"),
        lambda money, payment_id: money.abandon(payment_id, "r"),
    ],
    ids=["view", "refund_all", "refund_part", "abandon"],
)
def test_somebody_else_s_payment_is_neither_seen_nor_given_back(
    world: World, act: Callable[[Payments, str], object]
) -> None:
    payment = world.paid()
    with world.store.begin(OPERATOR) as work, pytest.raises(NotDeclared, match="the sale"):
        act(replace(world.payments(work), limits=ANOTHER), payment.payment_id)
    assert world.payment(payment.payment_id) == payment
