from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from hospital_bridge.verticals.transit.journeys import PairingRules
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.verticals.transit.linjiang import network
from tests.verticals.transit.riders import ACCOUNT, MORNING

RULES = PairingRules(network().timezone)
STATIONS = ("S01", "S02", "S04", "S11")


def tap(kind: TapKind, stop_id: str, minutes: float, number: int = 1, account: str = ACCOUNT, code: str = "") -> Tap:
    """A tap so many minutes after the morning, at a gate of its own stop."""
    at = MORNING + timedelta(minutes=minutes)
    line_id = "B18" if kind is TapKind.BOARD else ""
    gate_id = f"{stop_id}-{kind.value}"
    gate_no = round(minutes * 60) * 10 + number
    return Tap(account, at, kind, stop_id, gate_id, gate_no, code or f"{gate_id}-{at:%Y%m%d%H%M%S}-{number}", line_id)


def enter(stop_id: str, minutes: float, number: int = 1) -> Tap:
    return tap(TapKind.IN, stop_id, minutes, number)


def leave(stop_id: str, minutes: float, number: int = 1) -> Tap:
    return tap(TapKind.OUT, stop_id, minutes, number)


def board(stop_id: str, minutes: float, number: int = 1) -> Tap:
    return tap(TapKind.BOARD, stop_id, minutes, number)


def some_tap(within_minutes: int) -> st.SearchStrategy[Tap]:
    """Any tap of one rider; close ones are likely, so that tries and ties happen."""
    minutes = st.one_of(
        st.integers(0, within_minutes).map(float),
        st.sampled_from([base + near for base in (60, 120, 1160, 1175) for near in (0.0, 0.5, 1.5, 2.5)]),
    )
    stations = st.builds(tap, st.sampled_from([TapKind.IN, TapKind.OUT]), st.sampled_from(STATIONS), minutes)
    return st.one_of(stations, st.builds(board, st.sampled_from(["B01", "B03"]), minutes))


def some_taps(within_minutes: int = 600, most: int = 9) -> st.SearchStrategy[list[Tap]]:
    return st.lists(some_tap(within_minutes), max_size=most)


def opening_minutes(day: int) -> float:
    """Minutes from the morning to the opening of the service day so many days later."""
    opening: datetime = RULES.opening(RULES.service_day(MORNING) + timedelta(days=day))
    return (opening - MORNING).total_seconds() / 60
