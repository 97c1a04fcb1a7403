"""What whoever waits is told: that it is soon their turn, and that it is their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice, Right
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits.whose import person_of
from notifications.catalogue import Entry
from notifications.message import Kind, Template
from queueing.commands import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit
    from notifications.message import Value
    from queueing.commands import Event
    from queueing.ticket import Ticket

SOON, NEXT, CALLED, MISSED, GIVEN_UP = "visit.soon", "visit.next", "visit.called", "visit.missed", "visit.given_up"
MOVED, JOINED = "visit.moved", "visit.joined"
PATIENT = "patient"
LONGEST_LABEL = 40
_NOT_COME = Template("visit_missed", {"number": Kind.LABEL})
NOTICES = (
    Notice(
        Entry(SOON, PATIENT, Template("visit_soon", {"number": Kind.LABEL, "ahead": Kind.COUNT})),
        "Number %(number)s: only %(ahead)s are ahead of you. Please wait near the room.",
        page="visit",
    ),
    Notice(
        Entry(NEXT, PATIENT, Template("visit_next", {"number": Kind.LABEL})),
        "Number %(number)s: you are next. Please wait near the room.",
        page="visit",
    ),
    Notice(
        Entry(CALLED, PATIENT, Template("visit_called", {"number": Kind.LABEL, "desk": Kind.LABEL})),
        "Number %(number)s, it is your turn: please go to %(desk)s.",
        page="visit",
    ),
    Notice(
        Entry(MISSED, PATIENT, _NOT_COME),
        "Number %(number)s was called and nobody came. Please check in again.",
        page="visit",
    ),
    Notice(
        Entry(GIVEN_UP, PATIENT, _NOT_COME),
        "Number %(number)s was called several times and nobody came. Please ask at the nurse's desk.",
        page="visit",
    ),
    Notice(
        Entry(MOVED, PATIENT, Template("visit_moved", {"start": Kind.INSTANT, "practitioner": Kind.LABEL})),
        "The hospital has moved your appointment: %(start)s, %(practitioner)s.",
        page="visit",
    ),
    Notice(
        Entry(JOINED, PATIENT, Template("visit_joined", {"number": Kind.LABEL, "kept": Kind.LABEL})),
        "The hospital has put your two record numbers together: number %(number)s is now number %(kept)s.",
        page="visit",
    ),
)


def changed(work: VerticalWork, event: Event) -> None:
    """A call that somebody made, or one that was missed; other changes are read on the page."""
    if event.ticket is None:
        return
    number = event.ticket.display_number
    if event.act in (Act.CALL_NEXT, Act.CALL):
        desk = work.lines.desk(event.desk_id).title[:LONGEST_LABEL]
        _tell(work, event.ticket, CALLED, {"number": number, "desk": desk})
    elif event.act is Act.PASS_OVER:
        _tell(work, event.ticket, MISSED if event.ticket.is_live else GIVEN_UP, {"number": number})


def tell_moved(work: VerticalWork, visit: Visit) -> None:
    """The hospital moved what was registered here; on the day itself that cannot wait for the morning."""
    parameters: dict[str, Value] = {"start": visit.starts_at, "practitioner": visit.practitioner_name[:LONGEST_LABEL]}
    today = work.lines.day_of(visit.starts_at) == work.lines.today()
    for wallet_user_id in work.subjects.recipients(visit.subject_id, Right.BOOK):
        key = f"{MOVED}:{visit.visit_id}:{visit.version}"
        work.messages.tell(
            MOVED, PATIENT, wallet_user_id, parameters, dedupe_key=key, urgent=today, about=visit.visit_id
        )


def tell_joined(work: VerticalWork, ticket: Ticket, kept: Ticket) -> None:
    """Two places in one line have become one, for the hospital says that both are this person's."""
    _tell(work, kept, JOINED, {"number": ticket.display_number, "kept": kept.display_number}, f".{ticket.ticket_id}")


def near(work: VerticalWork, ticket: Ticket, ahead: int) -> None:
    """Few are ahead: the engine says so once on each way to the front."""
    number = ticket.display_number
    if ahead:
        _tell(work, ticket, SOON, {"number": number, "ahead": ahead})
    else:
        _tell(work, ticket, NEXT, {"number": number})


def _tell(
    work: VerticalWork, ticket: Ticket, event: str, parameters: Mapping[str, Value], of_several: str = ""
) -> None:
    """Whoever may register for the person; a visit of the day disturbs people at any hour."""
    visit = visits.get(work, ticket.visit)
    for wallet_user_id in work.subjects.recipients(person_of(work, visit), Right.BOOK):
        key = f"{event}:{ticket.ticket_id}:{ticket.version}{of_several}"
        work.messages.tell(
            event, PATIENT, wallet_user_id, parameters, dedupe_key=key, urgent=True, about=visit.visit_id
        )
