"""Requests by their idempotency key: the same one again gets the same reply, and nothing happens twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Column, Integer, String, Table, Text, or_

from hospital_bridge.store.metadata import Instant, metadata, operator_column
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.store.upsert import insert_on_conflict

WEB_REQUEST = Table(
    "web_request",
    metadata,
    operator_column(),
    Column("principal", String(100), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", Text, nullable=False),
    Column("claimed_at", Instant, nullable=False),
)

ABANDONED_AFTER = timedelta(minutes=10)
"""A claim this old belongs to a process that died: the same request may be run again.

Longer than any request runs, however slow the hospital and the wallet that it asks. What the dead process had
committed stands, so that every act behind a POST must itself bear being asked twice.
"""


class State(StrEnum):
    """How far a request has come."""

    RUNNING = "running"
    DONE = "done"
    RELEASED = "released"


class OtherContent(Exception):
    """The key came before with another request."""


class StillRunning(Exception):
    """The same request is being worked on at this moment."""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What the first request was told."""

    status: int
    location: str


class Requests:
    """Requests of one operator's principals."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._requests = work.table(WEB_REQUEST)

    def claim(self, principal: str, key: str, request_hash: str) -> StoredReply | None:
        """None: it is ours to run. Otherwise the reply that it got; raises OtherContent or StillRunning."""
        if self._insert(principal, key, request_hash):
            return None
        mine = (WEB_REQUEST.c.principal == principal, WEB_REQUEST.c.key == key)
        row = self._requests.one(*mine, lock=True)
        if row is None or row.request_hash != request_hash:
            raise OtherContent
        if row.state == State.DONE:
            return StoredReply(row.status, row.location)
        abandoned = WEB_REQUEST.c.claimed_at < self._work.now - ABANDONED_AFTER
        free = or_(WEB_REQUEST.c.state == State.RELEASED, abandoned)
        if self._requests.change(*mine, free, state=State.RUNNING, claimed_at=self._work.now) != 1:
            raise StillRunning
        return None

    def finish(self, principal: str, key: str, reply: StoredReply) -> None:
        """The request was answered thus, for good."""
        self._end(principal, key, state=State.DONE, status=reply.status, location=reply.location)

    def release(self, principal: str, key: str) -> None:
        """The request changed nothing: it may be sent again."""
        self._end(principal, key, state=State.RELEASED)

    def _insert(self, principal: str, key: str, request_hash: str) -> bool:
        new = insert_on_conflict(self._work.connection, WEB_REQUEST).on_conflict_do_nothing()
        values = {
            "operator_id": self._work.operator_id,
            "principal": principal,
            "key": key,
            "request_hash": request_hash,
            "state": State.RUNNING,
            "status": 0,
            "location": "",
            "claimed_at": self._work.now,
        }
        inserted = new.values(values).returning(WEB_REQUEST.c.key)
        return self._work.connection.execute(inserted).first() is not None

    def _end(self, principal: str, key: str, **values: object) -> None:
        self._requests.change(WEB_REQUEST.c.principal == principal, WEB_REQUEST.c.key == key, **values)
