"""Sessions of browsers and the one-use states of a wallet login, both known only by the hash of their secret."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Row, String, Table

from hospital_bridge.store.metadata import CODE, ID, Instant, metadata, operator_column
from hospital_bridge.store.unit_of_work import Work

HASH = String(64)

WEB_SESSION = Table(
    "web_session",
    metadata,
    operator_column(),
    Column("session_hash", HASH, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("principal", CODE, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("subject_id", ID, nullable=False),
)

LOGIN_STATE = Table(
    "login_state",
    metadata,
    operator_column(),
    Column("state_hash", HASH, primary_key=True),
    Column("session_hash", HASH, nullable=False),
    Column("account", CODE, nullable=False),
    Column("next_path", String(500), nullable=False),
    Column("consent_version", String(32), nullable=False),
    Column("purposes", String(500), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written at most this often, so that reading pages stays reading."""


class SessionKind(StrEnum):
    """Who a session belongs to."""

    VISITOR = "visitor"
    PATIENT = "patient"
    STAFF = "staff"
    DEVICE = "device"


IDLE = {
    SessionKind.VISITOR: timedelta(minutes=30),
    SessionKind.PATIENT: timedelta(hours=2),
    SessionKind.STAFF: timedelta(minutes=30),
    # A screen that stood dark over a holiday wakes up by itself; one that is missing is taken out of use by hand.
    SessionKind.DEVICE: timedelta(days=30),
}
LIFETIME = {
    SessionKind.VISITOR: timedelta(hours=2),
    SessionKind.PATIENT: timedelta(hours=12),
    SessionKind.STAFF: timedelta(hours=12),
    SessionKind.DEVICE: timedelta(days=400),
}


@dataclass(frozen=True, slots=True)
class Session:
    """One live session; `principal` is a wallet user id or a staff id, and empty for a visitor.

    `stale` asks for `touch`: the last use was written long enough ago. `subject_id` is the person whom a patient's
    session is about, empty before one was chosen.
    """

    session_hash: str
    kind: SessionKind
    principal: str
    stale: bool
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class LoginState:
    """What was agreed to before the wallet was asked; `next_path` is where the login leads."""

    account: str
    next_path: str
    consent_version: str
    purposes: Sequence[str]


def digest(secret: str) -> str:
    """The hash by which a secret is looked up; the secret itself is never kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    """Sessions and login states of one operator."""

    def __init__(self, work: Work) -> None:
        self._now = work.now
        self._sessions = work.table(WEB_SESSION)
        self._states = work.table(LOGIN_STATE)

    def open(self, secret: str, kind: SessionKind, principal: str = "") -> None:
        """A new session under a secret that was never used before."""
        self._sessions.add(
            session_hash=digest(secret),
            kind=kind,
            principal=principal,
            opened_at=self._now,
            seen_at=self._now,
            expires_at=self._now + LIFETIME[kind],
            subject_id="",
        )

    def find(self, secret: str) -> Session | None:
        """The live session of that secret: neither ended, expired nor idle for too long."""
        row = self._sessions.one(WEB_SESSION.c.session_hash == digest(secret), WEB_SESSION.c.ended_at.is_(None))
        if row is None or not self._alive(row):
            return None
        stale = bool(row.seen_at <= self._now - SEEN_EVERY)
        return Session(row.session_hash, SessionKind(row.kind), row.principal, stale, row.subject_id)

    def touch(self, secret: str) -> None:
        """The session was used now."""
        self._sessions.change(WEB_SESSION.c.session_hash == digest(secret), seen_at=self._now)

    def choose(self, secret: str, subject_id: str) -> None:
        """The session is about that person from now on."""
        self._sessions.change(WEB_SESSION.c.session_hash == digest(secret), subject_id=subject_id)

    def end(self, secret: str) -> None:
        """The session is over; its cookie opens nothing any more."""
        self._sessions.change(WEB_SESSION.c.session_hash == digest(secret), ended_at=self._now)

    def end_all_of(self, kind: SessionKind, principal: str) -> int:
        """Every session of one person is over; how many there were."""
        mine = (WEB_SESSION.c.kind == kind, WEB_SESSION.c.principal == principal)
        return self._sessions.change(*mine, WEB_SESSION.c.ended_at.is_(None), ended_at=self._now)

    def expect_login(self, state: str, session_secret: str, login: LoginState, *, within: timedelta) -> None:
        """Keep a one-use state bound to this browser's session (RFC 6749 section 10.12)."""
        self._states.add(
            state_hash=digest(state),
            session_hash=digest(session_secret),
            account=login.account,
            next_path=login.next_path,
            consent_version=login.consent_version,
            purposes=" ".join(login.purposes),
            expires_at=self._now + within,
        )

    def use_state(self, state: str, session_secret: str, account: str) -> LoginState | None:
        """Use up the state; None when it is unknown, used, too old, or of another session or wallet."""
        fits = (
            LOGIN_STATE.c.state_hash == digest(state),
            LOGIN_STATE.c.session_hash == digest(session_secret),
            LOGIN_STATE.c.account == account,
        )
        if self._states.change(*fits, LOGIN_STATE.c.used_at.is_(None), used_at=self._now) != 1:
            return None
        row = self._states.one(*fits)
        if row is None or row.expires_at <= self._now:
            return None
        return LoginState(row.account, row.next_path, row.consent_version, tuple(row.purposes.split()))

    def _alive(self, row: Row[Any]) -> bool:
        ends: datetime = min(row.expires_at, row.seen_at + IDLE[SessionKind(row.kind)])
        return self._now < ends
