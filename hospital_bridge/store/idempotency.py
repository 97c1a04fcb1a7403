"""Requests by their idempotency key: the same one again gets the same reply, and nothing happens twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Integer, String, Table, Text

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
    Column("fence", Integer, nullable=False),
)

LEASE = timedelta(seconds=6)
"""How long a claim outlives its process, unless it is renewed: then the same request may be run again.

Shorter than a repeated request waits (`web.once`), so that nobody is turned away for a process that died. A process
that was only held up finds its claim taken (`fence` counts every taking) and can commit nothing more. What it had
committed stands, so that every act behind a POST must itself bear being asked twice.
"""


FIRST = 1
NOTHING = ""
"""The digest of a request that changed nothing: it was as if it had not been sent."""


class State(StrEnum):
    """How far a request has come."""

    RUNNING = "running"
    DONE = "done"
    RELEASED = "released"


class OtherContent(Exception):
    """The key came before with another request."""


class StillRunning(Exception):
    """The same request is being worked on at this moment."""


class ClaimLost(Exception):
    """The request was silent for so long that another run of it has the claim; what this one does is not kept."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a request, until it is finished, released or not renewed for a `LEASE`."""

    operator_id: str
    principal: str
    key: str
    fence: int


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

    def claim(self, principal: str, key: str, request_hash: str) -> Claim | StoredReply:
        """The claim where it is ours to run, or else the reply that it got; raises OtherContent or StillRunning."""
        if self._insert(principal, key, request_hash):
            return Claim(self._work.operator_id, principal, key, FIRST)
        mine = (WEB_REQUEST.c.principal == principal, WEB_REQUEST.c.key == key)
        row = self._requests.one(*mine, lock=True)
        if row is None or row.request_hash not in (request_hash, NOTHING):
            raise OtherContent
        if row.state == State.DONE:
            return StoredReply(row.status, row.location)
        if row.state == State.RUNNING and row.claimed_at >= self._work.now - LEASE:
            raise StillRunning
        taken = Claim(self._work.operator_id, principal, key, row.fence + 1)
        again = {"request_hash": request_hash, "claimed_at": self._work.now, "fence": taken.fence}
        self._requests.change(*mine, state=State.RUNNING, **again)
        return taken

    def hold(self, claim: Claim) -> None:
        """Keep the claim from being taken before this transaction commits; ClaimLost when it has been."""
        if self._requests.one(*_held(claim), lock=True) is None:
            raise ClaimLost(claim.key)

    def renew(self, claim: Claim) -> None:
        """Nobody else may have the claim for another `LEASE`; a claim that is lost stays so."""
        self._requests.change(*_held(claim), claimed_at=self._work.now)

    def finish(self, claim: Claim, reply: StoredReply) -> None:
        """The request was answered thus, for good."""
        self._requests.change(*_held(claim), state=State.DONE, status=reply.status, location=reply.location)

    def release(self, claim: Claim) -> None:
        """Nobody knows how far the request came: the same one may be sent again."""
        self._requests.change(*_held(claim), state=State.RELEASED)

    def forget(self, claim: Claim) -> None:
        """The request changed nothing: its key is as good as new, also for what was put right."""
        self._requests.change(*_held(claim), state=State.RELEASED, request_hash=NOTHING)

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
            "fence": FIRST,
        }
        inserted = new.values(values).returning(WEB_REQUEST.c.key)
        return self._work.connection.execute(inserted).first() is not None


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    mine = (WEB_REQUEST.c.principal == claim.principal, WEB_REQUEST.c.key == claim.key)
    return *mine, WEB_REQUEST.c.state == State.RUNNING, WEB_REQUEST.c.fence == claim.fence
