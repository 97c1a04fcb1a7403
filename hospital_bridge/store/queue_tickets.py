"""Tickets as they stand: rows projected from the events in the same transaction, ordered by an index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)

from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, Instant, as_indexed, metadata, operator_column, where
from hospital_bridge.store.queue_lines import QUEUE_LINE
from hospital_bridge.store.records import columns_of, record_of
from queueing.estimate import Forecast
from queueing.ordering import Policy, SortKey
from queueing.ticket import LIVE, Ticket, TicketState

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


class Seconds(TypeDecorator[timedelta]):
    """A span in whole seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


QUEUE_TICKET = Table(
    "queue_ticket",
    metadata,
    operator_column(),
    Column("ticket_id", CODE, primary_key=True),
    Column("line_id", CODE, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", CODE, nullable=False),
    Column("visit", CODE, nullable=False),
    Column("rank", CODE, nullable=False),
    Column("anchor", Instant, nullable=False),
    Column("credit", Seconds, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("display_number", String(16), nullable=False),
    *choice("state", TicketState),
    Column("appointed_at", Instant),
    Column("since", Instant),
    Column("called_at", Instant),
    Column("desk_id", CODE, nullable=False),
    Column("bound_to", CODE, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("forecast_at", Instant),
    Column("forecast_lower", Seconds),
    Column("forecast_median", Seconds),
    Column("forecast_upper", Seconds),
    Column("told_near", Boolean, nullable=False),
    UniqueConstraint("operator_id", "line_id", "day", "display_number"),
    ForeignKeyConstraint(
        ["operator_id", "line_id", "day"], ["queue_line.operator_id", "queue_line.line_id", "queue_line.day"]
    ),
)
_LIVE = "state NOT IN ('done', 'cancelled', 'no_show', 'expired', 'transferred')"
_AT_DESK = "state IN ('called', 'serving')"
_WAITING = "state = 'waiting'"
Index(
    "uq_queue_ticket_live_subject",
    *(QUEUE_TICKET.c[name] for name in ("operator_id", "line_id", "day", "subject")),
    unique=True,
    **where(_LIVE),
)
# `alone` says that the desk holds one ticket only: two processes that call to it at once cannot both commit.
Index(
    "uq_queue_ticket_at_desk",
    QUEUE_TICKET.c.operator_id,
    QUEUE_TICKET.c.desk_id,
    unique=True,
    **where(f"{_AT_DESK} AND alone"),
)
Index("ix_queue_ticket_at_desk", QUEUE_TICKET.c.operator_id, QUEUE_TICKET.c.desk_id, **where(_AT_DESK))
Index(
    "ix_queue_ticket_order",
    *(QUEUE_TICKET.c[name] for name in ("operator_id", "line_id", "day", "tier", "due", "sequence")),
    **where(_WAITING),
)
Index("ix_queue_ticket_subject", QUEUE_TICKET.c.operator_id, QUEUE_TICKET.c.subject)
_ORDER = [QUEUE_TICKET.c.tier, QUEUE_TICKET.c.due, QUEUE_TICKET.c.sequence]


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket and what only its row knows: its day, what was forecast, and whether its holder was told."""

    ticket: Ticket
    day: date
    forecast_at: datetime | None
    forecast: Forecast | None
    told_near: bool


class QueueTickets:
    """The tickets of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(QUEUE_TICKET)

    def add(self, ticket: Ticket, day: date, policy: Policy) -> None:
        """Keep a new ticket."""
        values = {"alone": False, "told_near": False, **_placed(ticket, policy.sort_key(ticket))}
        self._table.add(day=day, **values)

    def save(self, ticket: Ticket, policy: Policy, *, alone: bool | None = None) -> None:
        """Write a ticket back whose version an event has counted up; StaleVersion when somebody was faster.

        `alone` says whether its desk holds one ticket only; None leaves that as it is.
        """
        values = _placed(ticket, policy.sort_key(ticket)) | ({} if alone is None else {"alone": alone})
        del values["ticket_id"], values["version"]
        here = QUEUE_TICKET.c.ticket_id == ticket.ticket_id
        self._table.save(here, version=ticket.version - 1, **values)

    def expect(self, ticket_id: str, forecast: Forecast | None) -> None:
        """Keep what is expected of the ticket's waiting from now on, or nothing."""
        self._table.change(
            QUEUE_TICKET.c.ticket_id == ticket_id,
            forecast_at=None if forecast is None else self._work.now,
            forecast_lower=None if forecast is None else forecast.lower,
            forecast_median=None if forecast is None else forecast.median,
            forecast_upper=None if forecast is None else forecast.upper,
        )

    def note_near(self, ticket_id: str, *, told: bool) -> None:
        """Whether its holder was told that it is soon their turn."""
        self._table.change(QUEUE_TICKET.c.ticket_id == ticket_id, told_near=told)

    def find(self, ticket_id: str) -> TicketRow | None:
        """One ticket, or None."""
        row = self._table.one(QUEUE_TICKET.c.ticket_id == ticket_id)
        return None if row is None else _read(row)

    def live_of(self, line_id: str, day: date, subject: str) -> Sequence[Ticket]:
        """The subject's live ticket of a line and day; at most one."""
        return self._many(*_in(line_id, day), QUEUE_TICKET.c.subject == subject, as_indexed(_LIVE))

    def of_subject(self, subject: str) -> Sequence[TicketRow]:
        """Every ticket of a subject, the newest day first."""
        rows = self._table.all(
            QUEUE_TICKET.c.subject == subject, order_by=[QUEUE_TICKET.c.day.desc(), QUEUE_TICKET.c.ticket_id]
        )
        return [_read(row) for row in rows]

    def at_desk(self, desk_id: str) -> Sequence[TicketRow]:
        """The tickets of any line that take up a desk."""
        return [_read(row) for row in self._table.all(QUEUE_TICKET.c.desk_id == desk_id, as_indexed(_AT_DESK))]

    def at_desks_of(self, desk_ids: Collection[str]) -> Sequence[Ticket]:
        """The tickets that take up any of those desks."""
        return self._many(QUEUE_TICKET.c.desk_id.in_(sorted(desk_ids)), as_indexed(_AT_DESK)) if desk_ids else []

    def called_from(self, line_id: str, day: date) -> Sequence[Ticket]:
        """The tickets of a line that take up a desk."""
        return self._many(*_in(line_id, day), as_indexed(_AT_DESK))

    def waiting(
        self, line_id: str, day: date, limit: int | None = None, not_bound_to: Collection[str] = ()
    ) -> Sequence[TicketRow]:
        """Who waits, in the order of calling, without those who wait for one of the desks named."""
        free = [QUEUE_TICKET.c.bound_to.not_in(sorted(not_bound_to))] if not_bound_to else []
        rows = self._table.all(*_in(line_id, day), as_indexed(_WAITING), *free, order_by=_ORDER, limit=limit)
        return [_read(row) for row in rows]

    def held(self, line_id: str, day: date) -> Sequence[Ticket]:
        """Who stands aside for a while."""
        return self._many(*_in(line_id, day), QUEUE_TICKET.c.state == TicketState.HELD)

    def bound(self, line_id: str, day: date) -> Sequence[TicketRow]:
        """Who waits for a certain desk."""
        rows = self._table.all(*_in(line_id, day), as_indexed(_WAITING), QUEUE_TICKET.c.bound_to != "")
        return [_read(row) for row in rows]

    def count_ahead(self, ticket: Ticket, day: date, key: SortKey, not_bound_to: Collection[str] = ()) -> int:
        """How many wait before that key, without those who wait for one of the desks named."""
        columns = QUEUE_TICKET.c
        before = or_(
            columns.tier < key.tier,
            and_(columns.tier == key.tier, columns.due < key.due),
            and_(columns.tier == key.tier, columns.due == key.due, columns.sequence < key.sequence),
        )
        mine = columns.operator_id == self._work.operator_id
        statement = select(func.count()).where(mine, *_in(ticket.line_id, day), as_indexed(_WAITING), before)
        if not_bound_to:
            statement = statement.where(columns.bound_to.not_in(sorted(not_bound_to)))
        return int(self._work.connection.execute(statement).scalar_one())

    def live_before(self, vertical: str, day: date) -> Sequence[str]:
        """The ids of the live tickets of a vertical's lines of the days before, line by line."""
        lines = and_(
            QUEUE_LINE.c.operator_id == QUEUE_TICKET.c.operator_id,
            QUEUE_LINE.c.line_id == QUEUE_TICKET.c.line_id,
            QUEUE_LINE.c.day == QUEUE_TICKET.c.day,
            QUEUE_LINE.c.vertical == vertical,
        )
        live = (QUEUE_TICKET.c.day < day, as_indexed(_LIVE), select(QUEUE_LINE.c.seq).where(lines).exists())
        # Lines are held in the order in which every command holds them, so that nobody waits in a circle.
        order = [QUEUE_TICKET.c.line_id, QUEUE_TICKET.c.day, QUEUE_TICKET.c.sequence]
        return [row.ticket_id for row in self._table.all(*live, order_by=order)]

    def _many(self, *conditions: ColumnElement[bool]) -> Sequence[Ticket]:
        rows = self._table.all(*conditions, order_by=[QUEUE_TICKET.c.sequence])
        return [record_of(Ticket, row) for row in rows]


def _in(line_id: str, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return QUEUE_TICKET.c.line_id == line_id, QUEUE_TICKET.c.day == day


def _placed(ticket: Ticket, key: SortKey) -> dict[str, Any]:
    return columns_of(ticket) | {"tier": key.tier, "due": key.due}


def _read(row: Row[Any]) -> TicketRow:
    forecast = None
    if row.forecast_at is not None:
        forecast = Forecast(row.forecast_lower, row.forecast_median, row.forecast_upper)
    return TicketRow(record_of(Ticket, row), row.day, row.forecast_at, forecast, row.told_near)


if {state.value for state in LIVE} & set(_LIVE.split("'")):
    raise AssertionError("the index of live tickets names a live state as ended")
