"""How often money and its page go to the database: counted, never timed."""

from __future__ import annotations

from urllib.request import Request, urlopen

from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.database_trips import counted
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge
from tests.journeys.test_too_late import pay_behind_the_bridge

PAGE_STATEMENTS = 13
"""What the page of a payment asks today, for the session, the rights, the sale and the payment; never more."""


def test_a_verified_notice_is_settled_in_one_lasting_commit(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
    pay_behind_the_bridge(steered, page)
    address = f"{steered.bridge.settings.bridge.public_url}/callbacks/v1/{OPERATOR}/main"
    outbox = steered.town.wallet.outbox
    notice = Request(address, data=outbox.body(outbox.notices[-1]))
    with counted(steered.bridge.store.engine) as trips, urlopen(notice, timeout=20) as reply:
        assert reply.read() == b"success"
    # The look is at how often this sender was refused before.
    assert (trips.lasting, trips.looks) == (1, 1)
    assert phone.look(page).marks["situation"] == "confirming"


def test_the_page_of_a_payment_goes_to_the_database_twice_and_writes_nothing(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    page = phone.wait_for(phone.book(OPHTHALMOLOGY), "awaiting")
    phone.look(page)
    with counted(steered.bridge.store.engine) as trips:
        phone.look(page)
    assert (trips.lasting, trips.looks) == (0, 2)
    assert trips.statements <= PAGE_STATEMENTS
