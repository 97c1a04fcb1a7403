"""What one seed draws: who plays, how the networks behave, how often the bridge dies (swarm testing)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from random import Random

RATES = (0.02, 0.08, 0.25)
CRASH_RATES = (0.002, 0.01, 0.03)
STAYS = 1 / 16
"""Seeds with stays take twice as long; `test_stays_in_storms.py` plays more of them."""
MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 23, 15, 25, tzinfo=UTC)


@dataclass(frozen=True)
class Weather:
    """The probability of each fault on the way to one peer; the three outcomes of a lost reply are told apart."""

    no_connection: float = 0.0
    lost_request: float = 0.0
    late_request: float = 0.0
    lost_reply: float = 0.0
    duplicate: float = 0.0
    slow: float = 0.0
    peer_fault: float = 0.0

    @classmethod
    def drawn(cls, rng: Random) -> Weather:
        """About every second fault, each at a rate of its own."""
        return cls(**{each.name: rng.choice(RATES) if rng.random() < 0.5 else 0.0 for each in fields(cls)})


@dataclass(frozen=True)
class Moods:
    """How patients and the hospital behave, each a probability."""

    pays: float = 0.8
    pays_within: float = 60.0
    pays_late: float = 0.1
    cancels: float = 0.3
    cancels_within: tuple[tuple[float, float], ...] = ((0, 1), (0, 5), (0, 30), (0, 300), (0, 1000))
    pays_while_cancelling: float = 0.0
    taps_twice: float = 0.2
    chooses_free: float = 0.1
    walk_ins: float = 0.0
    refuses_posting: float = 0.0
    wrong_amount: float = 0.0
    settles_at_window: float = 0.3
    refunds_in_console: float = 0.3

    @classmethod
    def drawn(cls, rng: Random) -> Moods:
        """Payers of every kind; every third hospital refuses, every fifth books wrong sums."""
        return cls(
            pays=rng.choice((0.5, 0.8, 1.0)),
            pays_late=rng.choice((0.0, 0.2, 0.6)),
            cancels=rng.choice((0.1, 0.4, 0.9)),
            pays_while_cancelling=rng.choice((0.0, 0.6)),
            taps_twice=rng.choice((0.0, 0.5)),
            chooses_free=rng.choice((0.0, 0.3)),
            walk_ins=rng.choice((0.0, 0.5)),
            refuses_posting=rng.choice((0.0, 0.0, 0.3)),
            wrong_amount=rng.choice((0.0, 0.0, 0.0, 0.0, 0.2)),
        )


@dataclass(frozen=True)
class Options:
    """One run, whole: with these and the seed it can be played again."""

    seed: int
    start: datetime = MORNING
    patients: int = 1
    visits: int = 1
    bills: int = 0
    news: int = 0
    stays: int = 0
    cashiers: int = 0
    processes: int = 1
    newcomers_only: bool = False
    chaos: timedelta = timedelta(minutes=20)
    crash_rate: float = 0.0
    stalls: bool = False
    forgetful_hospital: bool = False
    wallet_skew: timedelta = timedelta()
    outages: tuple[str, ...] = ()
    wallet: Weather = field(default_factory=Weather)
    his: Weather = field(default_factory=Weather)
    notices: Weather = field(default_factory=Weather)
    moods: Moods = field(default_factory=Moods)

    @classmethod
    def drawn(cls, seed: int) -> Options:
        """What this seed stands for."""
        rng = Random(seed)
        return cls(
            seed=seed,
            start=BEFORE_MIDNIGHT if rng.random() < 0.25 else MORNING,
            patients=(patients := rng.choice((1, 1, 2, 2, 3, 4, 5, 8))),
            visits=rng.randint(1, 2) if patients <= 3 else 1,
            processes=rng.randint(1, 2),
            chaos=timedelta(minutes=rng.randint(20, 40)),
            crash_rate=rng.choice(CRASH_RATES) if rng.random() < 0.7 else 0.0,
            stalls=rng.random() < 0.2,
            forgetful_hospital=rng.random() < 0.5,
            wallet_skew=timedelta(seconds=rng.choice((0, 0, 0, -90, 90))),
            outages=tuple(peer for peer in ("wallet", "his") if rng.random() < 0.2),
            wallet=Weather.drawn(rng),
            his=_without_duplicates(Weather.drawn(rng)),
            notices=Weather.drawn(rng),
            moods=Moods.drawn(rng),
            # Drawn last, so that a seed without them plays as it did before there were any.
            cashiers=rng.choice((0, 0, 1, 2)),
            bills=rng.choice((0, 0, 1, 2)),
            stays=1 if rng.random() < STAYS else 0,
        )

    def told(self) -> str:
        """Whatever differs from a calm day, in one line."""
        calm = Options(self.seed)
        parts = [f"{each.name}={getattr(self, each.name)}" for each in fields(self)]
        return " ".join(part for part, each in zip(parts, fields(self), strict=True) if _differs(self, calm, each.name))


def _without_duplicates(weather: Weather) -> Weather:
    # MLLP runs over one TCP connection: nobody on the way can send a message twice.
    return replace(weather, duplicate=0.0)


def _differs(one: Options, other: Options, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
