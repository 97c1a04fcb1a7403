"""Refunds that people ask for: the ceiling, the second person, and what the wallet allows; scenarios 25 to 28."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from adapters.errors import Reason
from adapters.invoices import InvoiceState
from adapters.refund_limits import WECHAT
from adapters.values import EntryKind, Fen
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Obstacle, Wish, approve, ask, decline
from hospital_bridge.payment.model import Payment, RefundReason, RefundRequest, RequestState, Route, Situation
from hospital_bridge.store.refund_requests import REFUND_REQUEST, RefundRequests
from tests.fixtures_store import Database
from tests.payment.world import OPERATOR, World

LARGE = 100_000


def wish(payment: Payment, fen: int, key: str = "k1", by: str = "li", **more: object) -> Wish:
    asked = {"reason": RefundReason.NOT_DONE, "proved": True, **more}
    return Wish(payment.payment_id, Fen(fen), by=by, command_key=key, **asked)  # type: ignore[arg-type]  # as given


def asked(world: World, wanted: Wish) -> RefundRequest:
    with world.store.begin(OPERATOR) as work:
        return ask(world.context, work, wanted)


def approved(world: World, request: RefundRequest, by: str, *, proved: bool = True) -> RefundRequest:
    with world.store.begin(OPERATOR) as work:
        return approve(world.context, work, request.request_id, by=by, proved=proved)


def declined(world: World, request: RefundRequest, by: str) -> RefundRequest:
    with world.store.begin(OPERATOR) as work:
        return decline(work, request.request_id, by=by)


def somebody_waits(database: Database) -> bool:
    """On SQLite everybody else does."""
    if database.name == "sqlite":
        return True
    with database.owner.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def refused(world: World, wanted: Wish) -> Obstacle:
    with pytest.raises(CannotRefund) as refusal:
        asked(world, wanted)
    return refusal.value.obstacle


def refunds(world: World, payment: Payment) -> list[int]:
    with world.store.read(OPERATOR) as work:
        return [each.amount_fen for each in work.refunds.of(payment.payment_id)]


def trail(world: World) -> list[tuple[str, str]]:
    with world.store.read(OPERATOR) as work:
        return [(entry.actor, entry.action) for entry in reversed(work.audit.latest()) if "refund" in entry.action]


def test_a_part_and_then_the_rest_go_back_by_one_person_s_word(world: World) -> None:
    payment = world.fulfilled()
    assert asked(world, wish(payment, 450)).state is RequestState.APPROVED
    world.drain()
    assert (world.situation(payment), world.payment(payment.payment_id).refunded_fen) == (Situation.DONE, 450)
    asked(world, wish(payment, 800, "k2"))
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.booked(EntryKind.REFUND) == [450, 800]
    assert trail(world) == [("li", "refund.asked"), ("li", "refund.asked")]
    world.assert_at_rest()


def test_a_refund_after_a_closing_names_the_booking_that_it_takes_back_and_changes_nothing_of_it(world: World) -> None:
    payment = world.fulfilled()
    world.clock.advance(timedelta(days=1))
    asked(world, wish(payment, 450))
    world.drain()
    [taken_back] = world.desk.reversed
    assert (taken_back.refers_to, taken_back.receipt_no) == (payment.payment_id, payment.receipt_no)
    with world.store.read(OPERATOR) as work:
        [refund] = work.refunds.of(payment.payment_id)
    kept = world.payment(payment.payment_id)
    assert (kept.accounting_day, kept.booked_by) == (payment.accounting_day, "ZZJ1")
    assert refund.accounting_day == payment.accounting_day + timedelta(days=1)  # type: ignore[operator]  # was told


def test_a_command_that_comes_twice_is_one_refund(world: World) -> None:
    payment = world.fulfilled()
    first, again = (asked(world, wish(payment, 450)) for _ in range(2))
    assert (first.request_id, refunds(world, payment)) == (again.request_id, [450])


def test_25_of_two_cashiers_at_once_one_is_told_that_it_is_too_much(world: World) -> None:
    payment = world.fulfilled()
    start = Barrier(2)

    def cashier(name: str) -> str:
        start.wait()
        try:
            return world.apart(asked, wish(payment, 1000, by=name)).state
        except CannotRefund as refusal:
            return refusal.obstacle

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(cashier, ["li", "zhao"])) == ["approved", "too_much"]
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == 1000
    world.assert_at_rest()


def test_28_a_large_refund_waits_for_somebody_else_who_proves_who_they_are(world: World) -> None:
    payment = world.fulfilled(amount=LARGE)
    assert refused(world, wish(payment, LARGE, proved=False)) is Obstacle.NOT_PROVED
    request = asked(world, wish(payment, LARGE))
    assert (request.state, refunds(world, payment)) == (RequestState.WAITING, [])
    for by, proved, obstacle in (("li", True, Obstacle.SAME_PERSON), ("zhao", False, Obstacle.NOT_PROVED)):
        with pytest.raises(CannotRefund) as refusal:
            approved(world, request, by, proved=proved)
        assert refusal.value.obstacle is obstacle
    approved(world, request, "zhao")
    with pytest.raises(CannotRefund):
        approved(world, request, "wu")
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert trail(world) == [("li", "refund.asked"), ("zhao", "refund.approved")]
    world.assert_at_rest()


def test_28_the_database_itself_refuses_one_person_as_both(world: World) -> None:
    request = asked(world, wish(world.fulfilled(amount=LARGE), LARGE))
    mine = REFUND_REQUEST.c.request_id == request.request_id
    with world.store.begin(OPERATOR) as work, pytest.raises(IntegrityError), work.connection.begin_nested():
        work.connection.execute(update(REFUND_REQUEST).where(mine).values(state="approved", decided_by="li"))


def test_28_parts_count_together_so_that_nobody_cuts_a_large_refund_up(world: World) -> None:
    payment = world.fulfilled(amount=LARGE)
    assert asked(world, wish(payment, LARGE - 1)).state is RequestState.APPROVED
    assert asked(world, wish(payment, 1, "k2")).state is RequestState.WAITING


def test_while_one_waits_nobody_asks_for_another_and_a_declined_one_gives_back_nothing(world: World) -> None:
    payment = world.fulfilled(amount=LARGE)
    request = asked(world, wish(payment, LARGE))
    assert refused(world, wish(payment, 5, by="zhao")) is Obstacle.WAITING
    with world.store.begin(OPERATOR) as work:
        assert decline(work, request.request_id, by="zhao").state is RequestState.DECLINED
    again = asked(world, wish(payment, LARGE, "k2"))
    with world.store.begin(OPERATOR) as work:
        assert decline(work, again.request_id, by="li").state is RequestState.WITHDRAWN
        assert RefundRequests(work).waiting() == []
    assert refunds(world, payment) == []


def test_what_left_meanwhile_cannot_be_approved_any_more(world: World) -> None:
    payment = world.fulfilled(amount=LARGE)
    request = asked(world, wish(payment, LARGE))
    world.refund_all(payment)
    with pytest.raises(CannotRefund) as refusal:
        approved(world, request, "zhao")
    assert refusal.value.obstacle is Obstacle.NOTHING_LEFT


def test_whoever_looked_before_a_colleague_gave_a_part_back_is_told_and_nothing_is_done(world: World) -> None:
    payment = world.fulfilled()
    seen = payment.refundable_fen
    asked(world, wish(payment, 450, by="zhao", seen_fen=seen))
    assert refused(world, wish(payment, 450, seen_fen=seen)) is Obstacle.CHANGED
    assert refunds(world, payment) == [450]
    left = world.payment(payment.payment_id).refundable_fen
    assert asked(world, wish(payment, 450, seen_fen=left)).state is RequestState.APPROVED


@pytest.mark.parametrize("second", [approved, declined])
def test_whoever_asks_and_whoever_decides_lock_payment_and_request_in_one_order(
    world: World, database: Database, second: Callable[[World, RefundRequest, str], RefundRequest]
) -> None:
    """On PostgreSQL two orders are a deadlock; SQLite lets one of them begin at all."""
    payment = world.fulfilled(amount=LARGE)
    request = asked(world, wish(payment, LARGE))
    with ThreadPoolExecutor(1) as colleague, world.store.begin(OPERATOR) as work:
        work.payments.get(payment.payment_id, lock=True)
        deciding = colleague.submit(second, world, request, "zhao")
        while not deciding.done() and not somebody_waits(database):
            pass
        found = RefundRequests(work).get(request.request_id, lock=True)
        assert found
        assert found.state is RequestState.WAITING
    assert deciding.result().decided_by == "zhao"


def test_a_request_that_never_was_cannot_be_decided(world: World) -> None:
    with pytest.raises(CannotRefund), world.store.begin(OPERATOR) as work:
        decline(work, "none", by="zhao")


@pytest.mark.parametrize(
    ("fen", "obstacle"), [(0, Obstacle.TOO_MUCH), (-5, Obstacle.TOO_MUCH), (1251, Obstacle.TOO_MUCH)]
)
def test_no_sum_that_is_none_or_too_much(world: World, fen: int, obstacle: Obstacle) -> None:
    assert refused(world, wish(world.fulfilled(), fen)) is obstacle


def test_nothing_goes_back_before_the_booking_is_firm_or_while_its_invoice_stands(world: World) -> None:
    assert refused(world, wish(world.opened("A2"), 5)) is Obstacle.NOT_PAID
    payment = world.paid("A3")
    assert refused(world, wish(payment, 5)) is Obstacle.CONFIRMING
    world.run()
    assert refused(world, wish(payment, 5, invoice=InvoiceState.ISSUED)) is Obstacle.INVOICE_STANDS
    assert asked(world, wish(payment, 5, invoice=InvoiceState.REVERSED)).invoice is InvoiceState.REVERSED


def test_26_parts_are_spaced_and_one_beyond_the_wallet_s_number_goes_by_hand(world: World) -> None:
    world.wallet.limits = replace(WECHAT, most_parts=2)
    payment = world.fulfilled()
    for key in ("k1", "k2"):
        asked(world, wish(payment, 1, key))
    world.drain()
    with world.store.read(OPERATOR) as work:
        first, second = (each.sent_at for each in work.refunds.of(payment.payment_id))
    assert first
    assert second
    assert second - first >= timedelta(minutes=1)
    assert refused(world, wish(payment, 1, "k3")) is Obstacle.NO_PART_LEFT
    assert asked(world, wish(payment, 1, "k3", route=Route.BY_HAND)).state is RequestState.WAITING


def test_27_after_the_wallet_s_time_two_people_let_it_be_paid_out_by_hand(world: World) -> None:
    world.wallet.limits = WECHAT
    payment = world.fulfilled()
    assert refused(world, wish(payment, 5, route=Route.BY_HAND)) is Obstacle.NOT_BY_HAND
    world.clock.advance(timedelta(days=365))
    assert refused(world, wish(payment, 1250)) is Obstacle.TOO_LATE
    approved(world, asked(world, wish(payment, 1250, route=Route.BY_HAND)), "zhao")
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.wallet.line.calls.count("refund") == 0
    assert world.desk.booked(EntryKind.REFUND) == [1250]
    world.assert_books_are_sound()


def test_27_what_the_wallet_refused_may_go_by_hand(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.EXPIRED)
    asked(world, wish(payment, 1250))
    world.drain()
    assert asked(world, wish(payment, 1250, "k2", route=Route.BY_HAND)).state is RequestState.WAITING


def test_money_of_a_wallet_that_is_no_longer_connected_may_go_by_hand(world: World) -> None:
    payment = world.fulfilled()
    world.context = replace(world.context, wallets={})
    assert refused(world, wish(payment, 1250)) is Obstacle.NO_WALLET
    assert asked(world, wish(payment, 1250, route=Route.BY_HAND)).state is RequestState.WAITING


def test_a_payment_tells_its_vertical_when_and_how_money_went_back(world: World) -> None:
    world.wallet.limits = WECHAT
    payment = world.fulfilled()
    asked(world, wish(payment, 450))
    with world.store.read(OPERATOR) as work:
        view = world.payments(work).view(payment.payment_id)
        assert (view.refunding_fen, view.refunded_fen, view.refunded_at) == (450, 0, None)
    world.drain()
    back_at = world.clock.now()
    world.clock.advance(timedelta(days=365))
    approved(world, asked(world, wish(payment, 800, "k2", route=Route.BY_HAND)), "zhao")
    with world.store.read(OPERATOR) as work:
        view = world.payments(work).view(payment.payment_id)
    assert (view.refunding_fen, view.refunded_fen, view.by_hand) == (0, 1250, True)
    assert view.refunded_at
    assert view.refunded_at >= back_at + timedelta(days=365)
