"""Where operations are carried out: a statement, its answer here or elsewhere, and what the answer means."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from sqlalchemy import text

from adapters import unread
from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.his_sql import cells
from adapters.his_sql.database import HospitalDatabase, Row
from adapters.his_sql.operations import CALL, OPERATIONS
from adapters.his_sql.rows import as_bytes
from adapters.his_sql.settings import AskedFor, SqlHisSettings
from adapters.records import Record
from adapters.records.conventions import Conventions

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.25
"""Seconds between two looks for an answer that stands elsewhere, each twice as long as the last."""


class SqlDesk:
    """Carries out what the settings name; records come back under our own field names."""

    def __init__(self, database: HospitalDatabase, settings: SqlHisSettings, new_id: Callable[[], str]) -> None:
        self._database = database
        self._settings = settings
        self._new_id = new_id
        self._closed = threading.Event()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed.set()

    def has(self, operation: str) -> bool:
        """Whether the site has it."""
        return operation in self._settings.operations

    def conventions(self, operation: str) -> Conventions:
        """How the database writes; Refused where the site does not have the operation."""
        self._named(operation)
        return self._settings.conventions

    def ask(self, operation: str, values: Record) -> Sequence[Record]:
        """What a question gives; whatever goes wrong has changed nothing."""
        asked = self._named(operation)
        # Asked first: what is worked off between the two questions stands in the second one's answer.
        if asked.waiting and self._read(asked, asked.waiting, values):
            raise NotDone("the hospital has not worked off a change of ours", retry_after=self._settings.retry_after)
        try:
            rows = self._changed(asked, values) if asked.changes else self._read(asked, asked.statement, values)
        except OutcomeUnknown as lost:
            raise NotDone(lost.text, native_code=lost.native_code, retry_after=self._settings.retry_after) from lost
        return self._records(asked, rows) if rows and self._is_yes(asked, rows[0], changes=False) else []

    def tell(self, operation: str, values: Record) -> Sequence[Record]:
        """What a change gives back once it was made; else one of the five outcomes."""
        asked = self._named(operation)
        rows = self._changed(asked, values)
        if not rows and (asked.code or asked.fields):
            raise OutcomeUnknown("the hospital's database gave no answer to a change")
        if rows and not self._is_yes(asked, rows[0], changes=True):
            raise Refused("the hospital found nothing to change", reason=Reason.NOT_FOUND)
        return self._records(asked, rows)

    def told(self, operation: str, values: Record) -> Record:
        """The one record of a change."""
        return self.tell(operation, values)[0]

    def _named(self, operation: str) -> AskedFor:
        asked = self._settings.operations.get(operation)
        if asked is None:
            what = OPERATIONS[operation].what.rstrip(".").lower()
            raise Refused(
                f"this hospital's database has no statement for {operation} ({what})", reason=Reason.NOT_ALLOWED
            )
        return asked

    def _read(self, asked: AskedFor, statement: str, values: Record) -> Sequence[Row]:
        unread.note(b"")
        return self._noted(self._database.read(text(statement), values, asked.judge))

    def _changed(self, asked: AskedFor, values: Record) -> Sequence[Row]:
        bound = {**values, CALL: self._new_id()}
        unread.note(b"")
        rows = self._noted(self._database.change(text(asked.statement), bound, asked.judge))
        return self._answered(asked, bound) if asked.answer else rows

    def _noted(self, rows: Sequence[Row]) -> Sequence[Row]:
        if rows:
            unread.note(partial(as_bytes, rows, self._settings.charset))
        return rows

    def _answered(self, asked: AskedFor, values: Record) -> Sequence[Row]:
        """The answer that another hand writes; the change stands already, so without one nothing is known of it."""
        given_up, pause = monotonic() + self._settings.waits.reply, _FIRST_PAUSE
        while True:
            try:
                rows = self._read(asked, asked.answer, values)
            except NotDone:
                rows = ()
            if rows:
                return rows
            if monotonic() > given_up or self._closed.wait(pause):
                raise OutcomeUnknown("the hospital's answer did not come in time")
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _is_yes(self, asked: AskedFor, row: Row, *, changes: bool) -> bool:
        """Whether there is something; an answer without the code that was to tell is never a yes."""
        code, message = (self._cell(row, column) if column else "" for column in (asked.code, asked.message))
        return asked.rules.holds(code, message, changes=changes, retry_after=self._settings.retry_after)

    def _records(self, asked: AskedFor, rows: Sequence[Row]) -> Sequence[Record]:
        return [
            {**asked.fixed, **{field: self._cell(row, column) for field, column in asked.fields.items()}}
            for row in rows
        ]

    def _cell(self, row: Row, column: str) -> str:
        if column not in row:
            raise Malformed(f"the statement has no column {column}")
        try:
            return cells.text(row[column], self._settings.charset)
        except cells.Undecodable:
            raise Malformed(f"{column} holds bytes that are no text in the settings' charset") from None
