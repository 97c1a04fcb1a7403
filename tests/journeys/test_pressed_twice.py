"""A patient presses twice, comes back, or is cut off: it still is one registration and one fee."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from hospital_bridge.store.idempotency import LEASE
from hospital_bridge.web import once
from tests.journeys.steered_bridge import SteeredBridge


def test_the_same_slot_confirmed_again_leads_to_the_same_registration(steered: SteeredBridge) -> None:
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    first = phone.take(confirm)
    again = phone.take(phone.open(confirm.address))
    assert again.address == first.address
    assert "已为您锁号" in again.words


def test_a_form_whose_first_run_died_after_its_commit_books_once(
    steered: SteeredBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = steered.newcomers.ready_phone()
    confirm = phone.choose(OPHTHALMOLOGY)
    before = len(steered.town.hospital.diary.appointments())
    with monkeypatch.context() as killed:
        killed.setattr(once, "_settle", _die)
        assert phone.send(confirm).status == 500
    began = steered.clock.now()
    assert "已为您锁号" in phone.take(confirm).words
    assert LEASE <= steered.clock.now() - began < timedelta(seconds=once.WAITS * once.WAIT_SECONDS)
    assert len(steered.town.hospital.diary.appointments()) == before + 1


@pytest.mark.usefixtures("steered")
def test_a_bridge_that_serves_pages_renews_what_it_runs() -> None:
    assert "open-requests" in {thread.name for thread in threading.enumerate()}


def _die(*_: object) -> None:
    raise RuntimeError("the process was killed")
