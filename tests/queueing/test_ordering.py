from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.ordering import Cause, Explanation, Place, Policy, Rank, UnknownRank, explain
from queueing.ticket import TRANSITIONS, Ticket, TicketEvent, TicketState
from tests.queueing.tickets import MORNING, POLICY, lines, ticket


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@given(lines())
def test_the_order_is_total_and_does_not_depend_on_who_is_named_first(line: list[Ticket]) -> None:
    order = POLICY.arrange(line)
    assert all(POLICY.sort_key(first) < POLICY.sort_key(second) for first, second in pairwise(order))
    assert POLICY.arrange(sorted(line, key=lambda one: one.sequence)) == order


@given(lines(2))
def test_overtaking_is_bounded_by_the_difference_of_credits(line: list[Ticket]) -> None:
    for first, second in combinations(POLICY.arrange(line), 2):
        if POLICY.rank(first.rank).tier == POLICY.rank(second.rank).tier:
            assert first.anchor - second.anchor <= first.credit - second.credit


@given(lines(2))
def test_a_lower_tier_always_goes_first(line: list[Ticket]) -> None:
    tiers = [POLICY.rank(one.rank).tier for one in POLICY.arrange(line)]
    assert tiers == sorted(tiers)


@given(lines(2), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_the_same_line_on_a_later_day_has_the_same_order(line: list[Ticket], later: timedelta) -> None:
    shifted = [replace(one, anchor=one.anchor + later) for one in line]
    numbers = [one.sequence for one in POLICY.arrange(line)]
    assert [one.sequence for one in POLICY.arrange(shifted)] == numbers


@given(lines(3), st.data())
def test_two_tickets_never_swap_because_others_come_or_go(line: list[Ticket], data: st.DataObject) -> None:
    staying = data.draw(st.lists(st.sampled_from(line), unique_by=lambda one: one.ticket_id))
    order = POLICY.arrange(line)
    assert POLICY.arrange(staying) == tuple(one for one in order if one in staying)


@given(st.sampled_from(sorted(TRANSITIONS)))
def test_what_happens_to_a_ticket_leaves_its_place_alone(step: tuple[TicketState, TicketEvent]) -> None:
    state, event = step
    before = replace(ticket(1, 5, "booked"), state=state)
    assert POLICY.sort_key(before.after(event)) == POLICY.sort_key(before)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            ticket(2, 50, "emergency"),
            ticket(1, 0, "priority"),
            Explanation(Cause.HIGHER_TIER, {"rank": "emergency", "other_rank": "priority"}),
        ),
        (ticket(1, 3), ticket(2, 8), Explanation(Cause.EARLIER_ANCHOR, {"earlier_by": minutes(5)})),
        (
            ticket(2, 15, "priority"),
            ticket(1, 0, "walk_in"),
            Explanation(Cause.MORE_CREDIT, {"more_credit": minutes(20), "later_by": minutes(15)}),
        ),
        (
            ticket(2, 0, "booked"),
            ticket(1, 0, "walk_in"),
            Explanation(Cause.MORE_CREDIT, {"more_credit": minutes(10), "later_by": minutes(0)}),
        ),
        (ticket(1, 0, "walk_in"), ticket(2, 10, "booked"), Explanation(Cause.ISSUED_FIRST)),
    ],
    ids=lambda value: value.cause if isinstance(value, Explanation) else value.rank,
)
def test_each_place_has_its_cause(first: Ticket, second: Ticket, expected: Explanation) -> None:
    assert explain(POLICY, first, second) == expected


@given(lines(2))
def test_every_pair_has_an_explanation_that_names_no_subject(line: list[Ticket]) -> None:
    for first, second in combinations(POLICY.arrange(line), 2):
        told = explain(POLICY, first, second)
        assert told.cause in Cause
        assert first.subject not in told.parameters.values()
        with pytest.raises(ValueError, match="does not go before"):
            explain(POLICY, second, first)


def test_a_ticket_does_not_go_before_itself() -> None:
    with pytest.raises(ValueError, match="does not go before"):
        explain(POLICY, ticket(1), ticket(1))


def test_more_credit_is_told_only_where_it_outweighs_the_later_anchor() -> None:
    with pytest.raises(ValueError, match="does not go before"):
        explain(POLICY, ticket(2, 25, "priority"), ticket(1, 0, "walk_in"))


@pytest.mark.parametrize(
    ("arrived", "appointed", "expected"),
    [
        (40, None, Place(MORNING + minutes(40), minutes(10))),
        (10, 30, Place(MORNING + minutes(30), minutes(10))),
        (40, 30, Place(MORNING + minutes(40), minutes(10))),
        (45, 30, Place(MORNING + minutes(45), minutes(10))),
        (46, 30, Place(MORNING + minutes(46), minutes(0))),
    ],
    ids=["walked in", "early", "within grace", "at the end of grace", "late"],
)
def test_arrival_and_appointment_fix_the_place(arrived: int, appointed: int | None, expected: Place) -> None:
    appointed_at = None if appointed is None else MORNING + minutes(appointed)
    assert POLICY.place("booked", MORNING + minutes(arrived), appointed_at) == expected


def test_an_unknown_rank_is_refused() -> None:
    with pytest.raises(UnknownRank, match="vip"):
        POLICY.sort_key(replace(ticket(1), rank="vip"))


@pytest.mark.parametrize("credit", [-1, 31])
def test_a_credit_beyond_the_limit_is_refused(credit: int) -> None:
    with pytest.raises(ValueError, match="rank hurried"):
        Policy({"hurried": Rank(tier=1, credit=minutes(credit))})


def test_a_policy_does_not_follow_the_mapping_it_was_made_from() -> None:
    ranks = {"walk_in": Rank(tier=1)}
    policy = Policy(ranks)
    ranks["walk_in"] = Rank(tier=0)
    assert policy.rank("walk_in").tier == 1
