"""The wallet will not open a payment: that is the wallet's no and not the hospital's, and nothing was charged."""

from __future__ import annotations

import pytest

from adapters.errors import Reason
from hospital_bridge.payment.flows.create import NOT_OPENED
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.bills.bill import State as BillState
from hospital_bridge.verticals.hospital.registration import State
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import BillWorld
from tests.verticals.hospital.test_cancelling_with_an_invoice import Clinic

NOES = [Reason.NOT_ALLOWED, Reason.OVER_LIMIT, Reason.CLOSED, Reason.NOT_FOUND]


@pytest.mark.parametrize("reason", NOES)
def test_a_bill_knows_that_the_wallet_would_not_open_its_payment_and_can_be_paid_again(
    world: BillWorld, reason: Reason
) -> None:
    world.wallet.line.will("create", reason)
    assert world.pay(world.issue())
    world.pass_time()
    assert (world.bill().state, world.bill().reason, world.situations()) == (BillState.ISSUED, NOT_OPENED, ["closed"])
    world.settled(world.bill())
    assert world.bill().state is BillState.SETTLED
    world.must_be_sound()


@pytest.mark.parametrize("reason", NOES)
def test_a_registration_does_not_blame_the_hospital_for_the_wallets_no(
    store: Store, database: Database, clock: FakeClock, reason: Reason
) -> None:
    clinic = Clinic(store, database, clock)
    clinic.wallet.line.will("create", reason)
    booked = clinic.booked()
    clinic.pass_time()
    ended = clinic.registration(booked.registration_id)
    assert (ended.state, ended.reason, clinic.situations()) == (State.ENDED, NOT_OPENED, ["closed"])
    assert clinic.diary.booked == {}
