from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.cards.code import ALPHABET, BITS, grouped, read, written
from hospital_bridge.cards.model import TRANSITIONS, CardEvent, CardRefusal, CardState, after, before
from hospital_bridge.cards.rules import CardRules, Hours, as_data, expiry, from_data, judge

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(microseconds=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)
"""A Monday."""


def test_each_event_leads_to_one_state_whatever_came_before() -> None:
    assert {(each, TRANSITIONS[state, each]) for state, each in TRANSITIONS} == {(e, after(e)) for e in CardEvent}


def test_only_a_collected_or_a_given_back_card_can_be_redeemed() -> None:
    assert before(CardEvent.REDEEM) == {CardState.COLLECTED, CardState.REVERSED}
    assert before(CardEvent.REVERSE) == {CardState.REDEEMED}


@pytest.mark.parametrize("end", [CardState.EXPIRED, CardState.VOID])
def test_an_ended_card_stays_ended(end: CardState) -> None:
    assert all(state is not end for state, _ in TRANSITIONS)


def test_a_card_begins_at_its_first_instant_and_not_before() -> None:
    rules = CardRules(starts_at=NOON)
    assert judge(rules, "till", NOON - TICK, SHANGHAI) is CardRefusal.TOO_EARLY
    assert judge(rules, "till", NOON, SHANGHAI) is None


def test_hours_begin_at_their_minute_and_end_before_theirs() -> None:
    rules = CardRules(hours=(Hours(frozenset({1}), time(9), time(12)),))
    assert judge(rules, "till", NOON.replace(hour=9) - TICK, SHANGHAI) is CardRefusal.CLOSED_NOW
    assert judge(rules, "till", NOON.replace(hour=9), SHANGHAI) is None
    assert judge(rules, "till", NOON - TICK, SHANGHAI) is None
    assert judge(rules, "till", NOON, SHANGHAI) is CardRefusal.CLOSED_NOW


def test_hours_until_midnight_last_to_the_end_of_the_day() -> None:
    rules = CardRules(hours=(Hours(frozenset({1}), time(22), time()),))
    midnight = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    assert judge(rules, "till", midnight - TICK, SHANGHAI) is None
    assert judge(rules, "till", midnight, SHANGHAI) is CardRefusal.CLOSED_NOW


def test_days_and_hours_are_those_of_the_operator() -> None:
    monday_here = datetime(2026, 11, 22, 16, tzinfo=UTC)
    rules = CardRules(hours=(Hours(frozenset({1}), time(), time()),))
    assert judge(rules, "till", monday_here, SHANGHAI) is None
    assert judge(rules, "till", monday_here - TICK, SHANGHAI) is CardRefusal.CLOSED_NOW
    assert judge(CardRules(closed=frozenset({date(2026, 11, 23)})), "till", monday_here, SHANGHAI) is not None


def test_a_card_of_some_places_is_refused_elsewhere() -> None:
    rules = CardRules(places=frozenset({"till-1", "till-2"}))
    assert judge(rules, "till-2", NOON, SHANGHAI) is None
    assert judge(rules, "till-3", NOON, SHANGHAI) is CardRefusal.OTHER_PLACE
    assert judge(CardRules(), "till-3", NOON, SHANGHAI) is None


def test_the_day_of_the_collection_is_the_first_of_its_days() -> None:
    late = datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI)
    assert expiry(CardRules(days=1), late, SHANGHAI) == datetime(2026, 11, 24, tzinfo=SHANGHAI)
    assert expiry(CardRules(days=2), late, SHANGHAI) == datetime(2026, 11, 25, tzinfo=SHANGHAI)


def test_a_day_of_twenty_five_hours_ends_at_its_own_midnight() -> None:
    autumn = datetime(2026, 10, 25, 1, tzinfo=BERLIN)
    ends_at = expiry(CardRules(days=1), autumn, BERLIN)
    assert ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_the_earlier_end_counts() -> None:
    rules = CardRules(ends_at=NOON, days=30)
    assert expiry(rules, NOON - timedelta(days=3), SHANGHAI) == NOON
    assert expiry(rules, None, SHANGHAI) == NOON
    assert expiry(CardRules(days=30), None, SHANGHAI) is None


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Hours(frozenset({0}), time(9), time(12)),
        lambda: Hours(frozenset({1}), time(22), time(6)),
        lambda: CardRules(days=0),
        lambda: CardRules(starts_at=NOON, ends_at=NOON),
        lambda: CardRules(starts_at=datetime(2026, 11, 23)),  # noqa: DTZ001  that is the fault
    ],
    ids=["no weekday", "over midnight", "no day", "no instant", "naive"],
)
def test_rules_under_which_nothing_could_ever_be_used_are_refused(broken: type) -> None:
    with pytest.raises(ValueError, match=r"."):
        broken()


def test_rules_read_as_they_were_written() -> None:
    hours = (Hours(frozenset({6, 7}), time(9, 30), time()),)
    rules = CardRules(NOON, NOON + timedelta(days=9), 3, frozenset({"a", "b"}), hours, frozenset({date(2027, 1, 1)}))
    assert from_data(as_data(rules)) == rules
    assert from_data(as_data(CardRules())) == CardRules()


@given(st.integers(0, 2**BITS - 1))
def test_a_code_reads_as_it_was_written_in_any_case_and_grouping(secret: int) -> None:
    code = written(secret)
    assert read(grouped(code).lower()) == code
    assert read(code.replace("0", "O").replace("1", "l")) == code


@given(st.integers(0, 2**BITS - 1), st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_character_makes_no_code(secret: int, place: int, letter: str) -> None:
    code = written(secret)
    mistyped = code[:place] + letter + code[place + 1 :]
    assert read(mistyped) == (code if mistyped == code else None)


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 16, "王" * 16, "0" * 17, "0" * 15])
def test_what_has_not_the_shape_of_a_code_is_none(typed: str) -> None:
    assert read(typed) is None
