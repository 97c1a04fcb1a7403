"""A person's bills are theirs to have and to have forgotten."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.bills.bill import State
from tests.fixtures_store import Database
from tests.verticals.hospital.billing import CANARY, RECORD, BillWorld, withdrawn


def erase(world: BillWorld) -> None:
    assert VERTICAL.erase_subject is not None
    with world.scope.begin() as work:
        VERTICAL.erase_subject(work, world.subject)
    with world.store.begin("h1") as work:
        work.subjects.forget(world.subject)


def test_an_export_holds_the_bills_whole(world: BillWorld) -> None:
    world.issue()
    assert VERTICAL.export_subject is not None
    with world.scope.read() as work:
        (bill,) = VERTICAL.export_subject(work, world.subject)["bills"]
    assert [item["name"] for item in bill["items"]] == [CANARY, "血常规"]
    assert (bill["number"], bill["record_number"], bill["self_pay_fen"]) == ("B1", RECORD, 3_000)
    json.dumps(bill)


def test_erasing_waits_for_a_bill_that_is_being_paid(world: BillWorld) -> None:
    world.opened(world.issue())
    with pytest.raises(StillNeeded, match="being paid"):
        erase(world)


def test_after_an_erasure_the_sums_stand_and_nothing_else(world: BillWorld, database: Database) -> None:
    world.settled(world.issue())
    world.issue("B2")
    erase(world)
    with database.owner.connect() as connection:
        (left,) = connection.execute(text("SELECT * FROM hospital_bill")).mappings()
        items = connection.execute(text("SELECT count(*) FROM hospital_bill_item")).scalar_one()
    assert (left["bill_no"], left["self_pay_fen"], bytes(left["words"]), items) == ("B1", 3_000, b"", 0)


def test_what_the_hospital_says_of_a_forgotten_bill_finds_nobody(world: BillWorld) -> None:
    world.settled(world.issue())
    erase(world)
    world.hear(withdrawn(minute=1))
    world.issue(minute=2)
    assert (world.bill().state, world.bill().items) == (State.SETTLED, ())
