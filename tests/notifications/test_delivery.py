from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery import (
    OPEN,
    PEOPLE,
    TRANSITIONS,
    WEBHOOKS,
    Delivery,
    Event,
    IllegalTransition,
    Policy,
    QuietHours,
    State,
    follow,
    given_up,
    replayed,
)
from notifications.message import Outcome

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)


def certain() -> float:
    return 0.5


TO_SYSTEMS = Policy(WEBHOOKS, certain)
TO_PEOPLE = Policy(PEOPLE, certain, channels=2, quiet=QuietHours(SHANGHAI))


def at_night(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI)


def test_a_webhook_rests_as_the_schedule_says_and_is_then_dead() -> None:
    delivery, rests = TO_SYSTEMS.begin(NOON), []
    while delivery.due is not None:
        now = delivery.due
        delivery = TO_SYSTEMS.decide(delivery, Outcome.UNKNOWN, now)
        rests.append(delivery.due and delivery.due - now)
    spoken = ["0:00:05", "0:05:00", "0:30:00", "2:00:00", "5:00:00", "10:00:00", "10:00:00", "None"]
    assert [str(rest) for rest in rests] == spoken
    assert delivery.state is State.DEAD
    assert delivery.attempts == 8


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
def test_chance_spreads_the_rests_so_that_receivers_are_not_hit_all_at_once(chance: float, seconds: float) -> None:
    assert WEBHOOKS.pause(1, chance) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "rest"), [(1, 5), (90, 90), (10**9, 24 * 3600)])
def test_a_receiver_gets_the_time_that_it_asks_for_but_not_for_ever(asked: int, rest: int) -> None:
    after = TO_SYSTEMS.decide(TO_SYSTEMS.begin(NOON), Outcome.NOT_DONE, NOON, timedelta(seconds=asked))
    assert after.due == NOON + timedelta(seconds=rest)


def test_a_refusal_goes_to_the_next_channel_at_once_and_after_the_last_one_ends() -> None:
    first = TO_PEOPLE.decide(TO_PEOPLE.begin(NOON), Outcome.REFUSED, NOON)
    assert first == Delivery(State.DUE, 1, 0, NOON)
    assert TO_PEOPLE.decide(first, Outcome.REFUSED, NOON) == Delivery(State.REFUSED, 1, 1, None)


def test_what_may_have_arrived_is_never_said_again_by_another_channel() -> None:
    delivery = TO_PEOPLE.decide(TO_PEOPLE.begin(NOON), Outcome.UNKNOWN, NOON)
    while delivery.due is not None:
        assert delivery.state is State.UNCERTAIN
        delivery = TO_PEOPLE.decide(delivery, Outcome.NOT_DONE, delivery.due)
    assert delivery.state is State.DEAD
    assert delivery.channel == 0


def test_a_channel_that_stays_away_gives_way_to_the_next() -> None:
    delivery = TO_PEOPLE.begin(NOON)
    while delivery.channel == 0:
        assert delivery.due
        delivery = TO_PEOPLE.decide(delivery, Outcome.NOT_DONE, delivery.due)
    assert delivery.state is State.DUE


@pytest.mark.parametrize(
    ("said_at", "heard_at"),
    [
        (at_night(21, 59), at_night(21, 59)),
        (at_night(22), at_night(7) + timedelta(days=1)),
        (at_night(23, 30), at_night(7) + timedelta(days=1)),
        (at_night(0), at_night(7)),
        (at_night(6, 59), at_night(7)),
        (at_night(7), at_night(7)),
    ],
)
def test_nobody_is_disturbed_between_ten_and_seven(said_at: datetime, heard_at: datetime) -> None:
    assert TO_PEOPLE.begin(said_at.astimezone(UTC)).due == heard_at


def test_what_is_urgent_has_no_quiet_hours() -> None:
    assert Policy(PEOPLE, certain).begin(at_night(3)).due == at_night(3)


def test_a_retry_waits_for_the_morning_too() -> None:
    late = at_night(21, 59) + timedelta(seconds=58)
    assert TO_PEOPLE.decide(TO_PEOPLE.begin(late), Outcome.NOT_DONE, late).due == at_night(7) + timedelta(days=1)


@pytest.mark.parametrize("closed", [State.DEAD, State.REFUSED])
def test_a_person_may_replay_what_was_given_up(closed: State) -> None:
    assert replayed(Delivery(closed, 0, 8, None), NOON) == Delivery(State.DUE, 0, 0, NOON)


def test_what_was_delivered_cannot_be_replayed() -> None:
    with pytest.raises(IllegalTransition):
        replayed(Delivery(State.DELIVERED, 0, 1, None), NOON)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_what_is_given_up_waits_for_a_person(state: State) -> None:
    assert given_up(Delivery(state, 0, 2, NOON)) == Delivery(State.DEAD, 0, 2, None)


@pytest.mark.parametrize(("state", "event"), [pair for pair in product(State, Event) if pair not in TRANSITIONS])
def test_nothing_else_happens_to_a_delivery(state: State, event: Event) -> None:
    with pytest.raises(IllegalTransition):
        follow(state, event)


@given(st.lists(st.sampled_from(Outcome), min_size=40, max_size=60), st.floats(0, 1), st.integers(0, 86399))
def test_every_history_ends_and_never_by_night(outcomes: list[Outcome], chance: float, second: int) -> None:
    policy = Policy(PEOPLE, lambda: chance, channels=3, quiet=QuietHours(SHANGHAI))
    delivery = policy.begin(NOON + timedelta(seconds=second))
    for outcome in outcomes:
        assert (delivery.due is not None) == (delivery.state in OPEN)
        if delivery.due is None:
            return
        assert 7 <= delivery.due.astimezone(SHANGHAI).hour < 22
        delivery = policy.decide(delivery, outcome, delivery.due)
    assert delivery.state not in OPEN
