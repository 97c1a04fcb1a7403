"""A delivery's life: its states, when it is tried again, and the hours in which nobody is disturbed.

Pure: time and chance are handed in. Sources: Standard Webhooks 1.0, "Deliverability and reliability" (the schedule of
webhooks is that of its reference server), RFC 9110 section 10.2.3 (Retry-After).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from notifications.message import Outcome


class State(StrEnum):
    """DUE is still to be handed over; UNCERTAIN may have arrived; REFUSED was wanted by no channel.

    DEAD used up its attempts and waits for a person.
    """

    DUE = "due"
    UNCERTAIN = "uncertain"
    DELIVERED = "delivered"
    REFUSED = "refused"
    DEAD = "dead"


class Event(StrEnum):
    """What an attempt, or a person (REPLAYED), makes of a delivery; UNSURE says that the attempt may have arrived."""

    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    UNSURE = "unsure"
    NEXT_CHANNEL = "next_channel"
    NO_CHANNEL = "no_channel"
    GIVEN_UP = "given_up"
    REPLAYED = "replayed"


OPEN = frozenset({State.DUE, State.UNCERTAIN})
"""The states in which an attempt is still to come."""


UNDONE = frozenset({State.REFUSED, State.DEAD})
"""The states from which a person may ask for another attempt."""

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    **{(state, Event.ACCEPTED): State.DELIVERED for state in OPEN},
    **{(state, Event.UNSURE): State.UNCERTAIN for state in OPEN},
    # What may have arrived once stays uncertain, however firmly a later attempt failed.
    **{(state, Event.POSTPONED): state for state in OPEN},
    **{(state, Event.NEXT_CHANNEL): State.DUE for state in OPEN},
    **{(state, Event.NO_CHANNEL): State.REFUSED for state in OPEN},
    **{(state, Event.GIVEN_UP): State.DEAD for state in OPEN},
    **{(state, Event.REPLAYED): State.DUE for state in UNDONE},
}


class IllegalTransition(Exception):
    """The event cannot happen to a delivery in that state."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a delivery that is {state} knows no {event}")


def follow(state: State, event: Event) -> State:
    """The state after the event; IllegalTransition when TRANSITIONS has no such pair."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a failed attempt rests before the next, one step for each; `jitter` is a share of the step either way.

    A receiver that asks for more time gets it, up to `longest`.
    """

    steps: tuple[timedelta, ...]
    jitter: float = 0.2
    longest: timedelta = timedelta(hours=24)

    def pause(self, attempts: int, chance: float, asked: timedelta | None = None) -> timedelta | None:
        """The rest after that many failed attempts, or None when there is none left; `chance` is from 0 up to 1."""
        if attempts > len(self.steps):
            return None
        spread = 1 + self.jitter * (2 * chance - 1)
        return max(self.steps[attempts - 1] * spread, min(asked or timedelta(), self.longest))


WEBHOOKS = Schedule(
    (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=10),
    )
)
PEOPLE = Schedule(tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800)))
"""What is told to people is old after an hour."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of a day in `zone` in which nobody is disturbed; they may lie across midnight."""

    zone: tzinfo
    start: time = time(22)
    end: time = time(7)

    def earliest(self, at: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours in which it lies."""
        local = at.astimezone(self.zone)
        if not self._holds(local.time()):
            return at
        days = 1 if local.time() >= self.end else 0
        ended = datetime.combine(local.date() + timedelta(days=days), self.end, self.zone)
        return ended.astimezone(at.tzinfo)

    def _holds(self, hour: time) -> bool:
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one message stands: `channel` counts along its chain, `attempts` those at that channel, `due` the next."""

    state: State
    channel: int
    attempts: int
    due: datetime | None


def begun(at: datetime) -> Delivery:
    """A delivery whose first attempt is due at that instant."""
    return Delivery(State.DUE, 0, 0, at)


def replayed(delivery: Delivery, at: datetime) -> Delivery:
    """One that was given up or refused, at its last channel once more and at once, for a person asked for it."""
    return replace(delivery, state=follow(delivery.state, Event.REPLAYED), attempts=0, due=at)


def refused(delivery: Delivery) -> Delivery:
    """One that no channel may carry, for its recipient does not want it."""
    return replace(delivery, state=follow(delivery.state, Event.NO_CHANNEL), due=None)


def given_up(delivery: Delivery) -> Delivery:
    """One for which no further attempt is made until a person asks for it."""
    return replace(delivery, state=follow(delivery.state, Event.GIVEN_UP), due=None)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind of message is delivered: the number of its channels, their schedule, and whose sleep it respects.

    `chance` gives a number from 0 up to 1. What is urgent has no `quiet` hours.
    """

    schedule: Schedule
    chance: Callable[[], float]
    channels: int = 1
    quiet: QuietHours | None = None

    def begin(self, at: datetime) -> Delivery:
        """A delivery that is to start at that instant, or after the quiet hours."""
        return begun(self._awake(at))

    def decide(
        self, delivery: Delivery, outcome: Outcome, at: datetime, retry_after: timedelta | None = None
    ) -> Delivery:
        """How the delivery stands after one more attempt, and when the next one is due."""
        match outcome:
            case Outcome.DELIVERED:
                return self._closed(delivery, Event.ACCEPTED)
            case Outcome.REFUSED:
                return self._elsewhere(delivery, at, otherwise=Event.NO_CHANNEL)
            case Outcome.UNKNOWN:
                return self._again(delivery, Event.UNSURE, at, retry_after)
            case Outcome.NOT_DONE:
                return self._again(delivery, Event.POSTPONED, at, retry_after)

    def _again(self, delivery: Delivery, event: Event, at: datetime, asked: timedelta | None) -> Delivery:
        state, attempts = follow(delivery.state, event), delivery.attempts + 1
        pause = self.schedule.pause(attempts, self.chance(), asked)
        if pause is not None:
            return Delivery(state, delivery.channel, attempts, self._awake(at + pause))
        if state is State.UNCERTAIN:
            # Another channel would perhaps say it a second time.
            return self._closed(delivery, Event.GIVEN_UP)
        return self._elsewhere(delivery, at, otherwise=Event.GIVEN_UP)

    def _elsewhere(self, delivery: Delivery, at: datetime, *, otherwise: Event) -> Delivery:
        if delivery.channel + 1 >= self.channels:
            return self._closed(delivery, otherwise)
        return Delivery(follow(delivery.state, Event.NEXT_CHANNEL), delivery.channel + 1, 0, self._awake(at))

    def _closed(self, delivery: Delivery, event: Event) -> Delivery:
        return Delivery(follow(delivery.state, event), delivery.channel, delivery.attempts + 1, None)

    def _awake(self, at: datetime) -> datetime:
        return self.quiet.earliest(at) if self.quiet else at
