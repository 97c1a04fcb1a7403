"""Codes of the service window at a gate that syncs over the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hospital_bridge.contract import faults_of
from hospital_bridge.slot import PageRequest
from hospital_bridge.verticals.transit import VERTICAL, api, issuing, looking_after
from hospital_bridge.verticals.transit.ride_code import Refusal, RideRefused
from hospital_bridge.verticals.transit.sandbox.gate import Gate, Standing
from hospital_bridge.verticals.transit.sandbox.office import Office
from hospital_bridge.verticals.transit.store import accounts, taps
from hospital_bridge.verticals.transit.taps import TapKind
from tests.verticals.transit.travelling import HOUR, OPERATOR, SETTINGS, TransitWorld


@dataclass
class InProcess:
    """The API without its wire; what is sent passes through its schema."""

    city: TransitWorld

    def post(self, path: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        assert path == "transit/taps"
        return api.take(PageRequest(self.city.scope, "gate-system", api.ToldTaps().load(body))).data

    def get(self, path: str) -> Mapping[str, Any]:
        assert path == "transit/gate-news"
        return api.news(PageRequest(self.city.scope, "gate-system", {})).data


def gate_at(city: TransitWorld, gate_id: str, kind: TapKind, stop_id: str, line_id: str = "") -> tuple[Gate, Office]:
    office = Office(InProcess(city), gate_id)
    return Gate(Standing(gate_id, kind, stop_id, line_id, stake_fen=400), office.news()), office


def code(city: TransitWorld) -> bytes:
    with city.scope.read() as work:
        return issuing.ride_code(work, accounts.get(work, city.account))


def test_transit_fits_the_slot() -> None:
    assert list(faults_of("transit", VERTICAL)) == []


def test_a_day_from_the_phone_to_the_order_and_back_through_the_gate(city: TransitWorld) -> None:
    entry, office = gate_at(city, "G1", TapKind.IN, "S01")
    way_out, other_office = gate_at(city, "G2", TapKind.OUT, "S04")
    entry.present(code(city), city.clock.now())
    city.clock.advance(timedelta(minutes=25))
    way_out.present(code(city), city.clock.now())
    way_out.sync(other_office)
    entry.sync(office)
    assert city.close().charged_fen == 400
    city.pass_time(3 * HOUR)
    entry.sync(office)
    with pytest.raises(RideRefused) as refused:
        entry.present(code(city), city.clock.now())
    assert refused.value.refusal is Refusal.BLOCKED
    city.repay(city.day())
    city.pay()
    entry.sync(office)
    assert entry.present(code(city), city.clock.now()).account == city.account


def test_a_replay_at_a_second_gate_is_found_at_the_sync_and_charged_once(city: TransitWorld) -> None:
    shown = code(city)
    buses = [gate_at(city, gate_id, TapKind.BOARD, "B01", "B18") for gate_id in ("BUS-1", "BUS-2")]
    for number, (gate, _) in enumerate(buses):
        gate.present(shown, city.clock.now() + timedelta(seconds=20 * number))
    for gate, office in reversed(buses):
        gate.sync(office)
    with city.store.read(OPERATOR) as work:
        assert [act.action for act in work.audit.of(city.account)] == ["code.replayed"]
    assert city.close().charged_fen == 200


def test_the_newest_key_that_has_begun_signs_and_gates_know_the_next_one(city: TransitWorld) -> None:
    gate, _ = gate_at(city, "G1", TapKind.IN, "S01")
    assert SETTINGS["issuer_keys"][1]["begins"] > city.clock.now()
    gate.present(code(city), city.clock.now())
    city.clock.advance(SETTINGS["issuer_keys"][1]["begins"] + HOUR - city.clock.now())
    assert gate.present(code(city), city.clock.now()).gate_no == 2


def test_without_a_key_there_is_no_code(city: TransitWorld) -> None:
    city.clock.advance(datetime(2028, 1, 1, tzinfo=UTC) - city.clock.now())
    with pytest.raises(issuing.NoKeyNow):
        code(city)


def test_the_key_of_a_phone_is_sealed(city: TransitWorld) -> None:
    with city.scope.read() as work:
        account = accounts.get(work, city.account)
        key = accounts.phone_key(work, account)
        row = work.table(accounts.ACCOUNT).one(accounts.ACCOUNT.c.account_id == city.account)
    assert len(key) == 32
    assert key not in row.phone_key


def test_a_gate_that_was_long_without_network_tells_more_than_one_telling_holds(city: TransitWorld) -> None:
    gate, office = gate_at(city, "G1", TapKind.IN, "S01")
    tap = gate.present(code(city), city.clock.now())
    gate.untold = [replace(tap, gate_no=0)] * api.MOST_TAPS + [tap]
    gate.sync(office)
    assert gate.untold == []
    with city.scope.read() as work:
        assert [kept.gate_no for kept in taps.all_of_account(work, city.account)] == [0, tap.gate_no]


HOSTILE: list[dict[str, Any]] = [
    {"at": "2026-11-30T08:30:00"},
    {"at": "0001-01-01T00:00:00+08:00"},
    {"at": "9999-12-31T23:59:59-08:00"},
    {"at": float("nan")},
    {"at": -1},
    {"kind": "jump"},
    {"kind": {}},
    {"account": "me"},
    {"account": "0c" * 16 + "\n"},
    {"code": ""},
    {"code": "0d" * 16 + "\n"},
    {"stop": "S01\n"},
    {"line": "B\0"},
    {"line": "\ud800"},
    {"tap": 1.5},
    {"tap": float("nan")},
    {"tap": -1},
    {"tap": 2**62 + 1},
]


@pytest.mark.parametrize("change", HOSTILE, ids=ascii)
def test_a_tap_that_cannot_be_read_is_refused_before_anything_is_kept(change: dict[str, Any]) -> None:
    tap = {
        "tap": 1,
        "account": "0c" * 16,
        "at": "2026-11-30T08:30:00+08:00",
        "kind": "in",
        "stop": "S01",
        "code": "0d" * 16,
    }
    assert api.ToldTaps().validate({"gate": "G1", "taps": [tap]}) == {}
    assert api.ToldTaps().validate({"gate": "G1", "taps": [tap | change]})


def test_doctor_says_a_month_ahead_what_will_end(city: TransitWorld) -> None:
    def remedies() -> list[str]:
        return [finding.remedy for finding in looking_after.doctor(city.scope)]

    city.clock.advance(datetime(2026, 12, 1, tzinfo=UTC) - city.clock.now())
    assert remedies() == ["", ""]
    city.clock.advance(timedelta(days=2))
    assert remedies() == ["", looking_after.ANOTHER_FEED]
    city.clock.advance(datetime(2027, 11, 20, tzinfo=UTC) - city.clock.now())
    assert remedies() == [looking_after.ANOTHER_KEY, looking_after.ANOTHER_FEED]
