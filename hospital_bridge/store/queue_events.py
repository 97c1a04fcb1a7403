"""What happened in the lines: the truth, only ever added to. Opaque references alone, for it is never erased.

After a person's erasure their subject id stands here still and means nobody: the row that it named is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, Row, Table, Text, UniqueConstraint

from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import APPEND_ONLY, CODE, Instant, metadata, operator_column
from hospital_bridge.store.queue_records import ticket_from, ticket_text
from queueing.commands import UNDOABLE, Act, Event

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

QUEUE_EVENT = Table(
    "queue_event",
    metadata,
    operator_column(),
    Column("line_id", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    *choice("act", Act),
    Column("command_id", CODE, nullable=False),
    Column("actor", CODE, nullable=False),
    Column("reason", CODE, nullable=False),
    Column("desk_id", CODE, nullable=False),
    Column("ticket_id", CODE, nullable=False),
    Column("ticket", Text, nullable=False),
    UniqueConstraint("operator_id", "command_id"),
    ForeignKeyConstraint(
        ["operator_id", "line_id", "day"], ["queue_line.operator_id", "queue_line.line_id", "queue_line.day"]
    ),
    info=APPEND_ONLY,
)
Index("ix_queue_event_ticket_id", QUEUE_EVENT.c.operator_id, QUEUE_EVENT.c.ticket_id)


class QueueEvents:
    """The events of one operator's lines."""

    def __init__(self, work: Work) -> None:
        self._table = work.table(QUEUE_EVENT)

    def add(self, line_id: str, day: date, event: Event) -> None:
        """Write one event down; the database refuses a second of the same number or command."""
        self._table.add(
            line_id=line_id,
            day=day,
            seq=event.seq,
            at=event.at,
            act=event.act,
            command_id=event.command_id,
            actor=event.actor,
            reason=event.reason,
            desk_id=event.desk_id,
            ticket_id="" if event.ticket is None else event.ticket.ticket_id,
            ticket=ticket_text(event.ticket),
        )

    def answer_to(self, command_id: str) -> Event | None:
        """The event that a command made, or None."""
        row = self._table.one(QUEUE_EVENT.c.command_id == command_id)
        return None if row is None else _event(row)

    def of_line(self, line_id: str, day: date) -> Sequence[Event]:
        """Everything that happened in a line that day, in order."""
        here = (QUEUE_EVENT.c.line_id == line_id, QUEUE_EVENT.c.day == day)
        return [_event(row) for row in self._table.all(*here, order_by=[QUEUE_EVENT.c.seq])]

    def of_ticket(self, ticket_id: str) -> Sequence[Event]:
        """Everything that happened to a ticket, in order."""
        rows = self._table.all(QUEUE_EVENT.c.ticket_id == ticket_id, order_by=[QUEUE_EVENT.c.seq])
        return [_event(row) for row in rows]

    def last_act_of(self, desk_id: str, line_id: str, day: date | None) -> Event | None:
        """The last thing that a desk did in a line and that it can take back, or None."""
        rows = self._table.all(
            QUEUE_EVENT.c.line_id == line_id,
            QUEUE_EVENT.c.day == day,
            QUEUE_EVENT.c.desk_id == desk_id,
            QUEUE_EVENT.c.act.in_(sorted(UNDOABLE)),
            QUEUE_EVENT.c.ticket_id != "",
            order_by=[QUEUE_EVENT.c.seq.desc()],
            limit=1,
        )
        return _event(rows[0]) if rows else None


def _event(row: Row[Any]) -> Event:
    return Event(
        seq=row.seq,
        at=row.at,
        act=row.act,
        command_id=row.command_id,
        actor=row.actor,
        reason=row.reason,
        desk_id=row.desk_id,
        ticket=ticket_from(row.ticket),
    )
