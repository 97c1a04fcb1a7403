"""A phone and its wallet pass from one person to another: what the first one did is theirs alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.steered_bridge import SteeredBridge


def hand_over(steered: SteeredBridge, wallet: str, to: Person) -> Phone:
    """The phone of whom that wallet account verifies from now on; they have signed in."""
    users = steered.town.wallet.users
    users[wallet] = replace(users[wallet], name=to.name, cert_no=to.id_number, mobile=to.phone)
    phone = steered.newcomers.phone(replace(to, user_id=wallet))
    phone.sign_in()
    return phone


def test_the_new_owner_sees_nothing_of_the_first_one(steered: SteeredBridge) -> None:
    old = steered.newcomers.ready_phone()
    page = old.wait_for(old.pay(old.book(OPHTHALMOLOGY)), "done")
    new = hand_over(steered, old.person.user_id, to=steered.newcomers.known())

    for phone in (old, new):
        assert "您还没有挂号记录。" in phone.page("registrations").words
        assert "进行中" not in phone.page("").words
        assert "使用中" not in phone.page("cards").words
        assert phone.look(page).status == 404

    stolen = old.press(page, "/cancel")
    steered.pass_time(timedelta(minutes=1))
    assert stolen.status == 404
    assert steered.is_booked(page)
