from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from hospital_bridge.verticals.transit.ride_code import Blacklist, Refusal, RideRefused
from hospital_bridge.verticals.transit.sandbox.gate import Gate, GateNews, Standing
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.verticals.transit.riders import ACCOUNT, KEYS, MORNING, NOBODY, phone

NEWS = GateNews(KEYS, NOBODY)


@dataclass
class Office:
    """The operator's side, reachable or not; `answers` False loses what it says after it did it."""

    current: GateNews = NEWS
    reachable: bool = True
    answers: bool = True
    kept: list[Tap] = field(default_factory=list)

    def take(self, taps: Sequence[Tap]) -> None:
        if not self.reachable:
            raise ConnectionError
        self.kept.extend(taps)
        if not self.answers:
            raise ConnectionError

    def news(self) -> GateNews:
        return self.current


@pytest.fixture
def gate() -> Gate:
    return Gate(Standing("G1", TapKind.IN, "S04", stake_fen=400), NEWS)


def refusal_at(gate: Gate, code: bytes, after: timedelta = timedelta()) -> Refusal:
    with pytest.raises(RideRefused) as refused:
        gate.present(code, MORNING + after)
    return refused.value.refusal


def test_a_gate_opens_without_network_and_keeps_the_tap(gate: Gate) -> None:
    tap = gate.present(phone().show(MORNING), MORNING)
    assert (tap.account, tap.at, tap.kind, tap.stop_id, tap.gate_no) == (ACCOUNT, MORNING, TapKind.IN, "S04", 1)
    assert gate.untold == [tap]


def test_a_code_opens_a_gate_once(gate: Gate) -> None:
    code = phone().show(MORNING)
    gate.present(code, MORNING)
    assert refusal_at(gate, code, timedelta(seconds=5)) == Refusal.REPLAYED
    assert len(gate.untold) == 1


def test_there_is_no_moment_at_which_a_code_is_forgotten_but_still_good(gate: Gate) -> None:
    code = phone().show(MORNING)
    gate.present(code, MORNING)
    for second in range(1, 200):
        assert refusal_at(gate, code, timedelta(seconds=second)) in {Refusal.REPLAYED, Refusal.STALE}


def test_what_is_long_stale_is_no_longer_remembered(gate: Gate) -> None:
    for minute in range(30):
        at = MORNING + timedelta(minutes=minute)
        gate.present(phone().show(at), at)
    assert len(gate._seen) <= 3


def test_the_next_code_of_the_same_phone_opens_again(gate: Gate) -> None:
    later = MORNING + timedelta(seconds=1)
    gate.present(phone().show(MORNING), MORNING)
    assert gate.present(phone().show(later), later).gate_no == 2


def test_a_ride_beyond_the_limit_does_not_begin() -> None:
    airport = Gate(Standing("G9", TapKind.IN, "S11", stake_fen=1200), NEWS)
    assert refusal_at(airport, phone().show(MORNING)) == Refusal.OVER_LIMIT


def test_two_gates_cannot_know_of_each_other_but_their_taps_bear_the_same_code() -> None:
    code = phone().show(MORNING)
    taps = [
        Gate(Standing(name, TapKind.IN, stop), NEWS).present(code, MORNING)
        for name, stop in (("G1", "S04"), ("G2", "S09"))
    ]
    assert taps[0].code_id == taps[1].code_id


def test_taps_wait_for_the_network_and_are_told_once_it_is_there(gate: Gate) -> None:
    office = Office(reachable=False)
    tap = gate.present(phone().show(MORNING), MORNING)
    with pytest.raises(ConnectionError):
        gate.sync(office)
    assert gate.untold == [tap]
    office.reachable = True
    gate.sync(office)
    assert (office.kept, gate.untold) == ([tap], [])


def test_what_may_not_have_arrived_is_told_again(gate: Gate) -> None:
    office = Office(answers=False)
    tap = gate.present(phone().show(MORNING), MORNING)
    with pytest.raises(ConnectionError):
        gate.sync(office)
    office.answers = True
    gate.sync(office)
    assert office.kept == [tap, tap]


def test_a_debtor_is_shut_out_and_let_in_by_one_sync_each(gate: Gate) -> None:
    office = Office(replace(NEWS, blacklist=Blacklist(2, frozenset({ACCOUNT}))))
    gate.sync(office)
    assert refusal_at(gate, phone().show(MORNING)) == Refusal.BLOCKED
    office.current = replace(NEWS, blacklist=Blacklist(3, frozenset()))
    gate.sync(office)
    assert gate.present(phone().show(MORNING), MORNING).account == ACCOUNT


def test_news_that_were_long_on_their_way_change_nothing(gate: Gate) -> None:
    gate.sync(Office(replace(NEWS, blacklist=Blacklist(3, frozenset({ACCOUNT})))))
    gate.sync(Office(replace(NEWS, blacklist=Blacklist(2, frozenset()))))
    assert refusal_at(gate, phone().show(MORNING)) == Refusal.BLOCKED
