"""Tickets as hypothesis draws them: one line, its numbers unique, its ranks those of POLICY."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from queueing.ordering import Policy, Rank
from queueing.ticket import Ticket

MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
POLICY = Policy(
    {
        "emergency": Rank(tier=0),
        "priority": Rank(tier=1, credit=timedelta(minutes=20)),
        "booked": Rank(tier=1, credit=timedelta(minutes=10)),
        "walk_in": Rank(tier=1),
    }
)


def ticket(number: int, minute: int = 0, rank: str = "walk_in", credit: int | None = None) -> Ticket:
    return Ticket(
        ticket_id=f"ticket-{number}",
        line_id="line",
        subject=f"subject-{number}",
        rank=rank,
        anchor=MORNING + timedelta(minutes=minute),
        sequence=number,
        display_number=f"A{number:03}",
        credit=POLICY.rank(rank).credit if credit is None else timedelta(minutes=credit),
    )


_FACTS = st.tuples(st.integers(0, 60), st.sampled_from(sorted(POLICY.ranks)), st.integers(0, 30))


def lines(smallest: int = 0) -> st.SearchStrategy[list[Ticket]]:
    """Whole minutes from a narrow hour, so that equal anchors and equal keys do occur; in any order."""
    facts = st.lists(_FACTS, min_size=smallest, max_size=12)
    numbered = facts.map(lambda rows: [ticket(number, *row) for number, row in enumerate(rows, start=1)])
    return numbered.flatmap(st.permutations)
