"""The wallet says no to a refund for good: what is owed is known to the vertical, and its page can say so."""

from __future__ import annotations

import pytest

from adapters.errors import Reason
from hospital_bridge.slot import PaymentView
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.registration import Registration, State
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.test_cancelling_with_an_invoice import FEE, Clinic


@pytest.fixture
def clinic(store: Store, database: Database, clock: FakeClock) -> Clinic:
    return Clinic(store, database, clock)


def paid(clinic: Clinic, registration: Registration) -> PaymentView:
    with clinic.scope.read() as work:
        return work.payments.view(registration.payment_id)


def test_the_fee_of_a_cancelled_visit_is_owed_until_it_was_given_back(clinic: Clinic) -> None:
    registration = clinic.registered()
    assert paid(clinic, registration).owed_fen == 0
    clinic.wallet.line.will("refund", Reason.EXPIRED)
    assert clinic.cancel(registration) is None
    clinic.pass_time()
    assert clinic.registration(registration.registration_id).state is State.CANCELLED
    assert (paid(clinic, registration).situation, paid(clinic, registration).owed_fen) == ("done", FEE)
    with clinic.scope.begin() as work:
        work.payments.refund_all(registration.payment_id, "once more")
    clinic.pass_time()
    assert (paid(clinic, registration).situation, paid(clinic, registration).owed_fen) == ("refunded", 0)


def test_the_fee_of_a_visit_that_the_hospital_refused_is_owed_too(clinic: Clinic) -> None:
    booked = clinic.booked()
    clinic.cashier.owed.clear()
    clinic.wallet.line.will("refund", Reason.EXPIRED)
    clinic.pay_for(booked)
    clinic.pass_time()
    assert clinic.registration(booked.registration_id).state is State.ENDED
    assert (paid(clinic, booked).situation, paid(clinic, booked).owed_fen) == ("checking", FEE)
