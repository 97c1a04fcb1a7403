"""What a database says went wrong -> one of the five outcomes, by tables; no text of the database's is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from sqlalchemy import exc

from adapters import meanings
from adapters.errors import Busy, Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused

ANY = "*"
"""Around the words of a message by which a database that has no codes of its own tells one no from another."""

_UNDONE_COMMIT = frozenset(
    {
        *("40001", "40P01", "55P03", "57014"),
        *("1205", "1213", "1222"),
        *("ORA-00054", "ORA-00060", "ORA-08177", "ORA-30006"),
        *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_SNAPSHOT"),
    }
)
"""Deadlocks and locks that were waited for too long: also at a commit the database says so only of what it undid.

Any other error of a commit tells nothing: a driver that has waited long enough (DPY-4024, HYT00) asks the database to
stop, and a commit may have been done by then. SQLSTATE of PostgreSQL and ODBC; numbers of MySQL, MariaDB and SQL
Server; Oracle; SQLite.
"""

_UNWRITABLE = frozenset({"22P05", "22021", "1366", "3988"})
"""A character that the database's own set lacks: its statement was turned away before anything was done."""

_NATIVE = re.compile(r"ORA-\d{5}|DPY-\d{4}|(?<=\()\d{1,6}(?=\) \()", re.ASCII)
_CODE = re.compile(r"[\w.:-]{1,40}", re.ASCII)


class Stage(Enum):
    """How far a call had come: nothing was sent, a statement was under way, or its commit was."""

    BEFORE = auto()
    READING = auto()
    CHANGING = auto()
    COMMITTING = auto()


@dataclass(slots=True)
class Progress:
    """Where a call stands; the one who makes it moves `stage` on."""

    stage: Stage = Stage.BEFORE


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns a failure into its outcome.

    `errors` gives a `Reason`, `busy` or `unknown` for a code of the database, the name of a constraint or words. With
    `own_commit` the statement may have committed part of its work before it failed.
    """

    errors: Mapping[str, str]
    retry_after: timedelta
    own_commit: bool = False

    @contextmanager
    def judging(self, progress: Progress) -> Iterator[None]:
        """Every error of SQLAlchemy or its driver in the block is an outcome; nothing of it is quoted or shown."""
        try:
            yield
        except (exc.SQLAlchemyError, UnicodeError, OverflowError) as error:
            raise self.outcome(error, progress.stage) from None

    def outcome(self, error: Exception, stage: Stage) -> OutsideError:
        """What it means that the call failed so at that stage."""
        if isinstance(error, exc.TimeoutError):
            return Busy("every connection to the hospital's database is in use", retry_after=self.retry_after)
        if isinstance(error, UnicodeEncodeError) or self._is_unwritable(error, stage):
            return Refused("the hospital's database has no such character", reason=Reason.NOT_ALLOWED)
        if isinstance(error, UnicodeError | OverflowError):
            return self._unread(stage)
        if stage in (Stage.BEFORE, Stage.READING):
            return self._of_reading(error, stage)
        return self._of_change(error, stage)

    def _is_unwritable(self, error: Exception, stage: Stage) -> bool:
        """Whether the database says so of a statement of which nothing can have been done already."""
        may_be_done = stage is Stage.COMMITTING or (stage is Stage.CHANGING and self.own_commit)
        return not may_be_done and not _UNWRITABLE.isdisjoint(native_codes(error))

    def _of_reading(self, error: Exception, stage: Stage) -> OutsideError:
        codes = tuple(native_codes(error))
        where = "cannot be reached" if stage is Stage.BEFORE else "did not answer a reading"
        return NotDone(
            _told(f"the hospital's database {where}", codes),
            native_code=next(iter(codes), ""),
            retry_after=self.retry_after,
        )

    def _of_change(self, error: Exception, stage: Stage) -> OutsideError:
        """A firm word of the database counts, a lost connection tells nothing."""
        codes = tuple(native_codes(error))
        native = next(iter(codes), "")
        meaning = next((self.errors[code] for code in codes if code in self.errors), "") or self._by_words(error)
        is_lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
        if not meaning:
            is_undone = bool(codes) and not is_lost and not self.own_commit
            if stage is Stage.COMMITTING:
                is_undone = is_undone and not _UNDONE_COMMIT.isdisjoint(codes)
            meaning = meanings.BUSY if is_undone else meanings.UNKNOWN
        text = _told("the hospital's database failed at a change", codes)
        return meanings.error(meaning, text, native_code=native, retry_after=self.retry_after)

    def _by_words(self, error: Exception) -> str:
        """What a key such as `*full*` says of a message that holds its words."""
        said = str(getattr(error, "orig", ""))
        worded = ((key.strip(ANY), meaning) for key, meaning in self.errors.items() if key.startswith(ANY))
        return next((meaning for words, meaning in worded if words and words in said), "")

    @staticmethod
    def _unread(stage: Stage) -> OutsideError:
        text = "the hospital's database answered in another character set than its driver was told"
        return OutcomeUnknown(text) if stage in (Stage.CHANGING, Stage.COMMITTING) else Malformed(text)


def native_codes(error: Exception) -> Iterator[str]:
    """Every code by which the database names the failure, the most telling first: a constraint, its own, a state."""
    origin = getattr(error, "orig", None)
    if origin is None:
        return
    diagnosis = getattr(origin, "diag", None)
    yield from _codes(
        getattr(diagnosis, "constraint_name", None),
        getattr(origin, "sqlstate", None),
        getattr(origin, "pgcode", None),
        getattr(origin, "sqlite_errorname", None),
    )
    for argument in getattr(origin, "args", ()):
        yield from _codes(getattr(argument, "full_code", None))
        if isinstance(argument, int) and not isinstance(argument, bool):
            yield str(argument)
        elif isinstance(argument, str):
            yield from _NATIVE.findall(argument)
            if re.fullmatch(r"[0-9A-Z]{5}", argument):
                yield argument


def _codes(*found: object) -> Iterator[str]:
    yield from (code for code in found if isinstance(code, str) and _CODE.fullmatch(code))


def _told(text: str, codes: tuple[str, ...]) -> str:
    return f"{text}: {codes[0]}" if codes else text
