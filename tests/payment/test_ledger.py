"""The ledger: balanced by construction, never changed, and compared with the payments it tells of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from adapters.values import Fen
from hospital_bridge.payment.ledger import balances, verify
from hospital_bridge.payment.model import Account, Move, Posting
from hospital_bridge.store.ledger import LEDGER
from hospital_bridge.store.payments import PAYMENT
from tests.payment.world import FEE, World


def test_each_move_stands_where_the_money_is(world: World) -> None:
    payment = world.paid()
    assert standing(world) == {Account.WALLET_CLEARING: FEE, Account.UNAPPLIED: FEE}
    world.run()
    assert standing(world) == {Account.WALLET_CLEARING: FEE, Account.HOSPITAL: FEE}
    world.refund_all(payment)
    assert standing(world) == {Account.WALLET_CLEARING: FEE, Account.REFUNDS_IN_TRANSIT: FEE}
    world.drain()
    assert standing(world) == {}


def test_the_balances_of_any_past_moment_can_be_told(world: World) -> None:
    payment = world.paid()
    when_paid = world.clock.now()
    world.clock.advance(timedelta(minutes=1))
    world.run()
    world.refund_all(payment)
    world.drain()
    with world.store.read("h1") as work:
        then, now = balances(work, when_paid), balances(work)
    assert (then[Account.UNAPPLIED], then[Account.WALLET_CLEARING]) == (FEE, FEE)
    assert set(now.values()) == {0}


@pytest.mark.parametrize("statement", ["UPDATE ledger SET amount_fen = 1", "DELETE FROM ledger"])
def test_the_database_refuses_to_change_a_posting(world: World, statement: str) -> None:
    world.paid()
    with pytest.raises(DatabaseError), world.store.begin("h1") as work:
        work.connection.exec_driver_sql(statement)
    assert standing(world) == {Account.WALLET_CLEARING: FEE, Account.UNAPPLIED: FEE}


def test_one_cause_posts_once(world: World) -> None:
    payment = world.paid()
    again = posting(payment.payment_id, FEE)
    with pytest.raises(IntegrityError), world.store.begin("h1") as work:
        work.ledger.post(again)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_moves_a_positive_sum(world: World, amount: int) -> None:
    payment = world.opened()
    with pytest.raises(IntegrityError), world.store.begin("h1") as work:
        work.ledger.post(posting(payment.payment_id, amount))


def test_a_transfer_needs_two_accounts(world: World) -> None:
    payment = world.opened()
    with pytest.raises(IntegrityError), world.store.begin("h1") as work:
        work.table(LEDGER).add(
            posting_id="p1",
            source_key="k1",
            move=Move.COLLECT,
            debit_account=Account.SUSPENSE,
            credit_account=Account.SUSPENSE,
            amount_fen=1,
            business_date=date(2026, 11, 23),
            posted_at=work.now,
            payment_id=payment.payment_id,
            refund_no="",
        )


@pytest.mark.spoils_books
def test_money_that_a_payment_claims_and_no_posting_tells_of_is_found(world: World) -> None:
    payment = world.fulfilled()
    with world.store.begin("h1") as work:
        work.table(PAYMENT).change(PAYMENT.c.payment_id == payment.payment_id, refunded_fen=7)
        [fault] = verify(work)
    assert (fault.rule, fault.expected_fen, fault.found_fen) == ("I2 refunded", 7, 0)


@pytest.mark.spoils_books
def test_a_posting_that_no_payment_tells_of_is_found(world: World) -> None:
    payment = world.opened()
    with world.store.begin("h1") as work:
        work.ledger.post(posting(payment.payment_id, 7))
        assert [fault.rule for fault in verify(work)] == ["I1 collected"]


def test_operators_see_their_own_books_only(world: World) -> None:
    world.paid()
    with world.store.read("h2") as work:
        assert set(balances(work).values()) == {0}
        assert list(work.payments.all()) == []


def posting(payment_id: str, amount: int) -> Posting:
    accounts = (Account.WALLET_CLEARING, Account.UNAPPLIED)
    return Posting(Move.COLLECT, payment_id, *accounts, Fen(amount), date(2026, 11, 23))


def standing(world: World) -> dict[Account, Fen]:
    return {account: amount for account, amount in world.balances().items() if amount}
