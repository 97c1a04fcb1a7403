"""Finding received messages: by patient, control id, type, sender, standing and time, a page at a time.

A page ends with the place (`Place`) where the next one begins, so that a page is as quick as the first however far back
it is and messages that come meanwhile move nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from hospital_bridge.store.inbox import ANSWER_TYPE, APPLY, ASIDE, BESIDE, INBOX_MESSAGE, InboxState
from hospital_bridge.store.jobs import JOB, Job, JobState, job_of
from hospital_bridge.store.metadata import as_indexed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

DISMISSED = "no longer needed: "
"""How the reason of a message begins that a person has put away."""
MILLISECONDS = 1 << 80
"""One millisecond in a UUIDv7 (RFC 9562 section 5.7)."""
MADE_TOGETHER = 10_000 * MILLISECONDS
"""The jobs of one message are made in one transaction: their ids are no further apart."""


Kept = Row[Any]
"""One row of the inbox."""


class Standing(StrEnum):
    """Where a message stands for the person who looks after it; PARKED is one whose application gave up."""

    WAITING = "waiting"
    PARKED = "parked"
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    DISMISSED = "dismissed"


NEED_A_PERSON = frozenset({Standing.PARKED, Standing.QUARANTINED})


@dataclass(frozen=True, slots=True)
class Place:
    """A message's place in the log, which is in the order of receiving."""

    received_at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; what is empty does not count.

    `patient_index` is what `Inbox.patient_index` makes of a record number, `type` may be a beginning, `until` itself is
    outside.
    """

    patient_index: str = ""
    control_id: str = ""
    type: str = ""
    peer: str = ""
    standing: Standing | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of messages, the newest first, each with its standing; `after` begins the next page, None at the end."""

    messages: Sequence[tuple[Kept, Standing]]
    after: Place | None


def search(work: Work, sought: Sought, limit: int, after: Place | None = None) -> Found:
    """The newest `limit` messages that fit, older than the place `after`."""
    conditions = [*_conditions(work, sought), *_standing(work, sought.standing)]
    if after is not None:
        conditions.append(_older(after))
    rows = work.table(INBOX_MESSAGE).all(*conditions, order_by=_newest(sought), limit=limit + 1)
    shown = rows[:limit]
    rest = Place(shown[-1].received_at, shown[-1].message_id) if len(rows) > limit else None
    parked = work.connection.execute(_parked(work).where(JOB.c.ref.in_([row.message_id for row in shown]))).scalars()
    refs = frozenset(parked)
    return Found([(row, _standing_of(row, parked=row.message_id in refs)) for row in shown], rest)


def standing_of(row: Kept, job: Job | None) -> Standing:
    """Where the message stands, with the job that applies it."""
    return _standing_of(row, parked=job is not None and job.state is JobState.DEAD)


def count_needing(work: Work) -> int:
    """How many messages wait for a person."""
    quarantined = (as_indexed(ASIDE), INBOX_MESSAGE.c.state == InboxState.QUARANTINED.value)
    mine = INBOX_MESSAGE.c.operator_id == work.operator_id
    counted = work.connection.execute(select(func.count()).select_from(INBOX_MESSAGE).where(mine, *quarantined))
    parked = work.connection.execute(select(func.count()).select_from(_parked(work).subquery()))
    return int(counted.scalar_one()) + int(parked.scalar_one())


def job_of_message(work: Work, message_id: str) -> Job | None:
    """The job that applies the message; None where it needed none, or it ended and was tidied away."""
    row = work.table(JOB).one(JOB.c.dedupe_key == applying_key(message_id))
    return job_of(row) if row else None


def applying_key(message_id: str) -> str:
    """The dedupe key of the job that applies the message, by which it is found again."""
    return f"{APPLY}:{message_id}"


def waits_for_others(work: Work, applying: Job) -> bool:
    """Whether something that came before the message under another of its patients is not at an end."""
    # They were made in one transaction and their ids begin with the time of it: the primary key finds the ones.
    last = f"{int(applying.job_id, 16) + MADE_TOGETHER:032x}"
    beside = (JOB.c.job_id >= applying.job_id, JOB.c.job_id <= last, JOB.c.topic == BESIDE, JOB.c.ref == applying.ref)
    behind = (JOB.c.state == JobState.READY.value, ~JOB.c.is_head)
    return bool(work.table(JOB).all(*beside, *behind, limit=1))


def _standing_of(row: Kept, *, parked: bool) -> Standing:
    if row.state == InboxState.RECEIVED:
        return Standing.PARKED if parked else Standing.WAITING
    if row.state == InboxState.REFUSED and row.reason.startswith(DISMISSED):
        return Standing.DISMISSED
    return Standing(row.state)


def _parked(work: Work) -> Select[tuple[str]]:
    """The ids of the messages whose application gave up."""
    return select(JOB.c.ref).where(
        JOB.c.operator_id == work.operator_id, as_indexed("state = 'dead'"), JOB.c.topic == APPLY
    )


def received_between(work: Work, since: datetime, until: datetime) -> Sequence[str]:
    """The ids of what came from `since` on and before `until`, the oldest first; refused messages too."""
    row = INBOX_MESSAGE.c
    asked = select(row.message_id).where(row.operator_id == work.operator_id, row.received_at >= since)
    messages = asked.where(row.message_type != ANSWER_TYPE)
    ordered = messages.where(row.received_at < until).order_by(row.received_at, row.message_id)
    return work.connection.execute(ordered).scalars().all()


def has_fallen_silent(work: Work, peer: str, length: timedelta) -> bool:
    """Whether a sender that has sent before has sent nothing for so long."""
    row = INBOX_MESSAGE.c
    newest = [row.received_at.desc()]
    lately = work.table(INBOX_MESSAGE).all(
        row.received_at >= work.now - length, row.peer == peer, order_by=newest, limit=1
    )
    # One that never said an id is found by no index; it is told of only where it says some.
    return not lately and bool(work.table(INBOX_MESSAGE).all(as_indexed("control_id <> ''"), row.peer == peer, limit=1))


def _conditions(work: Work, sought: Sought) -> list[ColumnElement[bool]]:
    row = INBOX_MESSAGE.c
    found: list[ColumnElement[bool]] = []
    if sought.patient_index:
        found += [as_indexed("patient_index IS NOT NULL"), row.patient_index == sought.patient_index]
    if sought.control_id:
        # The index of control ids begins with the sender.
        senders = [sought.peer] if sought.peer else _senders(work)
        found += [as_indexed("control_id <> ''"), row.peer.in_(senders), row.control_id == sought.control_id]
    elif sought.peer:
        found.append(row.peer == sought.peer)
    if sought.type:
        # Of HL7 in capitals, of what was fetched in small letters.
        spelled = {sought.type, sought.type.upper(), sought.type.lower()}
        found.append(or_(*(row.message_type.startswith(each, autoescape=True) for each in sorted(spelled))))
    if sought.since:
        found.append(row.received_at >= sought.since)
    if sought.until:
        found.append(row.received_at < sought.until)
    return found


def _standing(work: Work, standing: Standing | None) -> list[ColumnElement[bool]]:
    row = INBOX_MESSAGE.c
    waiting, put_away = row.state == InboxState.RECEIVED.value, row.reason.startswith(DISMISSED, autoescape=True)
    conditions: dict[Standing | None, list[ColumnElement[bool]]] = {
        None: [],
        Standing.WAITING: [waiting, row.message_id.not_in(_parked(work))],
        Standing.PARKED: [waiting, row.message_id.in_(_parked(work))],
        Standing.APPLIED: [row.state == InboxState.APPLIED.value],
        Standing.QUARANTINED: [as_indexed(ASIDE), row.state == InboxState.QUARANTINED.value],
        Standing.REFUSED: [as_indexed(ASIDE), row.state == InboxState.REFUSED.value, ~put_away],
        Standing.DISMISSED: [as_indexed(ASIDE), row.state == InboxState.REFUSED.value, put_away],
    }
    return conditions[standing]


def _newest(sought: Sought) -> list[ColumnElement[Any]]:
    received_at: ColumnElement[Any] = INBOX_MESSAGE.c.received_at
    if sought.control_id or sought.standing is Standing.PARKED:
        # There are few of them. In the order of its index SQLite would read the whole log instead.
        received_at = func.coalesce(received_at, received_at)
    return [received_at.desc(), INBOX_MESSAGE.c.message_id.desc()]


def _older(place: Place) -> ColumnElement[bool]:
    row = INBOX_MESSAGE.c
    same = and_(row.received_at == place.received_at, row.message_id < place.message_id)
    return and_(row.received_at <= place.received_at, or_(row.received_at < place.received_at, same))


def _senders(work: Work) -> Sequence[str]:
    """Everybody who ever sent a message with a control id, each found by one step into the index."""
    mine = (INBOX_MESSAGE.c.operator_id == work.operator_id, as_indexed("control_id <> ''"))
    senders: list[str] = []
    while True:
        beyond = (INBOX_MESSAGE.c.peer > senders[-1],) if senders else ()
        found = work.connection.execute(select(func.min(INBOX_MESSAGE.c.peer)).where(*mine, *beyond)).scalar_one()
        if found is None:
            return senders
        senders.append(found)
