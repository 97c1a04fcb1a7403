"""Lines, one row for each line and day, and the desks that call from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, String, Table, Text, and_, select

from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, Described, belongs_to, metadata, operator_column
from hospital_bridge.store.queue_records import policy_from, policy_text
from hospital_bridge.store.records import record_of
from hospital_bridge.store.upsert import insert_on_conflict
from queueing.commands import Refusal, Refused
from queueing.line import DeskState
from queueing.ordering import Policy

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

QUEUE_LINE = Table(
    "queue_line",
    metadata,
    operator_column(),
    Column("line_id", CODE, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("vertical", CODE, nullable=False),
    Column("title", Described(100), nullable=False),
    Column("prefix", String(8), nullable=False),
    Column("policy", Text, nullable=False),
    Column("shows_names", Boolean, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("issued", Integer, nullable=False),
)

QUEUE_DESK = Table(
    "queue_desk",
    metadata,
    operator_column(),
    Column("desk_id", CODE, primary_key=True),
    Column("title", Described(100), nullable=False),
    *choice("state", DeskState),
    Column("capacity", Integer, nullable=False),
    Column("last_line_id", CODE, nullable=False),
    Column("last_day", Date),
    CheckConstraint("capacity >= 1", name="holds_somebody"),
)

QUEUE_DESK_LINE = Table(
    "queue_desk_line",
    metadata,
    operator_column(),
    Column("desk_id", CODE, primary_key=True),
    Column("line_id", CODE, primary_key=True),
    belongs_to("queue_desk", "desk_id"),
)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of one day: `seq` counts its events, `issued` its tickets."""

    line_id: str
    day: date
    vertical: str
    title: str
    prefix: str
    policy: Policy
    shows_names: bool
    seq: int = 0
    issued: int = 0


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A desk; `last_line_id` and `last_day` say where its last act is written."""

    desk_id: str
    title: str
    state: DeskState
    capacity: int
    last_line_id: str = ""
    last_day: date | None = None


class QueueLines:
    """The lines and desks of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lines = work.table(QUEUE_LINE)
        self._desks = work.table(QUEUE_DESK)
        self._served = work.table(QUEUE_DESK_LINE)

    def open(self, line: LineRow) -> None:
        """Keep a line of a day; one that stands is left as it is, with the policy it was opened under."""
        values = {name: getattr(line, name) for name in LineRow.__slots__} | {"policy": policy_text(line.policy)}
        statement = insert_on_conflict(self._work.connection, QUEUE_LINE).on_conflict_do_nothing()
        self._work.connection.execute(statement.values(operator_id=self._work.operator_id, **values))

    def get(self, line_id: str, day: date, *, lock: bool = False) -> LineRow:
        """One line; `lock` holds it until the transaction ends, so that its events have one order. Refused if none."""
        row = self._lines.one(QUEUE_LINE.c.line_id == line_id, QUEUE_LINE.c.day == day, lock=lock)
        if row is None:
            raise Refused(Refusal.NO_LINE)
        return LineRow(**{name: getattr(row, name) for name in LineRow.__slots__} | {"policy": policy_from(row.policy)})

    def of_desk(self, desk_id: str, day: date) -> Sequence[str]:
        """The ids of the lines of that day that a desk calls from, in order."""
        served = select(QUEUE_DESK_LINE.c.line_id).where(
            QUEUE_DESK_LINE.c.operator_id == self._work.operator_id, QUEUE_DESK_LINE.c.desk_id == desk_id
        )
        rows = self._lines.all(
            QUEUE_LINE.c.day == day, QUEUE_LINE.c.line_id.in_(served), order_by=[QUEUE_LINE.c.line_id]
        )
        return [row.line_id for row in rows]

    def of_day(self, vertical: str, day: date) -> Sequence[str]:
        """The ids of a vertical's lines of a day, in order."""
        rows = self._lines.all(
            QUEUE_LINE.c.vertical == vertical, QUEUE_LINE.c.day == day, order_by=[QUEUE_LINE.c.line_id]
        )
        return [row.line_id for row in rows]

    def count_on(self, line: LineRow, seq: int, issued: int) -> None:
        """The numbers of its last event and ticket."""
        here = and_(QUEUE_LINE.c.line_id == line.line_id, QUEUE_LINE.c.day == line.day)
        self._lines.change(here, seq=seq, issued=issued)

    def put_desk(self, desk_id: str, title: str, lines: Collection[str], capacity: int) -> None:
        """Set up a desk, or change its title, capacity and lines; a new one is closed."""
        if not self._desks.change(QUEUE_DESK.c.desk_id == desk_id, title=title, capacity=capacity):
            state = DeskState.CLOSED
            self._desks.add(desk_id=desk_id, title=title, state=state, capacity=capacity, last_line_id="")
        self._served.remove(QUEUE_DESK_LINE.c.desk_id == desk_id)
        for line_id in sorted(lines):
            self._served.add(desk_id=desk_id, line_id=line_id)

    def desk(self, desk_id: str, *, lock: bool = False) -> DeskRow:
        """One desk; Refused when there is none."""
        row = self._desks.one(QUEUE_DESK.c.desk_id == desk_id, lock=lock)
        if row is None:
            raise Refused(Refusal.UNKNOWN_DESK)
        return record_of(DeskRow, row)

    def desks_of(self, line_id: str) -> Sequence[DeskRow]:
        """The desks that call from a line, in order."""
        serving = select(QUEUE_DESK_LINE.c.desk_id).where(
            QUEUE_DESK_LINE.c.operator_id == self._work.operator_id, QUEUE_DESK_LINE.c.line_id == line_id
        )
        rows = self._desks.all(QUEUE_DESK.c.desk_id.in_(serving), order_by=[QUEUE_DESK.c.desk_id])
        return [record_of(DeskRow, row) for row in rows]

    def set_state(self, desk_id: str, state: DeskState) -> None:
        """Open, pause or close a desk; Refused when there is none."""
        if not self._desks.change(QUEUE_DESK.c.desk_id == desk_id, state=state):
            raise Refused(Refusal.UNKNOWN_DESK)

    def acted(self, desk_id: str, line: LineRow) -> None:
        """Note where a desk's last act is written."""
        self._desks.change(QUEUE_DESK.c.desk_id == desk_id, last_line_id=line.line_id, last_day=line.day)
