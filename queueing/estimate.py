"""How long a ticket will wait: always a range, calibrated by what became of earlier ranges, or an honest unknown.

The work ahead is summed in mean and variance and read as a log-normal: the same answer each time, and as quick for
500 as for 5 (reference/queue.md sections 3 and 8). What the sum leaves out - pauses, emergencies, returns - the
calibration puts right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from math import exp, log, sqrt
from statistics import NormalDist

from queueing.service_time import Moments, ServiceTime

LOWER, UPPER = 0.10, 0.80
"""Who is told a range is to be called before its lower end once in ten times, and after its upper end twice."""

STEP = timedelta(minutes=5)
_FROM_MEDIAN = {share: NormalDist().inv_cdf(share) for share in (LOWER, UPPER)}
_RATE = 0.05
_FARTHEST = 3.0


class UnknownReason(StrEnum):
    """Why nothing can be said of a ticket's waiting."""

    TOO_FEW_SEEN = "too_few_seen"
    NO_DESK_OPEN = "no_desk_open"
    NOT_WAITING = "not_waiting"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The waiting cannot be estimated yet; `ahead` is known all the same for who waits."""

    reason: UnknownReason
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Between these two the ticket is likely to be called; whole steps of five minutes."""

    lower: timedelta
    upper: timedelta
    ahead: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was expected at one moment, to the second: kept with the ticket, and judged when it is called."""

    lower: timedelta
    median: timedelta
    upper: timedelta


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """An open desk: how long it takes, and for how long it has been taken up (None while it is free)."""

    service: ServiceTime
    taken_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How much wider than computed each end has to be (as logarithms), and how the ranges so far came out.

    `early` counts those called before the lower end, `late` those after the upper, of `judged` ranges.
    """

    lower: float = 0.0
    upper: float = 0.0
    judged: int = 0
    early: int = 0
    late: int = 0

    def widened(self, forecast: Forecast) -> Forecast:
        """The forecast with its ends moved."""
        down, up = forecast.median - forecast.lower, forecast.upper - forecast.median
        lowest = max(timedelta(0), forecast.median - down * exp(self.lower))
        return Forecast(lowest, forecast.median, forecast.median + up * exp(self.upper))

    def judge(self, told: Forecast, waited: timedelta) -> Calibration:
        """After a call: an end that is passed too often moves out, one that is passed too seldom moves in."""
        early, late = waited < told.lower, waited > told.upper
        return replace(
            self,
            lower=_held(self.lower + _RATE * (early - LOWER)),
            upper=_held(self.upper + _RATE * (late - (1 - UPPER))),
            judged=self.judged + 1,
            early=self.early + early,
            late=self.late + late,
        )


def forecast(ahead: int, desks: Sequence[DeskLoad]) -> Forecast:
    """The waiting of who has `ahead` tickets before them at those open desks; ValueError without a desk."""
    if not desks:
        raise ValueError("nobody can be called without a desk")
    free = sum(desk.taken_for is None for desk in desks)
    if ahead < free:
        return Forecast(timedelta(0), timedelta(0), timedelta(0))
    return _log_normal(_work(ahead - free, desks))


def told(expected: Forecast, ahead: int) -> Range:
    """The forecast as it is shown: the lower end rounded down, the upper up, and never a single point."""
    lower = expected.lower // STEP * STEP
    upper = -(-expected.upper // STEP) * STEP
    return Range(lower, max(upper, lower + STEP), ahead)


def _work(queued: int, desks: Sequence[DeskLoad]) -> Moments:
    """What the desks have to do before the next is called, shared among them: what each began, then the queue.

    A free desk is about to begin one of those ahead. Each serves its share of the queue by its own speed.
    """
    fresh = [desk.service.moments for desk in desks]
    begun = [desk.service.remaining(desk.taken_for or timedelta(0)) for desk in desks]
    speed = sum(1 / moments.mean for moments in fresh)
    mean = sum(moments.mean for moments in begun) / len(desks) + queued / speed
    variance = 0.0
    for first, each in zip(begun, fresh, strict=True):
        share = queued / (each.mean * speed)
        variance += first.variance + share * each.own + share * share * each.shared
    return Moments(mean, variance / len(desks) ** 2)


def _log_normal(work: Moments) -> Forecast:
    """The quantiles of the log-normal with that mean and variance (Fenton 1960)."""
    if work.mean <= 0:
        return Forecast(timedelta(0), timedelta(0), timedelta(0))
    spread = log(1 + work.variance / work.mean**2)
    middle = log(work.mean) - spread / 2
    lower, median, upper = (
        timedelta(seconds=exp(middle + distance * sqrt(spread)))
        for distance in (_FROM_MEDIAN[LOWER], 0.0, _FROM_MEDIAN[UPPER])
    )
    return Forecast(lower, median, upper)


def _held(theta: float) -> float:
    return min(_FARTHEST, max(-_FARTHEST, theta))
