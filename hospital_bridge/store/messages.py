"""What wallet users were told: one row a message, which is also their inbox in the pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, LargeBinary, Row, String, Table, UniqueConstraint, func, select

from hospital_bridge.store.keys import Erased
from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, belongs_to, metadata, operator_column, where
from hospital_bridge.store.upsert import insert_on_conflict
from notifications.message import Value

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

MESSAGE = Table(
    "message",
    metadata,
    operator_column(),
    Column("message_id", ID, primary_key=True),
    Column("wallet_user_id", ID, nullable=False),
    Column("vertical", CODE, nullable=False),
    Column("dedupe_key", String(160), nullable=False),
    Column("event", CODE, nullable=False),
    Column("audience", CODE, nullable=False),
    Column("parameters", LargeBinary, nullable=False),
    Column("about", CODE, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("operator_id", "wallet_user_id", "vertical", "dedupe_key"),
    belongs_to("wallet_user", "wallet_user_id"),
)
Index("ix_message_inbox", MESSAGE.c.operator_id, MESSAGE.c.wallet_user_id, MESSAGE.c.created_at)
Index("ix_message_unread", MESSAGE.c.operator_id, MESSAGE.c.wallet_user_id, **where("read_at IS NULL"))

KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """One message as it stands in an inbox; `about` is an opaque id, `read_at` is None while it is new."""

    message_id: str
    wallet_user_id: str
    vertical: str
    event: str
    audience: str
    about: str
    urgent: bool
    created_at: datetime
    read_at: datetime | None
    parameters: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before it is kept; its parameters were checked against their template."""

    vertical: str
    event: str
    audience: str
    wallet_user_id: str
    dedupe_key: str
    about: str
    urgent: bool
    parameters: Mapping[str, Value] = field(repr=False)


class Messages:
    """The messages of one operator; parameters are sealed for the wallet user who was told."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._messages = work.table(MESSAGE)

    def keep(self, told: NewMessage) -> str | None:
        """The id of the message, or None when the wallet user was told before or was erased."""
        message_id = self._work.ids.new()
        try:
            sealed = self._work.seal.seal(
                told.wallet_user_id, MESSAGE.name, "parameters", message_id, _written(told.parameters)
            )
        except Erased:
            return None
        row = {
            "operator_id": self._work.operator_id,
            "message_id": message_id,
            "wallet_user_id": told.wallet_user_id,
            "vertical": told.vertical,
            "dedupe_key": told.dedupe_key,
            "event": told.event,
            "audience": told.audience,
            "parameters": sealed,
            "about": told.about,
            "urgent": told.urgent,
            "created_at": self._work.now,
        }
        statement = insert_on_conflict(self._work.connection, MESSAGE).on_conflict_do_nothing(
            index_elements=["operator_id", "wallet_user_id", "vertical", "dedupe_key"]
        )
        kept = self._work.connection.execute(statement.returning(MESSAGE.c.message_id), row).first()
        return None if kept is None else message_id

    def get(self, message_id: str) -> ToldMessage:
        """The message; LookupError when there is none, Erased when its recipient was."""
        row = self._messages.one(MESSAGE.c.message_id == message_id)
        if row is None:
            raise LookupError(message_id)
        return self._read(row)

    def inbox(self, wallet_user_id: str, limit: int | None = 100) -> Sequence[ToldMessage]:
        """What the wallet user was told, the newest first."""
        order = (MESSAGE.c.created_at.desc(), MESSAGE.c.message_id.desc())
        rows = self._messages.all(MESSAGE.c.wallet_user_id == wallet_user_id, order_by=order, limit=limit)
        return [self._read(row) for row in rows]

    def unread(self, wallet_user_id: str) -> int:
        """How many messages the wallet user has not looked at."""
        new = select(func.count()).where(
            MESSAGE.c.operator_id == self._work.operator_id,
            MESSAGE.c.wallet_user_id == wallet_user_id,
            as_indexed("read_at IS NULL"),
        )
        return self._work.connection.execute(new).scalar_one()

    def mark_read(self, wallet_user_id: str) -> int:
        """The wallet user has looked at everything; how many of the messages were new."""
        new = (MESSAGE.c.wallet_user_id == wallet_user_id, as_indexed("read_at IS NULL"))
        return self._messages.change(*new, read_at=self._work.now)

    def _read(self, row: Row[Any]) -> ToldMessage:
        opened = self._work.seal.open(row.wallet_user_id, MESSAGE.name, "parameters", row.message_id, row.parameters)
        return ToldMessage(
            row.message_id,
            row.wallet_user_id,
            row.vertical,
            row.event,
            row.audience,
            row.about,
            row.urgent,
            row.created_at,
            row.read_at,
            _opened(opened),
        )


def forget_old_messages(work: Work) -> int:
    """Delete what people were told longer ago than messages are kept; how many there were."""
    return work.table(MESSAGE).remove(MESSAGE.c.created_at < work.now - KEPT)


def _written(parameters: Mapping[str, Value]) -> str:
    plain = {name: {"at": v.isoformat()} if isinstance(v, datetime) else v for name, v in parameters.items()}
    return json.dumps(plain, ensure_ascii=False)


def _opened(text: str) -> dict[str, Value]:
    def instant(found: dict[str, Any]) -> Any:
        return datetime.fromisoformat(found["at"]) if isinstance(found.get("at"), str) and len(found) == 1 else found

    parameters: dict[str, Value] = json.loads(text, object_hook=instant)
    return parameters
