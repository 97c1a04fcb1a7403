"""How the boarding queues work: first come, first called; whoever could not get on keeps nearly their place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import LineRules, Notice, Right
from hospital_bridge.verticals.transit.dispatching import DISPATCHER, HOLDER, LONGEST_NAME
from notifications.catalogue import Entry
from notifications.message import Kind, Template
from queueing.commands import Act
from queueing.ordering import Policy, Rank

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hospital_bridge.slot import VerticalWork
    from queueing.commands import Event
    from queueing.ticket import Ticket

BOARDING, RIDER = "boarding", "rider"
CALLED = "boarding.called"
MOST_TRIES = 10
"""After so many vehicles that somebody let go they have to queue anew."""

NOTICES = (
    Notice(
        Entry(CALLED, HOLDER, Template("boarding_called", {"number": Kind.LABEL, "place": Kind.LABEL})),
        "Number %(number)s: please board now, %(place)s.",
        page="boarding",
    ),
)


def policies(_settings: Mapping[str, Any]) -> Mapping[str, Policy]:
    """One rank for all; who rejoins counts from an hour ago at the earliest, which is longer than anybody waits."""
    return {BOARDING: Policy(ranks={RIDER: Rank(0)}, pass_limit=MOST_TRIES, rejoin_gain=timedelta(hours=1))}


def changed(work: VerticalWork, event: Event) -> None:
    """Whoever is called is told; a vehicle that stands there disturbs at any hour."""
    ticket = event.ticket
    if ticket is None or event.act not in {Act.CALL_NEXT, Act.CALL}:
        return
    place = work.lines.desk(event.desk_id).title[:LONGEST_NAME]
    parameters = {"number": ticket.display_number, "place": place}
    for wallet_user_id in work.subjects.recipients(ticket.subject, Right.PAY):
        key = f"{CALLED}:{ticket.ticket_id}:{ticket.version}"
        work.messages.tell(CALLED, HOLDER, wallet_user_id, parameters, dedupe_key=key, urgent=True)


def near(_work: VerticalWork, _ticket: Ticket, _ahead: int) -> None:
    """A vehicle takes many at once: to be near the front says little, and the page tells the vehicle."""


LINE_RULES = LineRules(policies=policies, changed=changed, near=near, callers=(DISPATCHER,))
