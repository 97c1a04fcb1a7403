from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.transit.journeys import (
    Journey,
    Missing,
    PairingRules,
    journeys_of_day,
    needed_for,
    rider_days,
    touched_by,
)
from hospital_bridge.verticals.transit.sandbox.gate import Gate, GateNews, Standing
from hospital_bridge.verticals.transit.tap_order import in_order
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.verticals.transit.riders import KEYS, MORNING, NOBODY, OTHER_ACCOUNT, phone
from tests.verticals.transit.tapping import RULES, board, enter, leave, opening_minutes, some_taps

DAY = date(2026, 11, 30)
DAYS = 2 * 24 * 60


def journeys(taps: Iterable[Tap], rules: PairingRules = RULES) -> list[Journey]:
    days = rider_days(in_order(taps), rules)
    return [journey for day in days for journey in day.journeys]


def ways(taps: Iterable[Tap], rules: PairingRules = RULES) -> list[tuple[str, str, Missing | None]]:
    return [(journey.origin, journey.destination, journey.missing) for journey in journeys(taps, rules)]


def test_an_entry_and_an_exit_are_a_journey() -> None:
    (journey,) = journeys([enter("S01", 0), leave("S04", 20)])
    assert (journey.origin, journey.destination, journey.missing) == ("S01", "S04", None)
    assert (journey.begins, journey.ends) == (MORNING, MORNING + timedelta(minutes=20))
    assert journey.service_day == DAY


def test_a_bus_takes_one_tap() -> None:
    (journey,) = journeys([board("B01", 0)])
    assert (journey.origin, journey.line_id, journey.missing) == ("B01", "B18", None)


def test_who_leaves_where_they_came_in_made_a_journey() -> None:
    assert ways([enter("S04", 0), leave("S04", 10)]) == [("S04", "S04", None)]


def test_a_journey_lasts_three_hours_at_most() -> None:
    assert ways([enter("S01", 0), leave("S04", 180)]) == [("S01", "S04", None)]
    assert ways([enter("S01", 0), leave("S04", 181)]) == [("S01", "", Missing.EXIT), ("", "S04", Missing.ENTRY)]


def test_an_entry_without_an_exit_does_not_swallow_the_next_journey() -> None:
    assert ways([enter("S01", 0), enter("S02", 60), leave("S04", 80)]) == [
        ("S01", "", Missing.EXIT),
        ("S02", "S04", None),
    ]


def test_a_missing_tap_that_is_told_later_completes_the_journey() -> None:
    known = [enter("S01", 0)]
    assert ways(known) == [("S01", "", Missing.EXIT)]
    assert ways([leave("S04", 20), *known]) == [("S01", "S04", None)]


def test_a_bus_between_two_gates_belongs_to_neither() -> None:
    assert ways([enter("S01", 0), board("B01", 5), leave("S04", 20)]) == [("S01", "S04", None), ("B01", "", None)]


def test_who_tries_a_gate_again_enters_once() -> None:
    (journey,) = journeys([enter("S01", 0), enter("S01", 1, 2), leave("S04", 20), leave("S04", 21, 2)])
    assert (journey.begins, journey.ends) == (MORNING, MORNING + timedelta(minutes=20))


def test_who_tries_a_bus_again_rides_once_and_the_way_back_is_another_ride() -> None:
    assert len(journeys([board("B01", 0), board("B01", 1, 2), board("B03", 1.5, 3)])) == 2


def test_a_later_entry_at_the_same_station_is_another_journey() -> None:
    assert ways([enter("S01", 0), enter("S01", 3, 2)]) == [("S01", "", Missing.EXIT)] * 2


def test_a_code_that_opened_two_gates_counts_once() -> None:
    code = phone().show(MORNING)
    gates = [
        Gate(Standing(name, TapKind.IN, stop), GateNews(KEYS, NOBODY)) for name, stop in (("G2", "S09"), ("G1", "S04"))
    ]
    taps = [gate.present(code, MORNING + timedelta(seconds=late)) for gate, late in zip(gates, (40, 0), strict=True)]
    assert ways(taps) == ways(reversed(taps)) == [("S04", "", Missing.EXIT)]


def test_the_night_belongs_to_the_day_before() -> None:
    midnight = opening_minutes(1) - 4 * 60
    found = journeys([enter("S01", midnight - 10), leave("S04", midnight + 10), board("B01", midnight + 30)])
    assert {journey.service_day for journey in found} == {DAY}
    assert journeys([board("B01", opening_minutes(1))])[0].service_day == DAY + timedelta(days=1)


def test_a_journey_belongs_to_the_day_on_which_it_began() -> None:
    morning = opening_minutes(1)
    taps = [enter("S01", morning - 5), leave("S04", morning + 15)]
    assert len(journeys_of_day(taps, DAY, RULES)) == 1
    assert journeys_of_day(taps, DAY + timedelta(days=1), RULES) == ()


def test_a_journey_over_the_opening_is_decided_by_the_taps_of_both_days() -> None:
    morning = opening_minutes(1)
    entry, way_out = enter("S01", morning - 5), leave("S04", morning + 15)
    next_day = DAY + timedelta(days=1)
    for day in (DAY, next_day):
        since, until = needed_for(day, RULES)
        assert since <= entry.at < until
        assert since <= way_out.at < until
    assert touched_by(entry, RULES) == touched_by(way_out, RULES) == {DAY, next_day}
    assert touched_by(enter("S01", 0), RULES) == {DAY}


def test_one_rider_is_no_other() -> None:
    taps = [enter("S01", 0), replace(leave("S04", 20), account=OTHER_ACCOUNT)]
    assert len(journeys(taps)) == 2


def test_every_order_of_a_day_gives_the_same_journeys() -> None:
    day = [enter("S01", 0), leave("S04", 20), board("B01", 30), enter("S04", 31), leave("S11", 31), leave("S11", 60)]
    expected = journeys(day)
    assert all(journeys(order) == expected for order in permutations(day))


@given(taps=some_taps(DAYS), rest=st.data())
def test_late_doubled_and_reordered_taps_give_the_same_journeys(taps: list[Tap], rest: st.DataObject) -> None:
    doubled = taps + rest.draw(st.lists(st.sampled_from(taps), max_size=4)) if taps else []
    arriving = rest.draw(st.permutations(doubled))
    assert journeys(arriving) == journeys(taps)


@given(taps=some_taps(DAYS), rest=st.data())
def test_a_second_sync_of_the_same_code_elsewhere_is_not_charged(taps: list[Tap], rest: st.DataObject) -> None:
    copied = [
        replace(tap, gate_id="elsewhere", stop_id="S07", at=tap.at + timedelta(seconds=rest.draw(st.integers(1, 60))))
        for tap in taps
    ]
    assert journeys(copied + taps) == journeys(taps)


@given(some_taps(DAYS))
def test_journeys_are_what_the_plain_rule_says(taps: list[Tap]) -> None:
    """Without tries: an exit ends the entry that is the gate tap right before it; every other gate tap lacks one."""
    rules = replace(RULES, again_within=timedelta(-1))
    kept = {tap.code_id: tap for tap in sorted(taps, key=lambda tap: tap.place, reverse=True)}
    ordered = sorted(kept.values(), key=lambda tap: tap.place)
    gates = [tap for tap in ordered if tap.kind is not TapKind.BOARD]
    whole = [
        (one.stop_id, other.stop_id)
        for one, other in pairwise(gates)
        if (one.kind, other.kind) == (TapKind.IN, TapKind.OUT) and other.at - one.at <= rules.longest
    ]
    found = journeys(taps, rules)
    paired = [journey for journey in found if not journey.line_id and journey.missing is None]
    assert [(journey.origin, journey.destination) for journey in paired] == whole
    assert sum(1 for journey in found if journey.line_id) == len(ordered) - len(gates)
    assert sum(1 for journey in found if journey.missing) == len(gates) - 2 * len(whole)


@given(some_taps(DAYS, most=14))
def test_a_day_is_decided_by_the_taps_around_it(taps: list[Tap]) -> None:
    everything = journeys(taps)
    for day in (DAY + timedelta(days=number) for number in range(-1, 4)):
        since, until = needed_for(day, RULES)
        around = [tap for tap in taps if since <= tap.at < until]
        assert list(journeys_of_day(around, day, RULES)) == [one for one in everything if one.service_day == day]


@given(taps=some_taps(DAYS, most=14))
def test_a_late_tap_changes_no_day_but_those_it_touches(taps: list[Tap]) -> None:
    for late in taps[:3]:
        before, after = journeys([tap for tap in taps if tap != late]), journeys(taps)
        changed = {journey.service_day for journey in set(before) ^ set(after)}
        assert changed <= touched_by(late, RULES)


@given(taps=some_taps(DAYS, most=30), most_in_memory=st.integers(1, 12))
def test_taps_come_back_from_disk_in_order(taps: list[Tap], most_in_memory: int) -> None:
    assert list(in_order(taps, most_in_memory)) == sorted(taps, key=lambda tap: tap.place)


@pytest.mark.parametrize("second", [enter("S01", 0), enter("S02", 0)], ids=["tried again", "copied code"])
def test_what_an_early_exit_ends_is_told_by_all_taps_before_it(second: Tap) -> None:
    opening = opening_minutes(1)
    first = enter("S01", opening - 181)
    second = replace(second, at=first.at + timedelta(minutes=1.5))
    second = second if second.stop_id == "S01" else replace(second, code_id=first.code_id)
    taps = [first, second, leave("S04", opening + 0.25)]
    since, until = needed_for(DAY + timedelta(days=1), RULES)
    (journey,) = journeys_of_day([tap for tap in taps if since <= tap.at < until], DAY + timedelta(days=1), RULES)
    assert journey.missing is Missing.ENTRY
    assert DAY + timedelta(days=1) in touched_by(first, RULES)


def test_a_gate_that_counts_far_has_its_order_on_disk_too() -> None:
    taps = [replace(board("B01", 0), gate_no=number) for number in (2 * 10**12, 3 * 10**10, 2**62, 9)]
    assert [tap.gate_no for tap in in_order(taps, 1)] == [9, 3 * 10**10, 2 * 10**12, 2**62]


def test_taps_out_of_order_are_told_and_not_paired() -> None:
    with pytest.raises(ValueError, match="out of order"):
        list(rider_days([leave("S04", 20), enter("S01", 0)], RULES))


def test_an_id_that_would_break_a_line_is_told() -> None:
    with pytest.raises(ValueError, match="character"):
        list(in_order([replace(board("B01", 0), code_id="a\tb")], 1))


def riding(days: int, riders: int) -> Iterator[Tap]:
    for rider in range(riders):
        for day in range(days):
            for number, minutes in enumerate((0, 300)):
                at = day * 24 * 60 + minutes
                yield replace(enter("S01", at, number), account=f"{rider:032x}")
                yield replace(leave("S04", at + 25, number), account=f"{rider:032x}")


def peak_of(work: Callable[[], object]) -> int:
    """The lower of two peaks: what a thread that another test left behind takes at that moment is not the work's."""
    return min(_peak(work), _peak(work))


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1)], ids=["many riders", "one rider for years"])
def test_memory_does_not_grow_with_the_taps(shape: tuple[int, int]) -> None:
    """20,000 taps streamed in order need no more than one rider's day; the codes remembered are those of hours."""
    days, riders = shape
    assert peak_of(lambda: sum(len(day.journeys) for day in rider_days(riding(days, riders), RULES))) < 200_000


def test_sorting_many_taps_needs_no_more_memory_than_sorting_few() -> None:
    def sort(count: int) -> int:
        # A stride prime to the count visits every rider once, far from the one before.
        accounts = (f"{place * 7919 % count:032x}" for place in range(count))
        return sum(1 for _ in in_order((replace(board("B01", 0), account=account) for account in accounts), 1000))

    assert peak_of(lambda: sort(16_000)) < 2 * peak_of(lambda: sort(2_000))
