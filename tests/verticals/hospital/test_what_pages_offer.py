"""What the first pages offer is what is still to be done, and to whom it may be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import PageRequest, Right
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.acting import Acting, NotAllowed
from hospital_bridge.verticals.hospital.pages.bills import show_bills
from hospital_bridge.verticals.hospital.pages.registrations import home, show_registration
from hospital_bridge.verticals.hospital.registration import State
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.store import metadata, registrations
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.billing import BillWorld
from tests.verticals.hospital.merged import SHANGHAI
from tests.verticals.hospital.test_one_registration_each import SLOT, hold, patient

__all__ = ["patient"]


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    database.add_tables(metadata)
    money = MoneyContext("h1", store, SHANGHAI, wallets={}, counters={})
    return OperatorScope(money, HospitalSettings().load({}), clock, {})


def registered(scope: OperatorScope, patient: Acting) -> str:
    registration_id = hold(scope, patient)
    with scope.begin() as work:
        registrations.save(work, replace(registrations.get(work, registration_id), state=State.REGISTERED))
    return registration_id


def test_a_visit_is_under_way_until_it_is_over_and_then_one_of_the_past(
    scope: OperatorScope, patient: Acting, clock: FakeClock
) -> None:
    registration_id = registered(scope, patient)
    asked = PageRequest(scope, patient.wallet_user_id, {"registration": registration_id}, subject_id=patient.subject_id)
    clock.advance(SLOT.ends_at - clock.now() - timedelta(seconds=1))
    assert [one.registration_id for one in home(asked).data["live"]] == [registration_id]
    assert show_registration(asked).data["is_over"] is False
    clock.advance(timedelta(seconds=1))
    assert home(asked).data["live"] == []
    assert show_registration(asked).data["is_over"] is True


def test_who_may_not_pay_is_not_told_that_there_are_no_bills(world: BillWorld) -> None:
    world.issue()
    relative = world.granted("2088000000000002", [Right.BOOK])
    with pytest.raises(NotAllowed):
        show_bills(PageRequest(world.scope, relative, {}, subject_id=world.subject))


def test_who_has_no_record_number_is_led_to_it_from_the_bills(store: Store, world: BillWorld) -> None:
    asked = PageRequest(world.scope, world.phone, {}, subject_id=world.subject)
    assert show_bills(asked).data["may_set_up"] is False
    with store.begin("h1") as work:
        for each in work.subjects.identifiers(world.subject):
            work.subjects.remove_identifier(world.subject, each)
    assert show_bills(asked).data["may_set_up"] is True
