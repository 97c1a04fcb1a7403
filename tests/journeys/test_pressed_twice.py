"""A patient presses twice, comes back, or is cut off: it still is one registration and one fee."""

from __future__ import annotations

from hospital_bridge.sandbox.story import OPHTHALMOLOGY
from tests.journeys.steered_bridge import SteeredBridge


def test_the_same_slot_confirmed_again_leads_to_the_same_registration(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    first = phone.take(confirm)
    again = phone.take(phone.open(confirm.address))
    assert again.address == first.address
    assert "已为您锁号" in again.words
