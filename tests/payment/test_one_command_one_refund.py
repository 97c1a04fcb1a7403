"""A vertical's page gives a part back: the same request, run again because its process died, gives nothing more."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.store.idempotency import LEASE, Claim, Requests
from hospital_bridge.store.refunds import REFUND
from hospital_bridge.web.open_requests import OpenRequests
from tests.payment.world import OPERATOR, World

PAID, PART = 5_000, Fen(2_000)


def give_part(world: World, payment_id: str, command_key: str, part: Fen = PART) -> bool:
    with world.store.begin(OPERATOR) as work:
        return world.payments(work).refund_part(payment_id, part, "returned", command_key)


def parts_of(world: World, payment_id: str) -> list[int]:
    with world.store.read(OPERATOR) as work:
        return [each.amount_fen for each in work.refunds.of(payment_id)]


def test_a_request_whose_process_died_after_its_commit_gives_the_part_back_once(world: World) -> None:
    payment = world.fulfilled(amount=PAID)
    for _ in range(2):
        with world.store.begin(OPERATOR) as work:
            claim = Requests(work).claim("manager", "key-1", "hash")
        assert isinstance(claim, Claim), "it dies before it is settled, and so the browser's repeat runs again"
        with OpenRequests(world.store).running(claim):
            assert give_part(world, payment.payment_id, claim.key)
        world.clock.advance(LEASE * 2)
    world.drain()
    assert (parts_of(world, payment.payment_id), world.payment(payment.payment_id).refunded_fen) == ([PART], PART)
    world.assert_at_rest()


def test_another_request_for_the_same_sum_is_another_refund(world: World) -> None:
    payment = world.fulfilled(amount=PAID)
    assert all(give_part(world, payment.payment_id, key) for key in ("key-1", "key-2"))
    assert not give_part(world, payment.payment_id, "key-3")
    assert give_part(world, payment.payment_id, "key-1"), "what it asked for was done, though so much is not left now"
    assert parts_of(world, payment.payment_id) == [PART, PART]


def test_a_part_that_the_wallet_refused_is_not_sent_anew_by_its_old_request(world: World) -> None:
    payment = world.fulfilled(amount=PAID)
    world.wallet.line.will("refund", Reason.EXPIRED)
    give_part(world, payment.payment_id, "key-1")
    world.drain()
    assert give_part(world, payment.payment_id, "key-1")
    world.drain()
    assert (parts_of(world, payment.payment_id), world.payment(payment.payment_id).refunded_fen) == ([PART], 0)


def test_parts_without_a_key_are_each_given_back(world: World) -> None:
    payment = world.fulfilled(amount=PAID)
    assert all(give_part(world, payment.payment_id, "") for _ in range(2))
    assert parts_of(world, payment.payment_id) == [PART, PART]


def test_the_database_holds_one_refund_of_a_payment_for_a_key(world: World) -> None:
    payment = world.fulfilled(amount=PAID)
    give_part(world, payment.payment_id, "key-1")
    give_part(world, payment.payment_id, "key-2")
    with pytest.raises(IntegrityError), world.store.begin(OPERATOR) as work:
        work.table(REFUND).change(REFUND.c.command_key == "key-2", command_key="key-1")
