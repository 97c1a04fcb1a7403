"""Tables go round fairly: whoever is passed is told why, and by how much at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_bridge.verticals.district.waitlist import (
    NoSuchTable,
    Overtaking,
    Party,
    Table,
    TableCause,
    TableRule,
    check_size,
    seat,
    seat_all,
)
from queueing.ordering import Cause, Policy, Rank
from queueing.ticket import Ticket, TicketState

OPENING = datetime(2026, 10, 1, 17, tzinfo=UTC)
CREDIT = timedelta(minutes=15)
POLICY = Policy({"walk_in": Rank(1), "booked": Rank(1, CREDIT), "disabled": Rank(0)})
RULE = TableRule(POLICY)
SMALL, LARGE = Table("t1", 2), Table("t9", 8, least=5)


def party(number: int, guests: int, minute: int, rank: str = "walk_in", state: str = "waiting") -> Party:
    place = POLICY.place(rank, OPENING + timedelta(minutes=minute))
    ticket = Ticket(
        f"k{number}",
        "hotpot",
        f"s{number}",
        rank,
        place.anchor,
        number,
        f"A{number}",
        credit=place.credit,
        state=TicketState(state),
    )
    return Party(ticket, guests)


@st.composite
def evenings(draw: st.DrawFn) -> list[Party]:
    minutes = sorted(draw(st.lists(st.integers(0, 180), max_size=14)))
    return [
        party(number, draw(st.integers(1, 10)), minute, draw(st.sampled_from(sorted(POLICY.ranks))))
        for number, minute in enumerate(minutes)
    ]


@st.composite
def rooms(draw: st.DrawFn) -> list[Table]:
    seats = draw(st.lists(st.integers(1, 10), max_size=6))
    return [Table(f"t{number}", count, draw(st.integers(1, count))) for number, count in enumerate(seats)]


@given(rooms(), evenings())
def test_nobody_sits_too_close_or_twice_and_no_table_stays_empty_for_who_fits(
    tables: list[Table], parties: list[Party]
) -> None:
    seatings = seat_all(RULE, tables, parties)
    assert all(seating.party.guests <= seating.table.seats for seating in seatings)
    assert len({seating.party.ticket.ticket_id for seating in seatings}) == len(seatings)
    assert len({seating.table.table_id for seating in seatings}) == len(seatings)
    seated = [seating.party for seating in seatings]
    left = [each for each in parties if each not in seated]
    for table in tables:
        if table not in [seating.table for seating in seatings]:
            assert all(each.guests > table.seats for each in left)


@given(st.integers(1, 10), evenings(), st.data())
def test_every_overtaking_has_its_reason_and_its_bound(seats: int, parties: list[Party], data: st.DataObject) -> None:
    table = Table("t", seats, data.draw(st.integers(1, seats)))
    seating = seat(RULE, table, parties)
    if seating is None:
        return
    known, chosen = {each.ticket.ticket_id: each for each in parties}, seating.party
    reasons = {overtaking.ticket_id: overtaking for overtaking in seating.overtakings}
    earlier = [each for each in parties if each.ticket.sequence < chosen.ticket.sequence]
    assert set(reasons) == {each.ticket.ticket_id for each in earlier}
    for ticket_id, overtaking in reasons.items():
        passed = known[ticket_id]
        if overtaking.cause is TableCause.TABLE_TOO_SMALL:
            assert passed.guests > table.seats
            continue
        assert passed.guests <= table.seats
        if overtaking.cause is TableCause.NEEDED_FOR_LARGER:
            assert passed.guests < table.least <= chosen.guests
        if overtaking.cause is not Cause.HIGHER_TIER:
            assert chosen.ticket.anchor - passed.ticket.anchor <= RULE.head_start + CREDIT


@given(evenings())
def test_parties_of_one_size_are_seated_as_the_line_orders_them(parties: list[Party]) -> None:
    alike = [Party(each.ticket, 4) for each in parties]
    called = []
    while (seating := seat(RULE, Table("t", 4, 3), alike)) is not None:
        called.append(seating.party.ticket)
        alike.remove(seating.party)
    assert tuple(called) == POLICY.arrange(called)


def test_a_table_for_eight_goes_to_eight_before_two_who_came_a_little_earlier() -> None:
    couple, family = party(1, 2, 0), party(2, 8, 19)
    seating = seat(RULE, LARGE, [couple, family])
    assert seating is not None
    assert seating.party is family
    later = {"guests": 8, "later_by": timedelta(minutes=19)}
    assert seating.overtakings == (Overtaking("k1", TableCause.NEEDED_FOR_LARGER, later),)


def test_but_not_before_two_who_have_waited_for_the_whole_head_start() -> None:
    seating = seat(RULE, LARGE, [party(1, 2, 0), party(2, 8, 20)])
    assert seating is not None
    assert seating.party.ticket.ticket_id == "k1"


def test_a_small_table_passes_a_large_party_and_says_so() -> None:
    seating = seat(RULE, SMALL, [party(1, 5, 0), party(2, 2, 60)])
    assert seating is not None
    assert seating.overtakings == (Overtaking("k1", TableCause.TABLE_TOO_SMALL, {"seats": 2, "guests": 5}),)


def test_who_is_not_there_is_not_called() -> None:
    assert seat(RULE, SMALL, [party(1, 2, 0, state="passed"), party(2, 2, 1, state="called")]) is None


def test_two_tables_at_once_leave_the_large_one_for_many() -> None:
    seatings = seat_all(RULE, [LARGE, SMALL], [party(1, 2, 0), party(2, 6, 100)])
    assert [(each.table.table_id, each.party.ticket.ticket_id) for each in seatings] == [("t1", "k1"), ("t9", "k2")]


def test_nobody_waits_for_a_table_that_does_not_exist() -> None:
    check_size(8, [SMALL, LARGE])
    for guests, tables in ((9, [SMALL, LARGE]), (1, [])):
        with pytest.raises(NoSuchTable):
            check_size(guests, tables)
