"""What the hospital says of bills is applied in the order of its own clock, to the right patient and nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import text

from adapters.errors import Malformed, Refused
from adapters.news import BillIssued, BillWithdrawn
from adapters.values import Fen
from hospital_bridge.verticals.hospital.bills import arrival, matching
from hospital_bridge.verticals.hospital.bills.bill import State
from hospital_bridge.verticals.hospital.store import bills
from tests.fixtures_store import Database
from tests.verticals.hospital.billing import CANARY, OTHER_RECORD, BillWorld, issued, withdrawn

SECOND_PERSON = "999999199001010018"


def shown(world: BillWorld, subject: str = "") -> list[str]:
    with world.scope.read() as work:
        return [bill.bill_no for bill in bills.open_to(work, [subject or world.subject])]


def test_a_bill_is_the_patients_whole_as_the_hospital_told_it(world: BillWorld) -> None:
    news = issued()
    world.hear(news)
    bill = world.bill()
    assert (bill.subject_id, bill.state, bill.items) == (world.subject, State.ISSUED, news.items)
    assert bill.asks(news)


def test_fund_personal_account_and_own_pay_are_kept_and_only_own_pay_is_asked_of_the_patient(world: BillWorld) -> None:
    bill = world.issue(own=3_000, insurance=1_000, account=400)
    assert (bill.total_fen, bill.insurance_fen, bill.account_fen, bill.self_pay_fen) == (4_400, 1_000, 400, 3_000)
    moved = world.issue(own=3_000, insurance=900, account=500, minute=1)
    assert (moved.account_fen, moved.reason) == (500, "bill_changed")
    assert world.opened(moved).amount_fen == 3_000


def test_shares_that_are_not_the_whole_are_no_bill() -> None:
    with pytest.raises(Malformed):
        replace(issued(), total_fen=Fen(4_001))
    with pytest.raises(Malformed):
        replace(issued(), insurance_fen=Fen(-1), account_fen=Fen(1_001))


def test_the_names_of_items_stand_nowhere_open(world: BillWorld, database: Database) -> None:
    world.issue()
    world.issue("B2", mrn=OTHER_RECORD)
    with database.owner.connect() as connection:
        rows = [
            repr(row)
            for table in ("hospital_bill", "hospital_bill_item", "job", "audit")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        ]
    assert len(rows) > 6
    assert [row for row in rows if CANARY in row or CANARY.encode().hex() in row or "内科" in row] == []


def test_a_later_bill_of_the_number_replaces_the_unpaid_one(world: BillWorld) -> None:
    world.issue()
    bill = world.issue(own=2_000, minute=1)
    assert (bill.self_pay_fen, bill.state, bill.reason) == (2_000, State.ISSUED, "bill_changed")


def test_the_same_bill_told_again_changes_nothing(world: BillWorld) -> None:
    before = world.issue()
    world.hear(issued())
    assert world.bill() == before


@pytest.mark.parametrize("end", [State.REFUNDED, State.REFUSED])
def test_the_same_bill_told_again_does_not_reopen_one_that_is_over(world: BillWorld, end: State) -> None:
    bill = world.issue()
    if end is State.REFUSED:
        world.cashier.owed.clear()
    payment = world.settled(bill)
    if end is State.REFUNDED:
        with world.scope.begin() as work:
            work.payments.refund_all(payment.payment_id, "decided by a person")
    world.pass_time()
    before = world.bill()
    world.hear(issued())
    assert (before.state, world.bill()) == (end, before)
    world.hear(issued(minute=1))
    assert world.bill().state is State.ISSUED, "what the hospital says later holds"


TOLD: list[BillIssued | BillWithdrawn] = [
    issued(own=1_000),
    issued(own=2_000, minute=1),
    withdrawn(minute=2),
    issued(own=4_000, minute=3),
]


@pytest.mark.parametrize("length", [2, 3, 4])
def test_reordered_and_doubled_news_ends_with_what_the_hospital_said_last(world: BillWorld, length: int) -> None:
    for number, order in enumerate(permutations(TOLD[:length])):
        told: list[BillIssued | BillWithdrawn] = [rename(news, f"B{number}") for news in order]
        for news in [*told, told[0]]:
            world.hear(news)
        bill = world.bill(f"B{number}")
        last = TOLD[length - 1]
        if isinstance(last, BillIssued):
            assert (bill.state, bill.self_pay_fen) == (State.ISSUED, last.self_pay_fen)
        else:
            assert bill.state is State.WITHDRAWN


def rename(news: BillIssued | BillWithdrawn, bill_no: str) -> BillIssued | BillWithdrawn:
    if isinstance(news, BillIssued):
        return issued(bill_no, own=news.self_pay_fen, minute=news.issued_at.minute)
    return withdrawn(bill_no, minute=news.withdrawn_at.minute)


def test_of_one_instant_the_withdrawal_is_the_later(world: BillWorld) -> None:
    for bill_no, withdrawal_first in (("B1", False), ("B2", True)):
        told: list[BillIssued | BillWithdrawn] = [issued(bill_no), withdrawn(bill_no)]
        for news in reversed(told) if withdrawal_first else told:
            world.hear(news)
        assert world.bill(bill_no).state is State.WITHDRAWN


def test_a_withdrawal_without_a_bill_is_nothing_to_show(world: BillWorld) -> None:
    world.hear(withdrawn())
    assert shown(world) == []


def test_another_patients_bill_of_the_same_number_is_for_a_person_to_look_at(world: BillWorld) -> None:
    before = world.issue()
    for news in (issued(mrn=OTHER_RECORD, own=1, minute=1), withdrawn(mrn=OTHER_RECORD, minute=1)):
        with pytest.raises(Refused, match="two patients"):
            world.hear(news)
    assert world.bill() == before


def test_a_bill_of_nobody_here_waits_until_its_record_number_is_bound(world: BillWorld) -> None:
    parked = world.issue(mrn=OTHER_RECORD)
    world.work()
    assert (parked.subject_id, world.bill().subject_id, shown(world)) == ("", "", [])
    world.bind(OTHER_RECORD)
    assert shown(world) == ["B1"]
    assert world.bill().items == parked.items


def test_a_parked_bill_that_is_withdrawn_meanwhile_is_not_to_be_paid(world: BillWorld) -> None:
    world.issue(mrn=OTHER_RECORD)
    world.hear(withdrawn(mrn=OTHER_RECORD, minute=1))
    world.bind(OTHER_RECORD)
    assert world.bill().state is State.WITHDRAWN
    assert not world.pay(world.bill())


def test_a_number_bound_while_its_bill_arrives_still_finds_it(world: BillWorld, database: Database) -> None:
    """Whoever comes second waits for the first and sees it."""
    with ThreadPoolExecutor(1) as patient, world.scope.begin() as work:
        arrival.issued(work, issued(mrn=OTHER_RECORD))
        binding = patient.submit(world.bind, OTHER_RECORD)
        while not binding.done() and not somebody_waits(database):
            pass
    binding.result()
    assert world.bill().subject_id == world.subject


def somebody_waits(database: Database) -> bool:
    """On SQLite everybody else does."""
    if database.name == "sqlite":
        return True
    with database.owner.connect() as connection:
        return bool(
            connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        )


def test_a_number_that_two_people_have_bound_is_never_guessed(world: BillWorld) -> None:
    second = world.person(SECOND_PERSON)
    world.bind(subject=second)
    with pytest.raises(Refused, match="two people"):
        world.issue()
    assert (shown(world), shown(world, second)) == ([], [])


def test_a_parked_bill_is_forgotten_after_its_time(world: BillWorld) -> None:
    world.issue(mrn=OTHER_RECORD)
    world.issue("B2")
    world.clock.advance(timedelta(days=31))
    matching.forget_parked(world.scope, "h1")
    with world.scope.read() as work:
        assert bills.find(work, "B1") is None
    assert shown(world) == ["B2"]
