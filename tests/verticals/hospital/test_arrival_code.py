"""A check-in code works where and while it is shown, and nothing that was made or kept elsewhere does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from hospital_bridge.facade import Unit
from hospital_bridge.slot import Payments
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.arrival_code import LIVES, ArrivalCode, CodeRefused, Fault, check, show
from tests.steered import FakeClock

no_money = cast("Payments", None)
"""A code has nothing to do with money."""


def shown_at(store: Store, place: str) -> ArrivalCode:
    with store.begin("h1") as work:
        return show(Unit(work, no_money), place)


@pytest.fixture
def shown(store: Store) -> ArrivalCode:
    return shown_at(store, "0101.hall")


def fault_of(store: Store, code: ArrivalCode, operator: str = "h1") -> Fault | None:
    with store.begin(operator) as work:
        try:
            check(Unit(work, no_money), code)
        except CodeRefused as refused:
            return refused.fault
    return None


@pytest.mark.parametrize("age", [timedelta(0), LIVES - timedelta(milliseconds=1), LIVES])
def test_who_scans_it_while_it_is_shown_or_just_after_is_there(
    store: Store, clock: FakeClock, shown: ArrivalCode, age: timedelta
) -> None:
    clock.advance(age)
    assert fault_of(store, shown) is None


def test_a_photograph_that_was_sent_home_is_stale_a_minute_later(
    store: Store, clock: FakeClock, shown: ArrivalCode
) -> None:
    clock.advance(2 * LIVES)
    assert fault_of(store, shown) is Fault.STALE


def test_a_code_of_the_future_is_not_believed_early(store: Store, clock: FakeClock, shown: ArrivalCode) -> None:
    clock.advance(-LIVES)
    assert fault_of(store, shown) is Fault.STALE


@pytest.mark.parametrize(
    "changed", [{"place": "0201.hall"}, {"window": 1}, {"signature": "0" * 32}, {"signature": "密"}, {"signature": ""}]
)
def test_a_code_that_was_changed_is_forged(store: Store, shown: ArrivalCode, changed: dict[str, object]) -> None:
    assert fault_of(store, replace(shown, **changed)) is Fault.FORGED  # type: ignore[arg-type]  # fields by name


def test_the_code_of_one_hospital_is_forged_at_another(store: Store, shown: ArrivalCode) -> None:
    assert fault_of(store, shown, "h2") is Fault.FORGED


def test_parts_cannot_lend_each_other_their_ends(store: Store) -> None:
    first, second = shown_at(store, "1"), shown_at(store, "11")
    assert first.signature != second.signature
    assert fault_of(store, replace(second, place="1", window=int(f"{second.window}1"))) is Fault.FORGED
