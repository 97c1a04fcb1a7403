"""What the inbox knows of the names that messages give themselves: whether one comes again, and with what content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hospital_bridge.store.inbox import INBOX_MESSAGE, KEY_COLUMNS, NAMED, Envelope, Key
from hospital_bridge.store.many_rows import given_rows, mark

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

# Queries of one row each, in the words of the partial index: as a join either database would read the whole table
# where it knows no better (SQLite always, PostgreSQL by a plan that it made while the table was small).
_ASKED = (
    f"SELECT asked.*, (SELECT ack {NAMED} AND sha256 = column{len(KEY_COLUMNS) + 1}), (SELECT sha256 {NAMED} LIMIT 1)"  # noqa: S608
    " FROM ({given}) AS asked"
)
_KINDS = tuple(INBOX_MESSAGE.c[column].type for column in (*KEY_COLUMNS, "sha256"))


class Standing(StrEnum):
    """What the inbox knows of a message that comes in."""

    NEW = "new"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"


class Known:
    """The contents that stand under each name, with the answers to those that were asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._answers: dict[Key, dict[str, bytes]] = {}
        for *key, sha256, ack, some in rows:
            if ack is not None:
                self._answers.setdefault(tuple(key), {})[sha256] = ack
            elif some is not None:
                self._answers.setdefault(tuple(key), {})[some] = b""

    def standing(self, envelope: Envelope, sha256: str) -> tuple[Standing, bytes]:
        """Whether the message was seen before, and the stored answer if so."""
        named = self._answers.get(envelope.key)
        if not named:
            return Standing.NEW, b""
        same = named.get(sha256)
        return (Standing.CONTRADICTED, b"") if same is None else (Standing.REPEATED, same)

    def add(self, envelope: Envelope, sha256: str, ack: bytes) -> None:
        """What stands there from now on; a message without MSH-10 is never taken for one that was seen before."""
        if envelope.control_id:
            self._answers.setdefault(envelope.key, {})[sha256] = ack


def known_of(work: Work, messages: Iterable[tuple[Envelope, str]]) -> Known:
    """What stands under the names that these messages give themselves, asked for in one statement."""
    names = list({(*envelope.key, sha256): None for envelope, sha256 in messages if envelope.control_id})
    if not names:
        return Known(())
    connection, operator_id = work.connection, work.operator_id
    given, values = given_rows(connection, _KINDS, names)
    asked = _ASKED.format(mark=mark(connection), given=given)
    return Known(connection.exec_driver_sql(asked, (operator_id, operator_id, *values)))
