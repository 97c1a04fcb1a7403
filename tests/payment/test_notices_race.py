"""Scenario 6 of reference/reliability.md section 1: one payment, twenty notices, many hands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from adapters.values import EntryKind
from hospital_bridge.payment.model import Situation
from hospital_bridge.slot import Progress
from tests.payment.world import FEE, World


def test_06_twenty_notices_at_four_doors_make_one_posting_and_one_booking(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    with ThreadPoolExecutor(4) as hands:
        replies = list(hands.map(lambda _: world.notify(payment), range(20)))
    assert replies == [b"success"] * 20
    world.drain()
    assert world.postings() == ["collect", "fulfil"]
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE]
    assert world.desk.line.calls == ["fulfil"]
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.FULFILLED]


def test_06_notices_queries_and_a_cancellation_at_once_lose_no_fen(world: World) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    acts = [lambda: world.notify(payment), lambda: world.abandon(payment), world.run, lambda: world.notify(payment)]
    with ThreadPoolExecutor(4) as hands:
        for done in [hands.submit(act) for act in acts]:
            done.result()
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()
