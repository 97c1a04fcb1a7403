"""A service day is one order: paid, or a debt that shuts the gates until it is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.values import EntryKind
from hospital_bridge.slot import StillNeeded
from hospital_bridge.verticals.transit import issuing, rights, tidying
from hospital_bridge.verticals.transit.charging import closing
from hospital_bridge.verticals.transit.charging.day_charge import (
    TRANSITIONS,
    DayCharge,
    Event,
    IllegalTransition,
    State,
    cost_of,
    due,
)
from hospital_bridge.verticals.transit.store import day_charges, taps
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.verticals.transit.tapping import board, enter, leave
from tests.verticals.transit.travelling import HOUR, MONDAY, OPERATOR, TUESDAY, TransitWorld

DAY_MINUTES = 24 * 60
NOWHERE = (enter("S99", 0), replace(board("B01", 0), line_id="M1"), replace(board("B01", 0), line_id=""))
TRIP = (enter("S01", 0), leave("S04", 20), board("B01", 200))


def test_a_day_of_rides_is_one_order_for_its_best_fare(city: TransitWorld) -> None:
    city.sync(*TRIP)
    assert (city.day().state, city.orders()) == (State.OPEN, [])
    day = city.close()
    assert (day.state, day.fare_fen, day.charged_fen, city.orders()) == (State.ORDERED, 600, 600, [600])
    assert city.pay().state is State.PAID
    assert city.booked(TUESDAY) == [("payment", 600)]
    city.must_be_sound()


def test_nothing_is_asked_for_before_late_taps_have_had_their_time(city: TransitWorld) -> None:
    city.sync(*TRIP[:1])
    city.pass_time(20 * HOUR, step=HOUR)
    assert city.orders() == []
    city.sync(*TRIP[1:])
    assert city.close().charged_fen == 600


def test_an_engineer_may_close_every_day_before_its_time_and_late_taps_are_counted_again(city: TransitWorld) -> None:
    city.sync(*TRIP[:2])
    assert list(closing.close_all(city.scope, ())) == ["1"]
    assert list(closing.close_all(city.scope, ())) == ["0"]
    city.work()
    assert (city.day().state, city.orders()) == (State.ORDERED, [400])
    city.sync(*TRIP[2:])
    city.work()
    assert (city.day().charged_fen, city.day().fare_fen, city.orders()) == (400, 600, [400])


def test_taps_told_twice_and_in_any_order_are_charged_once(city: TransitWorld) -> None:
    assert city.sync(*reversed(TRIP)) == 3
    assert city.sync(*TRIP) == 0
    assert city.close().charged_fen == 600
    city.must_be_sound()


def test_another_ride_under_a_number_that_was_told_stands_in_the_trail(city: TransitWorld) -> None:
    first, other = board("B01", 0), replace(board("B01", 200), gate_no=board("B01", 0).gate_no)
    assert [city.sync(first), city.sync(first), city.sync(other)] == [1, 0, 0]
    with city.store.read(OPERATOR) as work:
        assert [act.action for act in work.audit.of(city.account)].count("tap.of_same_number") == 1


def test_gates_that_tell_at_once_make_one_day(city: TransitWorld) -> None:
    with ThreadPoolExecutor(3) as gates:
        told = list(gates.map(city.sync, (*TRIP, *TRIP)))
    assert sum(told) == 3
    city.close()
    assert city.orders() == [600]
    city.must_be_sound()


def test_a_code_that_opened_two_gates_is_charged_once(city: TransitWorld) -> None:
    there = replace(board("B01", 0), code_id="c" * 32)
    elsewhere = replace(there, gate_id="B03-board", stop_id="B03", at=there.at + timedelta(seconds=20))
    city.sync(elsewhere)
    city.sync(there)
    assert city.close().charged_fen == 200


def test_a_day_that_is_not_paid_shuts_the_gates_until_it_is(city: TransitWorld) -> None:
    city.sync(*TRIP)
    city.close()
    assert city.blacklist().accounts == frozenset()
    city.pass_time(3 * HOUR)
    debt = city.day()
    assert (debt.state, city.blacklist().accounts) == (State.DEBT, frozenset({city.account}))
    assert city.repay(debt)
    assert city.blacklist().accounts == {city.account}
    assert city.pay().state is State.PAID
    assert city.blacklist().accounts == frozenset()
    assert city.booked(TUESDAY) == [("payment", 600)]
    city.must_be_sound()


def test_a_second_try_to_pay_the_debt_may_run_out_too(city: TransitWorld) -> None:
    city.sync(*TRIP)
    city.close()
    city.pass_time(3 * HOUR)
    assert city.repay(city.day())
    assert not city.repay(city.day())
    city.pass_time(3 * HOUR)
    assert city.day().state is State.DEBT
    assert city.repay(city.day())
    assert city.pay().state is State.PAID
    assert city.orders() == [600, 600, 600]
    city.must_be_sound()


def test_nobody_else_pays_or_sees_the_day(city: TransitWorld) -> None:
    city.sync(*TRIP)
    city.close()
    city.pass_time(3 * HOUR)
    _, stranger = city._rider("999999199001010019", "2088000000000002")
    debt = city.day()
    city.phone = stranger
    with pytest.raises(day_charges.NoSuchDay):
        city.repay(debt)


def test_a_tap_that_comes_after_the_close_is_settled_with_the_next_day(city: TransitWorld) -> None:
    city.sync(enter("S04", 0))
    assert city.close().charged_fen == 400
    city.pay()
    city.sync(leave("S05", 20))
    city.work()
    assert (city.day().fare_fen, city.day().charged_fen) == (200, 400)
    city.sync(enter("S01", DAY_MINUTES), leave("S04", DAY_MINUTES + 20))
    tuesday = city.close(TUESDAY)
    assert (tuesday.fare_fen, tuesday.charged_fen) == (400, 200)
    city.must_be_sound()


def test_what_is_too_much_by_more_than_a_day_costs_is_kept_for_the_days_after(city: TransitWorld) -> None:
    city.sync(enter("S01", 0), enter("S01", 200, 2))
    assert city.close().charged_fen == 800
    city.pay()
    city.sync(leave("S02", 10), leave("S02", 210, 2))
    city.work()
    assert city.day().fare_fen == 600
    city.sync(board("B01", DAY_MINUTES))
    tuesday = city.close(TUESDAY)
    assert (tuesday.charged_fen, tuesday.state) == (0, State.PAID)
    city.must_be_sound()


def test_a_week_costs_no_more_than_its_cap_and_a_new_week_begins_on_monday(city: TransitWorld) -> None:
    city.scope = replace(city.scope, settings={**city.scope.settings, "week_cap_fen": 900})
    charged = []
    for number in range(8):
        minutes = number * DAY_MINUTES
        city.sync(enter("S01", minutes), leave("S04", minutes + 20))
        charged.append(city.close(MONDAY + timedelta(days=number)).charged_fen)
    assert charged == [400, 400, 100, 0, 0, 0, 0, 400]


WEEKS = st.dictionaries(st.integers(0, 20).map(lambda number: MONDAY + timedelta(days=number)), st.integers(0, 900))


@given(fares=WEEKS, cap=st.integers(1, 2000), late=st.integers(0, 20), more=st.integers(0, 900))
def test_days_closed_in_any_order_come_to_what_their_weeks_cost_and_one_more_ride_lowers_nothing(
    fares: dict[date, int], cap: int, late: int, more: int
) -> None:
    closed: list[DayCharge] = []
    for number, (day, fen) in enumerate(fares.items()):
        opened = DayCharge(str(number), "a", day)
        closed.append(replace(opened.ordered(Event.CLOSED, due(opened, fen, closed, cap)), fare_fen=fen))
    whole = cost_of(fares, cap)
    assert sum(day.charged_fen for day in closed) == whole
    assert all(cost_of({day: fen}, cap) <= cap for day, fen in fares.items())
    with_more = fares | {MONDAY + timedelta(days=late): fares.get(MONDAY + timedelta(days=late), 0) + more}
    assert whole <= cost_of(with_more, cap) <= whole + more


def at_once(start: Barrier, act: Callable[..., object], *about: object) -> None:
    start.wait()
    act(*about)


def test_a_tap_that_comes_in_the_moment_of_closing_is_not_lost(city: TransitWorld) -> None:
    for number in range(6):
        day, minutes = MONDAY + timedelta(days=number), number * DAY_MINUTES
        city.sync(enter("S01", minutes), leave("S04", minutes + 20))
        start, late, day_id = Barrier(2), board("B01", minutes + 200), city.day(day).day_id
        with ThreadPoolExecutor(2) as both:
            acts = [
                both.submit(at_once, start, city.sync, late),
                both.submit(at_once, start, closing.close, city.scope, day_id),
            ]
            for act in acts:
                act.result()
        city.work()
        assert city.day(day).fare_fen == 600
    city.must_be_sound()


def test_two_days_closed_at_once_settle_what_was_too_much_once(city: TransitWorld) -> None:
    for week in range(4):
        first = MONDAY + timedelta(weeks=week)
        minutes = week * 7 * DAY_MINUTES
        days = [first + timedelta(days=number) for number in range(3)]
        city.sync(enter("S04", minutes))
        closing.close(city.scope, city.day(days[0]).day_id)
        for number in (1, 2):
            city.sync(enter("S01", minutes + number * DAY_MINUTES), leave("S04", minutes + number * DAY_MINUTES + 20))
        city.sync(leave("S05", minutes + 20))
        closing.recount(city.scope, city.day(days[0]).day_id)
        start = Barrier(2)
        with ThreadPoolExecutor(2) as both:
            acts = [both.submit(at_once, start, closing.close, city.scope, city.day(day).day_id) for day in days[1:]]
            for act in acts:
                act.result()
        assert sum(city.day(day).charged_fen for day in days) == 1000


def test_a_tap_of_nobody_is_left_out(city: TransitWorld) -> None:
    tap = board("B01", 0)
    city.account, ours = "f" * 32, city.account
    assert city.sync(tap) == 0
    city.account = ours
    with city.store.read(OPERATOR) as work:
        assert [act.action for act in work.audit.of("f" * 32)] == ["tap.of_nobody"]


@pytest.mark.parametrize("tap", NOWHERE, ids=["stop", "line", "no_line"])
def test_a_tap_where_the_feed_has_no_price_is_left_out_and_the_rest_of_the_day_is_charged(
    city: TransitWorld, tap: Tap
) -> None:
    assert city.sync(tap, *TRIP[:2]) == 2
    with city.store.read(OPERATOR) as work:
        assert "tap.of_nowhere" in [act.action for act in work.audit.of(city.account)]
    assert city.close().charged_fen == 400


def test_a_day_whose_stop_was_taken_out_of_the_feed_is_not_charged_until_it_is_back(city: TransitWorld) -> None:
    city.sync(*TRIP[:2])
    with city.scope.begin() as work:
        taps.add(work, Tap(city.account, city.clock.now(), TapKind.IN, "S99", "G9", 1, "0e" * 16))
    city.close()
    assert (city.day().state, city.orders()) == (State.OPEN, [])
    with city.scope.begin() as work:
        work.table(taps.TAP).change(taps.TAP.c.stop_id == "S99", stop_id="S02")
    city.pass_time(HOUR)
    assert city.day().state is State.ORDERED


def test_the_book_is_the_same_when_a_posting_is_repeated(city: TransitWorld) -> None:
    city.sync(*TRIP)
    city.close()
    payment = city.pay()
    assert payment.state is State.PAID
    assert city.booked(TUESDAY) == [(EntryKind.PAYMENT.value, 600)]


def test_who_presses_on_two_phones_at_once_has_one_account(city: TransitWorld) -> None:
    subject, phone = city._rider("999999199001010019", "2088000000000002")

    def join() -> str:
        with city.scope.begin() as work:
            return issuing.join(work, subject, phone).account_id

    with ThreadPoolExecutor(2) as both:
        first, second = (both.submit(join) for _ in range(2))
        assert first.result() == second.result()


def test_the_codes_of_somebody_who_was_forgotten_open_nothing(city: TransitWorld) -> None:
    with city.scope.begin() as work:
        rights.forget_journeys(work, city.subject)
    assert city.blacklist().accounts == {city.account}
    assert city.sync(board("B01", 0)) == 0


def test_where_people_rode_is_forgotten_after_three_years(city: TransitWorld) -> None:
    city.sync(*TRIP)
    city.close()
    city.pay()
    tidying.forget_taps(city.scope, OPERATOR)
    with city.scope.read() as work:
        assert len(rights.export_journeys(work, city.subject)["taps"]) == 3
    city.clock.advance(tidying.KEPT)
    tidying.forget_taps(city.scope, OPERATOR)
    with city.scope.read() as work:
        assert rights.export_journeys(work, city.subject)["taps"] == []
    assert city.day().charged_fen == 600


def test_a_rider_is_forgotten_once_everything_is_paid(city: TransitWorld) -> None:
    city.sync(*TRIP)
    with city.scope.begin() as work, pytest.raises(StillNeeded):
        rights.forget_journeys(work, city.subject)
    city.close()
    city.pay()
    with city.scope.begin() as work:
        assert len(rights.export_journeys(work, city.subject)["taps"]) == 3
        rights.forget_journeys(work, city.subject)
        assert rights.export_journeys(work, city.subject) == {"taps": [], "days": [], "boarding": []}
    assert city.day().charged_fen == 600


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_a_day_moves_only_as_the_table_says(state: State, event: Event) -> None:
    day = DayCharge("d", "a", MONDAY, state=state)
    if (state, event) in TRANSITIONS:
        assert day.after(event).state is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            day.after(event)
