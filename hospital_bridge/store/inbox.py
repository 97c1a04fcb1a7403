"""Received messages: kept whole and sealed before they are acknowledged, each content once.

The key is (operator, peer, MSH-3, MSH-4, MSH-7, MSH-10, SHA-256 of the bytes); a message
without MSH-10 is never taken for one that was seen before (DESIGN.md section 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Row, String, Table, Text

from hospital_bridge.store.many_rows import insert_rows, mark
from hospital_bridge.store.metadata import CODE, ID, Described, Instant, metadata, operator_column, where

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

HEADER_LENGTH = 180
TAKE_UP = "hl7.take_up"
"""The topic, and the stream, of the jobs that take up what has come in; `ref` is the id of the first of its batch."""
APPLY = "hl7.apply"
"""The topic of the jobs that apply what could not be applied as it was taken up; `ref` is the message's id."""
BESIDE = "hl7.beside"
"""The topic of the jobs by which a message stands in the streams of the other patients whom it concerns."""
ANSWER_TYPE = "answer"
"""The type of what is no message but an answer of a hospital's system that nobody could read."""
ASIDE = "state IN ('quarantined', 'refused')"
"""The condition of the index of messages that were never applied."""
WAITING = "place IS NOT NULL"
"""The condition of the index of messages that were not taken up yet."""
Key = tuple[str, ...]
KEY_COLUMNS = ("peer", "control_id", "sent_at", "sending_application", "sending_facility")
NAMED = "FROM inbox_message WHERE operator_id = {mark} AND control_id <> '' AND " + " AND ".join(
    f"{column} = column{number}" for number, column in enumerate(KEY_COLUMNS, start=1)
)
# A query of one row: for EXISTS PostgreSQL reads the whole inbox into a hash as long as it has not counted it.
_NAMED_BEFORE = f"column{KEY_COLUMNS.index('control_id') + 1} <> '' AND (SELECT 1 {NAMED} LIMIT 1) IS NOT NULL"


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
    Column("place", BigInteger),
    Column("streams", Text),
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
Index(
    "ix_inbox_message_waiting",
    INBOX_MESSAGE.c.operator_id,
    INBOX_MESSAGE.c.place,
    INBOX_MESSAGE.c.message_id,
    **where(WAITING),
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

    @property
    def key(self) -> Key:
        """What must be the same for two messages to be one: nothing but their bytes is missing."""
        return self.peer, self.control_id, self.sent_at, self.sending_application, self.sending_facility


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is to be stored, with the answer to it; `reason` holds no personal data.

    `streams` are those in which it waits to be taken up; none where it is never applied.
    """

    message_id: str
    envelope: Envelope
    raw: bytes = field(repr=False)
    sha256: str
    ack: bytes = field(repr=False)
    state: InboxState
    received_at: datetime
    reason: str = ""
    streams: Sequence[str] = ()


class Inbox:
    """The received messages of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(INBOX_MESSAGE)

    def keep(
        self, envelope: Envelope, raw: bytes, ack: bytes, state: InboxState, received_at: datetime, reason: str = ""
    ) -> str:
        """Store a message with its answer; its id. `reason` holds no personal data."""
        message_id = self._work.ids.new()
        self.keep_all([Kept(message_id, envelope, raw, digest(raw), ack, state, received_at, reason)])
        return message_id

    def keep_all(self, messages: Sequence[Kept], place: int | None = None) -> None:
        """Store messages with their answers in one statement; those with streams wait at that place."""
        if messages:
            insert_rows(self._work.connection, INBOX_MESSAGE, self._rows(messages, place))

    def keep_new(self, messages: Sequence[Kept], place: int) -> frozenset[str]:
        """The same for those whose name no message had before, which stand once in `messages`; the ids of the kept."""
        if not messages:
            return frozenset()
        rows, then = self._rows(messages, place), "ON CONFLICT DO NOTHING RETURNING message_id"
        connection, asked = self._work.connection, (self._work.operator_id,)
        unless = _NAMED_BEFORE.format(mark=mark(connection))
        kept = insert_rows(connection, INBOX_MESSAGE, rows, then, unless=unless, asked=asked)
        return frozenset(message_id for (message_id,) in kept)

    def _rows(self, messages: Sequence[Kept], place: int | None) -> Sequence[dict[str, object]]:
        seal = self._work.seal.raw_sealer(INBOX_MESSAGE.name, "raw", self._work.now.date())
        # The columns of `KEY_COLUMNS` first and in its order.
        return [
            {
                "peer": kept.envelope.peer,
                "control_id": kept.envelope.control_id,
                "sent_at": kept.envelope.sent_at,
                "sending_application": kept.envelope.sending_application,
                "sending_facility": kept.envelope.sending_facility,
                "operator_id": self._work.operator_id,
                "message_id": kept.message_id,
                "message_type": kept.envelope.message_type,
                "sha256": kept.sha256,
                "raw": seal(kept.message_id, kept.raw),
                "ack": kept.ack,
                "state": kept.state.value,
                "reason": kept.reason[:200],
                "received_at": kept.received_at,
                "patient_index": self.patient_index(kept.envelope.patient),
                "place": place if kept.streams else None,
                "streams": " ".join(kept.streams) or None,
            }
            for kept in messages
        ]

    def patient_index(self, record_number: str) -> str | None:
        """By what the messages about that record number are found; None for nobody."""
        return self._work.seal.index("inbox.patient", record_number) if record_number else None

    def raw(self, message_id: str) -> bytes:
        """The bytes as they were received; LookupError when there is no such message."""
        return self.opened(self.get(message_id))

    def opened(self, row: Row[Any]) -> bytes:
        """The same of a message whose row was read already."""
        return self._work.seal.open_own(INBOX_MESSAGE.name, "raw", row.message_id, row.raw)

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


def digest(raw: bytes) -> str:
    """By which the same content is told again."""
    return hashlib.sha256(raw).hexdigest()
