"""Streams of jobs: each counts the places that were given out at its end and those that are done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, Column, String, Table, select

from hospital_bridge.store.many_rows import insert_rows
from hospital_bridge.store.metadata import metadata, operator_column

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

STREAM_HEAD = Table(
    "stream_head",
    metadata,
    operator_column(),
    Column("stream_key", String(128), primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("done_seq", BigInteger, nullable=False),
)
# The row lock orders a stream by commit; a sequence would not (reference/durable.md section 5).
_COUNTED = (
    "ON CONFLICT (operator_id, stream_key) DO UPDATE SET last_seq = stream_head.last_seq + excluded.last_seq"
    " RETURNING stream_key, last_seq, done_seq"
)


class Place(NamedTuple):
    """A place in one stream; the job that stands at the head may run."""

    seq: int
    is_head: bool


@dataclass(slots=True)
class Places:
    """New places at the end of one stream; each is taken once, in their order."""

    next_seq: int
    done_seq: int

    def take(self) -> Place:
        """The next of them."""
        taken = self.next_seq
        self.next_seq += 1
        return Place(taken, taken == self.done_seq + 1)


class Streams:
    """The streams of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(STREAM_HEAD)

    def places(self, wanted: Mapping[str, int]) -> dict[str, Places]:
        """So many new places at the end of each stream, to be filled in this very transaction."""
        # In one order everywhere, or two transactions would wait for each other's streams.
        rows = [
            {"operator_id": self._work.operator_id, "stream_key": stream, "last_seq": wanted[stream], "done_seq": 0}
            for stream in sorted(wanted)
        ]
        if not rows:
            return {}
        counted = insert_rows(self._work.connection, STREAM_HEAD, rows, _COUNTED)
        return {stream: Places(last_seq - wanted[stream] + 1, done_seq) for stream, last_seq, done_seq in counted}

    def next_place(self, stream: str) -> Place:
        """One place at the end of the stream."""
        return self.places({stream: 1})[stream].take()

    def give_back(self, stream: str, stream_seq: int) -> None:
        """Undo the last place, for nothing will stand there."""
        self._table.change(STREAM_HEAD.c.stream_key == stream, last_seq=stream_seq - 1)

    def is_idle(self, stream: str) -> bool:
        """Whether every place that was ever given out is done."""
        row = self._table.one(STREAM_HEAD.c.stream_key == stream)
        return row is None or row.last_seq == row.done_seq

    def busy(self, streams: Collection[str]) -> set[str]:
        """Those of the streams in which something is not done."""
        columns = STREAM_HEAD.c
        asked = select(columns.stream_key).where(
            columns.operator_id == self._work.operator_id,
            columns.stream_key.in_(streams),
            columns.last_seq != columns.done_seq,
        )
        return set(self._work.connection.execute(asked).scalars())
