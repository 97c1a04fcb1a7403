"""What a guest is told: that their table is soon free, that it is, and that their call was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice
from hospital_bridge.verticals.district.dining.restaurant import restaurant_of_line
from hospital_bridge.verticals.district.oneself import phones_of
from notifications.catalogue import Entry
from notifications.message import Kind, Template
from queueing.commands import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork
    from notifications.message import Value
    from queueing.commands import Event
    from queueing.ticket import Ticket

SOON, NEXT, READY, MISSED, GIVEN_UP = "table.soon", "table.next", "table.ready", "table.missed", "table.given_up"
GUEST = "guest"
LONGEST_LABEL = 40
_NUMBER = {"number": Kind.LABEL, "shop": Kind.LABEL}


def _notice(event: str, sentence: str, **more: Kind) -> Notice:
    return Notice(
        Entry(event, GUEST, Template(event.replace(".", "_"), _NUMBER | more)), sentence, page="dining.number"
    )


NOTICES = (
    _notice(
        SOON,
        "%(shop)s: your table is soon free. Number %(number)s, only %(ahead)s are ahead of you; please come back.",
        ahead=Kind.COUNT,
    ),
    _notice(NEXT, "%(shop)s: number %(number)s, you are the first in your line. Please wait at the entrance."),
    _notice(
        READY,
        "%(shop)s: number %(number)s, table %(table)s is free for you. Please come to the entrance.",
        table=Kind.LABEL,
    ),
    _notice(MISSED, "%(shop)s: number %(number)s was called and nobody came. You can still rejoin the line."),
    _notice(GIVEN_UP, "%(shop)s: number %(number)s was called several times and nobody came. Please take a new one."),
)


def changed(work: VerticalWork, event: Event) -> None:
    """A call, or one that was missed; other changes are read on the page."""
    ticket = event.ticket
    if ticket is None:
        return
    if event.act is Act.CALL_NEXT:
        _tell(work, ticket, READY, {"table": work.lines.desk(event.desk_id).title[:LONGEST_LABEL]})
    elif event.act is Act.PASS_OVER:
        _tell(work, ticket, MISSED if ticket.is_live else GIVEN_UP, {})


def near(work: VerticalWork, ticket: Ticket, ahead: int) -> None:
    """Few are ahead: the engine says so once on each way to the front."""
    if ahead:
        _tell(work, ticket, SOON, {"ahead": ahead})
    else:
        _tell(work, ticket, NEXT, {})


def _tell(work: VerticalWork, ticket: Ticket, event: str, more: Mapping[str, Value]) -> None:
    """Whoever took the number; a table waits for minutes only, so it disturbs at any hour."""
    shop = restaurant_of_line(work.settings, ticket.line_id).name[:LONGEST_LABEL]
    said = {"number": ticket.display_number, "shop": shop, **more}
    key = f"{event}:{ticket.ticket_id}:{ticket.version}"
    for phone in phones_of(work, ticket.subject):
        work.messages.tell(event, GUEST, phone, said, dedupe_key=key, urgent=True, about=ticket.ticket_id)
