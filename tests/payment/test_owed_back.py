"""Several refunds of one payment meet: what is owed is reckoned anew whenever one of them ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.payment.model import (
    MADE_AT_WALLET,
    Account,
    Collection,
    Fulfilment,
    Payment,
    Refund,
    RefundState,
    Situation,
    forgone,
    owed_back,
    parts,
    refused,
    unmet_wish,
)
from hospital_bridge.store.unit_of_work import Work
from tests.payment.faults import Fault
from tests.payment.test_staff_refunds import asked, refunds, wish
from tests.payment.world import CANCELLED, FEE, OPERATOR, World
from tests.steered import CountedIds, FakeClock

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PART = 450


def owed(world: World, payment: Payment) -> int:
    def told(work: Work) -> int:
        return owed_back(work.payments.get(payment.payment_id), work.refunds.of(payment.payment_id))

    with world.store.read(OPERATOR) as work:
        return told(work)


def test_a_part_that_the_wallet_refuses_goes_back_with_the_wish_for_all_that_came_meanwhile(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.CLOSED)
    asked(world, wish(payment, PART))
    world.refund_all(payment)
    assert refunds(world, payment) == [PART, FEE - PART]
    world.drain()
    assert sorted(refunds(world, payment)) == [PART, PART, FEE - PART]
    assert (world.situation(payment), owed(world, payment)) == (Situation.REFUNDED, 0)
    world.assert_at_rest()


def test_a_wish_that_comes_while_all_of_it_is_on_its_way_is_not_dropped(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.CLOSED)
    asked(world, wish(payment, FEE))
    world.refund_all(payment)
    assert (refunds(world, payment), world.payment(payment.payment_id).refund_wanted) == ([FEE], CANCELLED)
    world.drain()
    assert (refunds(world, payment), world.situation(payment)) == ([FEE, FEE], Situation.REFUNDED)
    world.assert_at_rest()


def test_a_wish_that_another_refund_has_met_is_over(world: World) -> None:
    payment = world.fulfilled()
    asked(world, wish(payment, PART))
    world.refund_all(payment)
    world.drain()
    assert (refunds(world, payment), world.situation(payment)) == ([PART, FEE - PART], Situation.REFUNDED)
    assert world.payment(payment.payment_id).refund_wanted == ""
    world.assert_at_rest()


def test_of_a_part_that_the_console_gave_back_only_the_rest_is_owed(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Fault.NOT_SENT)
    asked(world, wish(payment, PART))
    world.run()
    world.refund_all(payment)
    world.wallet.refund_in_console(payment.merchant_order_no, 1000)
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == FEE
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_what_was_refused_as_too_much_goes_back_once_it_is_heard_who_had_taken_a_part(world: World) -> None:
    """Seeds 30 and 246 of the simulation: the console's notice came after the refusal."""
    payment = world.fulfilled()
    world.wallet.query_tells_refunds = False
    world.wallet.refund_in_console(payment.merchant_order_no, 1000)
    asked(world, wish(payment, FEE))
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (0, FEE)
    assert world.notify(payment) == b"success"
    assert refunds(world, payment) == [FEE, 1000, FEE - 1000]
    world.drain()
    assert (world.situation(payment), owed(world, payment)) == (Situation.REFUNDED, 0)
    world.assert_at_rest()


def test_the_wish_that_the_wallet_itself_refuses_is_a_persons_and_is_not_repeated(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.EXPIRED] * 9)
    asked(world, wish(payment, PART))
    world.refund_all(payment)
    world.drain()
    # The part, the wish for the rest, and the part once more for the wish.
    assert world.wallet.line.calls.count("refund") <= 3
    assert (world.situation(payment), owed(world, payment)) == (Situation.DONE, FEE)


def test_a_wish_for_all_of_it_that_comes_while_two_parts_are_refused_is_not_repeated_for_ever(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Reason.NOT_ALLOWED] * 40)
    asked(world, wish(payment, PART))
    asked(world, wish(payment, FEE - PART, "k2"))
    world.refund_all(payment)
    world.drain()
    assert world.wallet.line.calls.count("refund") <= 6
    assert (world.situation(payment), owed(world, payment)) == (Situation.DONE, FEE)


def test_of_a_refused_part_that_came_back_bit_by_bit_no_more_than_the_rest_goes_back(world: World) -> None:
    """One bit was told by a notice before the wallet could be asked why it refused, the other when it was."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    world.wallet.line.will("query", *[Fault.NOT_SENT] * 2)
    asked(world, wish(payment, PART))
    world.run()
    world.wallet.refund_in_console(payment.merchant_order_no, 200)
    world.notify(payment)
    assert owed(world, payment) == PART - 200
    world.wallet.refund_in_console(payment.merchant_order_no, 100)
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (PART, 0)


def test_a_sum_makes_good_what_was_owed_for_its_own_reason_first() -> None:
    made = of([(50, RefundState.VOID, 1, 1, "r"), (40, RefundState.VOID, 2, 2, "s")], 4_000)
    made[1] = replace(made[1], makes_good_fen=0)
    assert [(part.reason, part.fen) for part in parts(made, "s", Fen(60))] == [("r", 20), ("s", 40)]


def test_a_refused_part_stays_owed_when_another_that_was_begun_before_comes_through(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.EXPIRED)
    asked(world, wish(payment, PART))
    asked(world, wish(payment, 100, "k2"))
    world.clock.advance(timedelta(seconds=1))
    world.drain()
    assert (world.payment(payment.payment_id).refunded_fen, owed(world, payment)) == (100, PART)
    asked(world, wish(payment, PART, "k3"))
    assert owed(world, payment) == 0


def test_which_refund_was_the_first_is_not_told_by_the_clocks_of_two_machines(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused on a machine whose clock is ahead, sent again on another one, whose numbers sort before."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.CLOSED)
    with monkeypatch.context() as ahead:
        ahead.setattr(world.store, "_ids", CountedIds(FakeClock(world.clock.now() + timedelta(minutes=5))))
        asked(world, wish(payment, PART))
    world.drain()
    assert owed(world, payment) == PART
    asked(world, wish(payment, PART, "k2"))
    world.drain()
    assert owed(world, payment) == 0
    with world.store.read(OPERATOR) as work:
        first, second = work.refunds.of(payment.payment_id)
    assert (first.state, second.state) == (RefundState.VOID, RefundState.REFUNDED)
    assert second.refund_no < first.refund_no


STATES = st.sampled_from(list(RefundState))
REASONS = st.sampled_from(["r", "s", MADE_AT_WALLET])
PARTS = st.lists(
    st.tuples(st.integers(0, 500), STATES, st.integers(0, 9), st.none() | st.integers(0, 9), REASONS), max_size=8
)
Part = tuple[int, RefundState, int, int | None, str]


def of(parts: list[Part], collected: int) -> list[Refund]:
    """As many of them as the ceiling lets be."""
    kept: list[Refund] = []
    left = collected
    for number, (fen, state, reserved, sent, reason) in enumerate(parts):
        if state is RefundState.VOID or fen <= left:
            left -= 0 if state is RefundState.VOID else fen
            at = NOON + timedelta(minutes=reserved)
            refund = Refund(f"{number}", "p", Fen(fen), reason, state, Account.HOSPITAL, None, Fen(0), at)
            refund = replace(refund, makes_good_fen=min(fen, sum(refused(kept).values())))
            kept.append(replace(refund, sent_at=None if sent is None else NOON + timedelta(minutes=sent)))
    return kept


@given(
    PARTS, st.integers(0, 2000), st.sampled_from(list(Fulfilment)), st.sampled_from(["", "all"]), st.integers(0, 300)
)
def test_never_more_is_owed_than_was_collected_and_is_neither_back_nor_on_its_way(
    parts: list[Part],
    collected: int,
    fulfilment: Fulfilment,
    wanted: str,
    adopted: int,
) -> None:
    made = of(parts, collected)
    reserved = sum(one.amount_fen for one in made if one.is_open)
    back = sum(one.amount_fen for one in made if one.state is RefundState.REFUNDED)
    payment = replace(
        Payment("p", "registration", "A1", "s1", "u1", "a1", "o1", Fen(collected), NOON, NOON),
        collection=Collection.COLLECTED,
        fulfilment=fulfilment,
        collected_fen=Fen(collected),
        refund_reserved_fen=Fen(reserved),
        refunded_fen=Fen(back),
        refund_wanted=wanted,
    )
    assert 0 <= owed_back(payment, made) <= collected - reserved - back
    for one in made:
        assert 0 <= unmet_wish(payment, one, adopted) <= collected - reserved - back
    if fulfilment is Fulfilment.REFUSED:
        assert owed_back(payment, made) == collected - reserved - back
    if not any(one.state is RefundState.VOID for one in made) and fulfilment is not Fulfilment.REFUSED:
        assert owed_back(payment, made) == 0


@given(PARTS, st.sampled_from(["r", "s"]))
def test_what_is_forgone_is_owed_no_more_and_nothing_else_is_forgone(made_of: list[Part], reason: str) -> None:
    made = of(made_of, 4_000)
    changed = {one.refund_no: one for one in forgone(made, reason)}
    after = [changed.get(one.refund_no, one) for one in made]
    assert {one.reason for one in changed.values()} <= {reason}
    assert all(0 < one.forgone_fen <= one.amount_fen for one in changed.values())
    if not any(one.is_adopted for one in made):
        assert refused(after) == {each: fen for each, fen in refused(made).items() if each != reason}


@given(PARTS, st.sampled_from(["r", "s", "another"]), st.integers(0, 900))
def test_a_sum_that_goes_back_makes_good_what_is_owed_each_for_its_own_reason(
    made_of: list[Part], reason: str, fen: int
) -> None:
    made = of(made_of, 4_000)
    begun = parts(made, reason, Fen(fen))
    assert sum(part.fen for part in begun) == fen
    assert all(0 <= part.makes_good_fen <= part.fen for part in begun)
    assert all(part.fen == part.makes_good_fen for part in begun if part.reason != reason)
    assert sum(part.makes_good_fen for part in begun) == min(fen, sum(refused(made).values()))
