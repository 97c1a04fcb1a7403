"""The table of a WeChat bill: column names, rows, names of totals, one row of totals (wallet reference 2, bill).

The text is UTF-8 with a mark of byte order, every value of a row begins with a backquote, and values are not quoted: a
comma or a line break inside of one is told by what follows it. Columns are found by name.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from typing import IO

from adapters.errors import Malformed

MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_LONGEST_LINE = 64 * 1024
_MARK = "`"

Row = Mapping[str, str]


class BillTable:
    """One table, read once and line by line; Malformed unless it is whole and, with a `sha1`, the one of that digest.

    What `rows` gave counts only when it has ended; `totals` stand from then on. `sha1` is of the unpacked text (hex).
    """

    def __init__(self, file: IO[bytes], *, totals: str, sha1: str = "", is_packed: bool = False) -> None:
        self._file = file
        self._bytes: IO[bytes] = gzip.GzipFile(fileobj=file) if is_packed else file  # type: ignore[assignment]
        self._first_total = totals
        self._sha1 = sha1
        self.count = 0
        self.totals: Row = {}

    def rows(self) -> Iterator[Row]:
        """The rows by column name; the file is closed at the end."""
        try:
            with self._file:
                yield from self._read()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise Malformed(f"the bill cannot be read ({type(error).__name__})") from None

    def _read(self) -> Iterator[Row]:
        lines = self._lines()
        columns = next(lines, "").split(",")
        names: list[str] = []
        for line in lines:
            if line.startswith(self._first_total):
                names = line.split(",")
                break
            self.count += 1
            yield _row(columns, line)
        last = next(lines, "")
        if not names or not last.startswith(_MARK) or next(lines, ""):
            raise Malformed("the bill ends without its totals, or goes on after them")
        self.totals = _row(names, last)

    def _lines(self) -> Iterator[str]:
        """Lines as they are meant: what begins with neither a value nor a name of a total belongs to the one before."""
        held = ""
        for line in self._checked():
            if held and not line.startswith((_MARK, self._first_total)):
                held += line
                if len(held) > _LONGEST_LINE:
                    raise Malformed("the bill has a line without an end")
            else:
                if held:
                    yield held.rstrip("\r\n")
                held = line
        if held.strip():
            yield held.rstrip("\r\n")

    def _checked(self) -> Iterator[str]:
        digest, left = hashlib.sha1(usedforsecurity=False), MAX_UNPACKED_BYTES
        for number, raw in enumerate(iter(lambda: self._bytes.readline(_LONGEST_LINE), b"")):
            digest.update(raw)
            left -= len(raw)
            if left < 0:
                raise Malformed("the bill is too large once unpacked")
            text = raw.decode("utf-8-sig" if not number else "utf-8")
            if text.strip():
                yield text
        if self._sha1 and digest.hexdigest() != self._sha1.lower():
            raise Malformed("the bill is not the one of its digest")


def required(row: Row, *names: str) -> str:
    """The first of the columns that the bill has; Malformed when it has none of them, or nothing stands there."""
    for name in names:
        if name in row:
            if not row[name]:
                break
            return row[name]
    raise Malformed(f"the bill lacks {names[0]}")


def _row(columns: list[str], line: str) -> Row:
    values = line[1:].split(f",{_MARK}") if line.startswith(_MARK) else []
    if len(values) != len(columns):
        raise Malformed("a row of the bill is not what its header says")
    return {name.strip(): value.strip() for name, value in zip(columns, values, strict=True)}
