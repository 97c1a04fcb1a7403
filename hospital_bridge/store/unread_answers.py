"""Answers of a hospital's systems that nobody could read, kept for a person as messages are that were refused.

They are sealed, looked at and purged as received messages are. A system that answers nothing else fills no disk.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hospital_bridge.store.inbox import ANSWER_TYPE, ASIDE, INBOX_MESSAGE, Envelope, InboxState, digest
from hospital_bridge.store.metadata import as_indexed

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

LARGEST = 64 * 1024
"""Bytes of one answer that are kept; what is wrong with one mostly shows at its beginning."""
MOST = 20
"""Different answers to one operation that are kept in a `WHILE`."""
WHILE = timedelta(hours=24)


def keep_unread(work: Work, peer: str, raw: bytes, reason: str) -> bool:
    """Keep an answer under `operator/system.operation`, False for enough of it; `reason` holds no personal data."""
    kept = raw[:LARGEST]
    row = INBOX_MESSAGE.c
    asked = select(row.sha256).where(row.operator_id == work.operator_id, as_indexed(ASIDE), row.peer == peer)
    lately = asked.where(row.message_type == ANSWER_TYPE, row.received_at > work.now - WHILE).limit(MOST)
    known = work.connection.execute(lately).scalars().all()
    if len(known) >= MOST or digest(kept) in known:
        return False
    if len(raw) > LARGEST:
        reason = f"the first {LARGEST} of {len(raw)} bytes; {reason}"
    envelope = Envelope(peer, message_type=ANSWER_TYPE)
    work.inbox.keep(envelope, kept, b"", InboxState.REFUSED, work.now, reason)
    return True
