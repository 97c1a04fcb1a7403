"""How long a desk takes for one ticket: learned from what it took, drawn towards its line where little was seen.

The logarithm of a service time (in seconds) is normal around the desk's mean, which lies around the line's, which
lies around a default; today's mean of a desk differs from its usual one a little (reference/queue.md section 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import erfc, exp, inf, log, sqrt

_LEAST_SECONDS = 5.0
"""Below that a desk was only clicked through; its logarithm would outweigh everything else."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Finished services, counted: the sums of their logarithms (of seconds) and of the squares of these."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Observed) -> Observed:
        return Observed(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def __sub__(self, other: Observed) -> Observed:
        return Observed(self.count - other.count, self.total - other.total, self.squares - other.squares)

    def seen(self, took: timedelta) -> Observed:
        """With one service more."""
        value = log(max(took.total_seconds(), _LEAST_SECONDS))
        return self + Observed(1, value, value * value)

    @property
    def mean(self) -> float:
        """The mean logarithm; 0 where nothing was seen."""
        return self.total / self.count if self.count else 0.0

    @property
    def deviations(self) -> float:
        """The sum of squared deviations from the mean."""
        return max(0.0, self.squares - self.total * self.mean)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is believed before anything was seen: a median service time and standard deviations of logarithms.

    `spread` is from one ticket to the next, `between_lines`, `between_desks` and `between_days` are of the mean.
    The spread counts as `weight` observations; below `floor` services of a line nothing is said of its waiting.
    """

    median: timedelta = timedelta(minutes=8)
    spread: float = 0.6
    between_lines: float = 0.7
    between_desks: float = 0.3
    between_days: float = 0.15
    weight: int = 10
    floor: int = 5


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean in seconds, and variance: `own` of each ticket alone, `shared` by all that one desk serves."""

    mean: float
    own: float
    shared: float = 0.0

    @property
    def variance(self) -> float:
        """Of one service time."""
        return self.own + self.shared


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Log-normal: the mean logarithm, the doubt about it (a variance), and the variance between tickets."""

    mean: float
    doubt: float
    spread: float

    @property
    def moments(self) -> Moments:
        """Mean and variance of one service that has not begun."""
        expected = exp(self.mean + (self.doubt + self.spread) / 2)
        square = expected * expected
        return Moments(
            expected, square * (exp(self.doubt + self.spread) - exp(self.doubt)), square * (exp(self.doubt) - 1)
        )

    def remaining(self, elapsed: timedelta) -> Moments:
        """Mean and variance of what is left of a service that has lasted that long."""
        begun, fresh = elapsed.total_seconds(), self.moments
        if begun <= 0:
            return fresh
        variance = self.doubt + self.spread
        deviation = sqrt(variance)
        standing = (log(begun) - self.mean) / deviation
        lasting = _above(standing)
        if lasting < 1e-9:  # noqa: PLR2004  nothing is known of services as long as this one
            return fresh
        second = exp(2 * self.mean + 2 * variance) * _above(standing - 2 * deviation) / lasting
        whole = fresh.mean * _above(standing - deviation) / lasting
        return Moments(max(0.0, whole - begun), max(0.0, second - whole * whole))


def learn(expected: Expectation, line: Observed, desk: Observed, today: Observed) -> ServiceTime:
    """What a desk takes today: `line` is all that its line saw, `desk` what the desk saw before today."""
    spread = (expected.weight * expected.spread**2 + line.deviations) / (expected.weight + max(0, line.count - 1))
    mean, doubt = _drawn(log(expected.median.total_seconds()), expected.between_lines**2, line, spread)
    mean, doubt = _drawn(mean, doubt + expected.between_desks**2, desk, spread)
    mean, doubt = _drawn(mean, doubt + expected.between_days**2, today, spread)
    return ServiceTime(mean, doubt, spread)


def _drawn(mean: float, doubt: float, seen: Observed, spread: float) -> tuple[float, float]:
    """The normal posterior of a mean: what was believed and what was seen, each by its precision."""
    precision = 1 / doubt + seen.count / spread if spread > 0 else inf
    after = 1 / precision
    return after * (mean / doubt + seen.total / spread), after


def _above(standing: float) -> float:
    """How likely a standard normal is above that."""
    return erfc(standing / sqrt(2)) / 2
