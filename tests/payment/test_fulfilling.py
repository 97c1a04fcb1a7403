"""Scenarios 17 to 22 of reference/reliability.md section 1: the other side books what was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.errors import NotDone, Reason
from adapters.values import EntryKind
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.payment.flows.decide import Looked, decide_again, decide_fulfilled, decide_refused
from hospital_bridge.payment.flows.undecided import NothingToDecide
from hospital_bridge.payment.model import EffectState, Fulfilment, Payment, Situation
from hospital_bridge.slot import FulfilMode, Progress
from tests.payment.conftest import Found
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import FEE, World


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.FORGED_REPLY, Fault.GARBLED_REPLY])
def test_17_a_booking_whose_reply_was_lost_is_found_by_our_serial(world: World, fault: Fault) -> None:
    world.desk.line.will("fulfil", fault)
    payment = world.paid()
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert world.desk.line.calls == ["fulfil", "query"]
    world.assert_at_rest()


def test_18_a_booking_that_never_arrived_is_made_once_more(world: World) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    payment = world.paid()
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert world.desk.line.calls.count("fulfil") == 2
    world.assert_at_rest()


def test_18_a_request_that_may_still_travel_is_not_repeated_at_once(world: World) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    world.paid()
    world.drain(world.context.settling - timedelta(seconds=1))
    assert world.desk.line.calls.count("fulfil") == 1
    world.drain(timedelta(minutes=1))
    assert world.desk.line.calls.count("fulfil") == 2


def test_18_an_idempotent_system_without_a_query_is_simply_told_again(found: Found) -> None:
    world = found(Desk(FulfilMode.IDEMPOTENT))
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    payment = world.paid()
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert world.desk.line.calls == ["fulfil", "fulfil"]
    world.assert_at_rest()


@pytest.fixture
def manual(found: Found) -> World:
    return found(Desk(FulfilMode.MANUAL))


@pytest.fixture
def undecided(manual: World) -> Payment:
    manual.desk.line.will("fulfil", Fault.LOST_REPLY)
    payment = manual.paid()
    manual.drain(timedelta(hours=1))
    return manual.payment(payment.payment_id)


def test_19_without_a_query_a_person_decides_and_nothing_is_repeated(manual: World, undecided: Payment) -> None:
    assert undecided.fulfilment is Fulfilment.MANUAL
    assert manual.situation(undecided) is Situation.CHECKING
    assert manual.desk.line.calls == ["fulfil"]
    with manual.store.read("h1") as work:
        assert [payment.payment_id for payment in work.payments.for_person()] == [undecided.payment_id]
        assert [effect.kind for effect in work.effects.for_person()] == ["sale.fulfil"]
    manual.assert_books_are_sound()


def test_19_the_person_has_seen_the_booking(manual: World, undecided: Payment) -> None:
    with manual.store.begin("h1") as work:
        decide_fulfilled(manual.context, work, undecided.payment_id, "R7", by="staff-1")
    manual.drain()
    assert (manual.situation(undecided), manual.payment(undecided.payment_id).receipt_no) == (Situation.DONE, "R7")
    manual.assert_at_rest()


def test_19_the_person_has_seen_that_nothing_was_booked(manual: World, undecided: Payment) -> None:
    manual.desk.effects.clear()
    with manual.store.begin("h1") as work:
        decide_refused(manual.context, work, undecided.payment_id, Looked("staff-1"))
    manual.drain()
    assert manual.situation(undecided) is Situation.REFUNDED
    manual.assert_at_rest()


def test_19_the_person_has_it_told_once_more(manual: World, undecided: Payment) -> None:
    manual.desk.effects.clear()
    with manual.store.begin("h1") as work:
        decide_again(work, undecided.payment_id, by="staff-1")
    manual.drain()
    assert manual.situation(undecided) is Situation.DONE
    manual.assert_at_rest()


def test_19_who_decided_is_on_the_trail(manual: World, undecided: Payment) -> None:
    with manual.store.begin("h1") as work:
        decide_fulfilled(manual.context, work, undecided.payment_id, "R7", by="staff-1")
        trail = [(entry.actor, entry.action, entry.target) for entry in work.audit.latest()]
    assert ("staff-1", "payment.decided_fulfilled", undecided.payment_id) in trail


def test_19_nobody_decides_twice(manual: World, undecided: Payment) -> None:
    with manual.store.begin("h1") as work:
        decide_fulfilled(manual.context, work, undecided.payment_id, "R7", by="staff-1")
    with pytest.raises(NothingToDecide), manual.store.begin("h1") as work:
        decide_refused(manual.context, work, undecided.payment_id, Looked("staff-1"))


def test_20_a_refusal_starts_the_refund_in_the_same_commit(world: World) -> None:
    world.desk.line.will("fulfil", Reason.ALREADY_PAID)
    payment = world.paid()
    world.wallet.line.will("refund", Fault.NOT_SENT)
    world.run()
    refused = world.payment(payment.payment_id)
    assert (refused.reason, refused.refund_reserved_fen) == ("already_paid", FEE)
    world.drain(timedelta(minutes=5))
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.progress_of("A1") == [Progress.COLLECTED, Progress.REFUSED, Progress.REFUNDED]
    world.assert_at_rest()


def test_21_after_two_hours_without_the_hospital_all_is_booked_once_within_ten_minutes(world: World) -> None:
    back_at = world.clock.now() + timedelta(hours=2)
    world.desk.line.is_down = lambda: world.clock.now() < back_at
    payments = [world.paid(sale_ref) for sale_ref in ("A1", "A2", "A3")]
    world.drain(back_at - world.clock.now() - timedelta(seconds=1))
    assert {world.situation(payment) for payment in payments} == {Situation.CONFIRMING}
    world.drain(timedelta(minutes=10))
    assert {world.situation(payment) for payment in payments} == {Situation.DONE}
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE] * 3
    world.assert_at_rest()


def test_22_another_sum_than_was_paid_is_not_settled_but_returned_and_reversed(world: World) -> None:
    world.desk.books_wrongly_by = 1
    payment = world.paid()
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.payment(payment.payment_id).reason == "amount_mismatch"
    assert world.desk.booked(EntryKind.PAYMENT) == world.desk.booked(EntryKind.REFUND) == [FEE + 1]
    assert "fulfilment.wrong_amount" in world.security_events()
    world.assert_at_rest()


def test_22_what_is_booked_for_a_free_sale_all_the_same_is_taken_back(world: World) -> None:
    world.desk.books_wrongly_by = 1
    payment_id = world.open(amount=0)
    world.drain()
    assert world.desk.booked(EntryKind.PAYMENT) == world.desk.booked(EntryKind.REFUND) == [1]
    assert world.wallet.line.calls == []
    assert world.payment(payment_id).fulfilment is Fulfilment.REFUSED


@pytest.mark.parametrize("answers", [(), (Fault.LOST_REQUEST,)])
def test_17_a_no_to_a_repeated_posting_is_believed_only_where_the_first_one_is_not_there(
    world: World, monkeypatch: pytest.MonkeyPatch, answers: tuple[Fault, ...]
) -> None:
    """The hospital carries the first request out long after we lost sight of it, just before the repeated one."""
    payment = world.paid()
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    world.run()
    meet = world.desk.line.call

    def late_then(verb: str, act: Callable[[], object]) -> object:
        if verb == "fulfil" and not world.desk.effects:
            act()
            world.desk.line.will("query", *answers)
        return meet(verb, act)

    monkeypatch.setattr(world.desk.line, "call", late_then)
    world.drain()
    assert world.situation(payment) is Situation.DONE
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE]
    world.assert_at_rest()


def test_17_what_is_not_taken_again_is_looked_for_before_the_money_goes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hospital carries the first request out late, and is too busy for every one that follows."""
    payment = world.paid()
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    world.run()
    meet = world.desk.line.call

    def late_then_busy(verb: str, act: Callable[[], object]) -> object:
        if verb == "fulfil":
            if not world.desk.effects:
                act()
            raise NotDone("busy")
        return meet(verb, act)

    monkeypatch.setattr(world.desk.line, "call", late_then_busy)
    world.drain(world.context.fulfil_deadline + timedelta(minutes=10))
    assert world.situation(payment) is Situation.DONE
    assert world.desk.booked(EntryKind.PAYMENT) == [FEE]
    world.assert_at_rest()


def test_an_outcome_unknown_for_ten_minutes_is_a_headline_figure(world: World) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    world.desk.line.will("query", *[Fault.LOST_REQUEST] * 60)
    world.paid()
    world.drain(timedelta(minutes=11))
    with world.store.read("h1") as work:
        late = work.effects.unknown_since(work.now - PATIENCE)
    assert [(effect.kind, effect.state) for effect in late] == [("sale.fulfil", EffectState.UNKNOWN)]
    world.assert_books_are_sound()
