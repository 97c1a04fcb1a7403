"""Received messages that wait to be taken up: read many at a time and marked in one statement, for there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select

from hospital_bridge.store.inbox import INBOX_MESSAGE, WAITING, InboxState
from hospital_bridge.store.many_rows import given_rows, mark
from hospital_bridge.store.metadata import as_indexed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

_TAKEN_UP = (
    "UPDATE inbox_message SET place = NULL, streams = NULL{more}"
    " FROM ({given}) AS given WHERE operator_id = {mark} AND message_id = column1"
)
_APPLIED = ", state = column2, applied_at = column3, config_digest = column4, did = column5"
_APPLIED_AS = ("message_id", "state", "applied_at", "config_digest", "did")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was not taken up yet: the place of its batch, its streams, and how large it is in bytes."""

    message_id: str
    place: int
    streams: tuple[str, ...]
    size: int


def waiting(work: Work, limit: int) -> Sequence[Waiting]:
    """The first `limit` of those that were not taken up, in the order of their coming."""
    row = INBOX_MESSAGE.c
    asked = (
        select(row.message_id, row.place, row.streams, func.length(row.raw))
        .where(row.operator_id == work.operator_id, as_indexed(WAITING))
        .order_by(row.place, row.message_id)
        .limit(limit)
    )
    found = work.connection.execute(asked)
    return [Waiting(message_id, place, tuple(streams.split()), size) for message_id, place, streams, size in found]


def rows_of(work: Work, message_ids: Sequence[str]) -> Mapping[str, Row[Any]]:
    """The rows of several messages, by their ids."""
    found = work.table(INBOX_MESSAGE).all(INBOX_MESSAGE.c.message_id.in_(message_ids))
    return {row.message_id: row for row in found}


def leave_to_jobs(work: Work, message_ids: Sequence[str]) -> None:
    """They wait no more, for each has a job of its own."""
    _taken_up(work, ("message_id",), "", [(each,) for each in message_ids])


def mark_applied(work: Work, did: Mapping[str, str], config_digest: str) -> None:
    """They took effect, read under the configuration of that digest; what each did, with opaque ids alone."""
    state = InboxState.APPLIED.value
    rows = [(message_id, state, work.now, config_digest, text) for message_id, text in did.items()]
    _taken_up(work, _APPLIED_AS, _APPLIED, rows)


def _taken_up(work: Work, columns: Sequence[str], more: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        kinds = tuple(INBOX_MESSAGE.c[column].type for column in columns)
        given, values = given_rows(work.connection, kinds, rows)
        statement = _TAKEN_UP.format(more=more, given=given, mark=mark(work.connection))
        work.connection.exec_driver_sql(statement, (*values, work.operator_id))
