"""Received messages: kept whole and sealed before they are acknowledged, each content once.

The key is (operator, peer, MSH-3, MSH-4, MSH-7, MSH-10, SHA-256 of the bytes); a message
without MSH-10 is never taken for one that was seen before (DESIGN.md section 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, LargeBinary, Row, String, Table

from hospital_bridge.store.metadata import CODE, ID, Described, Instant, as_indexed, metadata, operator_column, where

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

HEADER_LENGTH = 180
APPLY = "hl7.apply"
"""The topic of the jobs that apply received messages; `ref` is the message's id."""
ASIDE = "state IN ('quarantined', 'refused')"
"""The condition of the index of messages that were never applied."""


class InboxState(StrEnum):
    """RECEIVED waits to be applied; QUARANTINED and REFUSED never are, and a person looks at them.

    REFUSED was a message by our own answer, or afterwards by a person who found that it is no longer needed.
    """

    RECEIVED = "received"
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


INBOX_MESSAGE = Table(
    "inbox_message",
    metadata,
    operator_column(),
    Column("message_id", ID, primary_key=True),
    Column("peer", CODE, nullable=False),
    Column("sending_application", String(HEADER_LENGTH), nullable=False),
    Column("sending_facility", String(HEADER_LENGTH), nullable=False),
    Column("sent_at", String(HEADER_LENGTH), nullable=False),
    Column("control_id", String(HEADER_LENGTH), nullable=False),
    Column("message_type", String(HEADER_LENGTH), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("ack", LargeBinary, nullable=False),
    Column("state", String(11), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("applied_at", Instant),
    Column("config_digest", String(64)),
    Column("patient_index", String(64)),
    Column("did", Described(1000)),
    CheckConstraint("state IN ('received', 'applied', 'quarantined', 'refused')", name="state"),
)
Index(
    "uq_inbox_message_content",
    INBOX_MESSAGE.c.operator_id,
    INBOX_MESSAGE.c.peer,
    INBOX_MESSAGE.c.control_id,
    INBOX_MESSAGE.c.sent_at,
    INBOX_MESSAGE.c.sending_application,
    INBOX_MESSAGE.c.sending_facility,
    INBOX_MESSAGE.c.sha256,
    unique=True,
    **where("control_id <> ''"),
)
Index("ix_inbox_message_received", INBOX_MESSAGE.c.operator_id, INBOX_MESSAGE.c.received_at)
Index(
    "ix_inbox_message_patient",
    INBOX_MESSAGE.c.operator_id,
    INBOX_MESSAGE.c.patient_index,
    INBOX_MESSAGE.c.received_at,
    **where("patient_index IS NOT NULL"),
)
Index(
    "ix_inbox_message_aside",
    INBOX_MESSAGE.c.operator_id,
    INBOX_MESSAGE.c.received_at,
    **where(ASIDE),
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a message names itself: MSH-3, MSH-4, MSH-7, MSH-10 and MSH-9 as text, empty where it does not say.

    `patient` is the record number of whom it is about. It is never stored: only its blind index is.
    """

    peer: str
    sending_application: str = ""
    sending_facility: str = ""
    sent_at: str = ""
    control_id: str = ""
    message_type: str = ""
    patient: str = field(default="", repr=False)


class Standing(StrEnum):
    """What the inbox knows of a message that comes in."""

    NEW = "new"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"


class Inbox:
    """The received messages of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(INBOX_MESSAGE)

    def standing(self, envelope: Envelope, raw: bytes) -> tuple[Standing, bytes]:
        """Whether the message was seen before, and the stored answer if so."""
        if not envelope.control_id:
            return Standing.NEW, b""
        named = self._table.all(*_named(envelope))
        same = next((row for row in named if row.sha256 == _digest(raw)), None)
        if same is not None:
            return Standing.REPEATED, same.ack
        return (Standing.CONTRADICTED if named else Standing.NEW), b""

    def keep(
        self, envelope: Envelope, raw: bytes, ack: bytes, state: InboxState, received_at: datetime, reason: str = ""
    ) -> str:
        """Store a message with its answer; its id. `reason` holds no personal data."""
        message_id = self._work.ids.new()
        day = self._work.now.date()
        named = asdict(envelope)
        self._table.add(
            message_id=message_id,
            sha256=_digest(raw),
            raw=self._work.seal.seal_raw(INBOX_MESSAGE.name, "raw", message_id, raw, day),
            ack=ack,
            state=state.value,
            reason=reason[:200],
            received_at=received_at,
            patient_index=self.patient_index(named.pop("patient")),
            **named,
        )
        return message_id

    def patient_index(self, record_number: str) -> str | None:
        """By what the messages about that record number are found; None for nobody."""
        return self._work.seal.index("inbox.patient", record_number) if record_number else None

    def raw(self, message_id: str) -> bytes:
        """The bytes as they were received; LookupError when there is no such message."""
        sealed: bytes = self.get(message_id).raw
        return self._work.seal.open_own(INBOX_MESSAGE.name, "raw", message_id, sealed)

    def get(self, message_id: str) -> Row[Any]:
        """The row of one message; LookupError when there is none."""
        row = self._table.one(INBOX_MESSAGE.c.message_id == message_id)
        if row is None:
            raise LookupError(f"no message {message_id}")
        return row

    def latest(self, limit: int = 100) -> Sequence[Row[Any]]:
        """The newest messages first."""
        newest = [INBOX_MESSAGE.c.received_at.desc(), INBOX_MESSAGE.c.message_id.desc()]
        return self._table.all(order_by=newest, limit=limit)

    def applied(self, message_id: str, config_digest: str, did: str = "") -> None:
        """The message took effect, read under the configuration of that digest; `did` holds opaque ids alone."""
        self._table.change(
            INBOX_MESSAGE.c.message_id == message_id,
            state=InboxState.APPLIED.value,
            applied_at=self._work.now,
            config_digest=config_digest,
            did=did,
        )

    def dismissed(self, message_id: str, reason: str) -> None:
        """A person has decided that the message is not to be applied; `reason` holds no personal data."""
        waits = INBOX_MESSAGE.c.state.in_((InboxState.RECEIVED.value, InboxState.QUARANTINED.value))
        told = {"state": InboxState.REFUSED.value, "reason": reason}
        self._table.change(INBOX_MESSAGE.c.message_id == message_id, waits, **told)


def _named(envelope: Envelope) -> tuple[ColumnElement[bool], ...]:
    row = INBOX_MESSAGE.c
    return (
        as_indexed("control_id <> ''"),
        row.peer == envelope.peer,
        row.control_id == envelope.control_id,
        row.sent_at == envelope.sent_at,
        row.sending_application == envelope.sending_application,
        row.sending_facility == envelope.sending_facility,
    )


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
