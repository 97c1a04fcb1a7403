"""Tables go round fairly: whoever is passed is told why, and by how much at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.district.waitlist import (
    NEEDED_FOR_LARGER,
    TOO_SMALL,
    NoSuchTable,
    Table,
    TableRule,
    guests_of,
    next_for,
    passed_by,
    rank_of,
    size_for,
)
from queueing.ticket import Ticket, TicketState

OPENING = datetime(2026, 10, 1, 17, tzinfo=UTC)
RULE = TableRule()
SIZES = (2, 4, 8)


def party(number: int, guests: int, minute: int, state: str = "waiting") -> Ticket:
    size = size_for(guests, SIZES)
    place = RULE.policy(size, SIZES).place(rank_of(guests), OPENING + timedelta(minutes=minute))
    line = f"hotpot.{size}"
    return Ticket(
        f"k{number}",
        line,
        f"s{number}",
        rank_of(guests),
        place.anchor,
        number,
        f"A{number}",
        credit=place.credit,
        state=TicketState(state),
    )


@st.composite
def evenings(draw: st.DrawFn) -> list[Ticket]:
    minutes = sorted(draw(st.lists(st.integers(0, 180), max_size=14)))
    return [party(number, draw(st.integers(1, 8)), minute) for number, minute in enumerate(minutes)]


TABLES = st.sampled_from([Table(f"t{size}", size) for size in SIZES])


@given(TABLES, evenings())
def test_a_table_is_given_to_who_fits_and_never_stays_empty_for_them(table: Table, parties: list[Ticket]) -> None:
    called = next_for(table, parties)
    if called is None:
        assert all(guests_of(one) > table.seats for one in parties)
    else:
        assert guests_of(called) <= table.seats


@given(TABLES, evenings())
def test_every_overtaking_has_its_reason_and_its_bound(table: Table, parties: list[Ticket]) -> None:
    called = next_for(table, parties)
    if called is None:
        return
    reasons = {one.ticket_id: why for one, why in passed_by(table, called, parties)}
    for one in parties:
        if one.anchor >= called.anchor:
            assert one.ticket_id not in reasons
        elif guests_of(one) > table.seats:
            assert reasons[one.ticket_id] == TOO_SMALL
        else:
            assert reasons[one.ticket_id] == NEEDED_FOR_LARGER
            assert called.line_id > one.line_id
            assert called.anchor - one.anchor <= RULE.head_start * (len(SIZES) - 1)


@given(evenings())
def test_parties_of_one_size_go_as_they_came(parties: list[Ticket]) -> None:
    alike = [one for one in parties if guests_of(one) in {3, 4}]
    left, called = list(alike), []
    while (one := next_for(Table("t", 4), left)) is not None:
        called.append(one)
        left.remove(one)
    assert called == alike


def test_a_table_for_eight_goes_to_eight_before_four_who_came_a_little_earlier() -> None:
    four, eight = party(1, 4, 0), party(2, 8, 19)
    assert next_for(Table("t9", 8), [four, eight]) is eight


def test_but_not_before_four_who_have_waited_for_the_whole_head_start() -> None:
    four, eight = party(1, 4, 0), party(2, 8, 21)
    assert next_for(Table("t9", 8), [four, eight]) is four


def test_who_is_not_there_is_not_called() -> None:
    assert next_for(Table("t1", 2), [party(1, 2, 0, state="passed"), party(2, 2, 1, state="called")]) is None


def test_nobody_waits_for_a_table_that_does_not_exist() -> None:
    assert [size_for(guests, SIZES) for guests in (1, 2, 3, 8)] == [2, 2, 4, 8]
    for guests, sizes in ((9, SIZES), (1, ()), (0, SIZES)):
        with pytest.raises(NoSuchTable):
            size_for(guests, sizes)
