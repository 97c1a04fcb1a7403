from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import log
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.estimate import STEP, Calibration, DeskLoad, Forecast, Range, forecast, told
from queueing.service_time import Expectation, Observed, ServiceTime, learn

EIGHT = Expectation()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def saw(*lengths: float) -> Observed:
    seen = Observed()
    for length in lengths:
        seen = seen.seen(minutes(length))
    return seen


def usual(service: ServiceTime) -> float:
    """The mean service in minutes."""
    return service.moments.mean / 60


def test_before_anything_was_seen_the_default_stands() -> None:
    assert learn(EIGHT, Observed(), Observed(), Observed()).mean == pytest.approx(log(8 * 60))


def test_a_desk_that_saw_little_takes_after_its_line() -> None:
    line = saw(*[20.0, 18.0, 22.0] * 20)
    nothing, little, much = (learn(EIGHT, line, saw(*[5.0] * count), Observed()).mean for count in (0, 2, 60))
    assert much < little < nothing
    assert abs(nothing - log(20 * 60)) < 0.05
    assert abs(much - log(5 * 60)) < 0.1


def test_a_slow_day_is_learned_within_the_day() -> None:
    usually = saw(*[10.0] * 50)
    assert usual(learn(EIGHT, usually, usually, saw(*[20.0] * 8))) > 1.2 * usual(
        learn(EIGHT, usually, usually, Observed())
    )


def test_a_slip_of_the_hand_does_not_make_a_desk_fast() -> None:
    assert saw(0.0) == saw(5 / 60)


@pytest.mark.parametrize("elapsed", [0.0, 1.0, 5.0, 15.0, 30.0])
def test_what_is_left_of_a_service_is_what_many_such_services_had_left(elapsed: float) -> None:
    service, chance = ServiceTime(log(480), 0.05, 0.36), Random(7)
    drawn = [chance.lognormvariate(log(480), 0.41**0.5) / 60 for _ in range(200_000)]
    left = [one - elapsed for one in drawn if one > elapsed]
    assert service.remaining(minutes(elapsed)).mean / 60 == pytest.approx(fmean(left), rel=0.08)


def test_a_service_longer_than_any_is_expected_to_end_like_a_new_one() -> None:
    service = ServiceTime(log(480), 0.01, 0.04)
    assert service.remaining(timedelta(days=30)) == service.moments


@given(st.integers(0, 500), st.integers(1, 5), st.lists(st.none() | st.integers(0, 3600), min_size=5, max_size=5))
def test_a_range_is_in_order_and_grows_with_those_ahead(ahead: int, count: int, taken: list[int | None]) -> None:
    service = learn(EIGHT, saw(8, 9, 12), Observed(), Observed())
    desks = [DeskLoad(service, None if one is None else timedelta(seconds=one)) for one in taken[:count]]
    now, later = forecast(ahead, desks), forecast(ahead + 1, desks)
    assert timedelta(0) <= now.lower <= now.median <= now.upper
    assert later.median >= now.median


def test_nobody_waits_for_a_free_desk() -> None:
    free = DeskLoad(ServiceTime(log(480), 0.05, 0.36))
    assert told(forecast(0, [free]), 0) == Range(timedelta(0), STEP, 0)
    assert forecast(1, [free]).median > timedelta(0)


def test_two_desks_halve_the_wait() -> None:
    busy = DeskLoad(ServiceTime(log(480), 0.05, 0.36), minutes(2))
    alone, together = forecast(20, [busy]).median, forecast(20, [busy, busy]).median
    assert 0.4 < together / alone < 0.6


def test_without_a_desk_there_is_no_forecast() -> None:
    with pytest.raises(ValueError, match="without a desk"):
        forecast(1, [])


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_what_is_told_holds_what_was_expected_in_steps_of_five_minutes(first: int, second: int) -> None:
    lower, upper = sorted((timedelta(seconds=first), timedelta(seconds=second)))
    shown = told(Forecast(lower, lower, upper), 3)
    assert shown.lower <= lower <= upper <= shown.upper
    assert shown.lower % STEP == shown.upper % STEP == timedelta(0) < shown.upper - shown.lower


# --- the ranges against a simulated desk: what was told, and what came ---------


@dataclass(frozen=True)
class Told:
    naive: Forecast
    shown: Forecast
    waited: timedelta


def mornings(chance: Random, spread: float, interruptions: float, days: int = 150) -> Iterator[Told]:
    """One desk a day with its own speed, tickets in order of arrival; interruptions are unknown to the model."""
    calibration, history = Calibration(), Observed()
    for _ in range(days):
        pace, free_at, arrives = chance.gauss(log(480), 0.25), 0.0, 0.0
        services: list[tuple[float, float]] = []
        made: list[tuple[float, Told]] = []
        for _ in range(25):
            arrives += chance.expovariate(1 / 750)
            today = saw(*[(end - start) / 60 for start, end in services if end <= arrives])
            for called, one in [pair for pair in made if pair[0] <= arrives]:
                calibration = calibration.judge(one.shown, one.waited)
                made.remove((called, one))
            ahead = sum(start > arrives for start, _ in services)
            taken = [timedelta(seconds=arrives - start) for start, end in services if start <= arrives < end]
            desk = DeskLoad(learn(EIGHT, history + today, history, today), taken[0] if taken else None)
            start = max(arrives, free_at)
            services.append((start, start + chance.lognormvariate(pace, spread)))
            free_at = services[-1][1] + (chance.expovariate(1 / 900) if chance.random() < interruptions else 0.0)
            if ahead or taken:
                naive = forecast(ahead, [desk])
                made.append((start, Told(naive, calibration.widened(naive), timedelta(seconds=start - arrives))))
                yield made[-1][1]
        for _, one in made:
            calibration = calibration.judge(one.shown, one.waited)
        history = history + saw(*[(end - start) / 60 for start, end in services])


def late(ranges: list[Forecast], waits: list[timedelta]) -> float:
    return fmean(waited > one.upper for one, waited in zip(ranges, waits, strict=True))


@pytest.mark.parametrize(("spread", "interruptions"), [(0.55, 0.0), (0.8, 0.10)], ids=["as modelled", "otherwise"])
def test_the_upper_end_holds_four_times_in_five_whatever_the_world(spread: float, interruptions: float) -> None:
    """P80 coverage of 77 to 83 percent (reference/queue.md section 3), also where the model is wrong."""
    made = list(mornings(Random(11), spread, interruptions))[500:]
    waits = [one.waited for one in made]
    assert 0.77 <= 1 - late([one.shown for one in made], waits) <= 0.83
    early = fmean(one.waited < one.shown.lower for one in made)
    assert early <= 0.14


def test_without_the_calibration_the_ranges_would_lie() -> None:
    made = list(mornings(Random(11), 0.8, 0.10))[500:]
    assert 1 - late([one.naive for one in made], [one.waited for one in made]) < 0.77


def test_a_calibration_never_runs_away() -> None:
    calibration = Calibration()
    for _ in range(10_000):
        calibration = calibration.judge(Forecast(minutes(5), minutes(6), minutes(7)), minutes(60))
    assert calibration.upper == 3.0
    assert (calibration.judged, calibration.late) == (10_000, 10_000)
