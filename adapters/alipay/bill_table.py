"""The detail files of an Alipay bill: head, column names, rows, end mark, totals (wallet reference 1.5, bill).

A zip of GBK CSV files. Columns are found by header name, for their number varies by contract.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO

from adapters.errors import Malformed
from adapters.money import fen_from_yuan

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
_MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_ENCODING = "gb18030"  # a superset of GBK, for names that GBK lacks
_DAMAGED = "\ufffd"  # what stands for bytes that are no text
_DATE = r"(\d{4})年(\d{2})月(\d{2})日"
_SPAN = re.compile(rf"起始日期：\[{_DATE} 00:00:00\]\s*终止日期：\[{_DATE} (\d{{2}}:\d{{2}}:\d{{2}})\]")
# zipfile raises RuntimeError for an encrypted member, a kind of it for an unknown compression, ValueError for an offset
# that lies before the archive.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, csv.Error, EOFError, RuntimeError)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """What tells one kind of bill from another: the columns that are read, its end, and the totals after it.

    `at` is the column with the time that must be of the day.
    `total` finds in a remark what is counted, how many there are and, where it says so, their sum in yuan; `counted`
    says what a row counts as, `moved` what it adds to that sum.
    """

    read: frozenset[str]
    at: str
    end_mark: str
    total: re.Pattern[str]
    counted: Callable[[Row], str]
    moved: Callable[[Row], int]


def rows(archive: IO[bytes], layout: Layout, *, day: date, seller_id: str) -> Iterator[Row]:
    """The rows of the archive's detail files, one by one; the archive is closed at the end.

    Raises Malformed for another day or account, a damaged archive, or a list that ends early; what was
    given before that counts only when the iterator ends. What is no text in a column that is not read does no harm.
    """
    try:
        with archive, zipfile.ZipFile(archive, metadata_encoding="gbk") as opened:
            for name in _detail_files(opened):
                with opened.open(name) as packed, _as_text(packed) as text:
                    yield from _Detail(layout, day, seller_id).rows(text)
    except _UNREADABLE as error:
        raise Malformed(f"the bill cannot be read ({type(error).__name__})") from None


def _as_text(packed: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(packed, _ENCODING, errors="replace", newline="")


def _detail_files(opened: zipfile.ZipFile) -> list[str]:
    details = [each for each in opened.infolist() if each.filename.endswith(".csv") and "汇总" not in each.filename]
    if not details:
        raise Malformed("the bill holds no detail file")
    if sum(each.file_size for each in details) > _MAX_UNPACKED_BYTES:
        raise Malformed("the bill is too large once unpacked")
    if any(each.flag_bits & 1 for each in details):
        raise Malformed("the bill is encrypted")
    return [each.filename for each in details]


class _Detail:
    """One detail file, read line by line: head, column names, rows, end mark, totals."""

    def __init__(self, layout: Layout, day: date, seller_id: str) -> None:
        self._layout = layout
        self._day = day
        self._day_text = day.isoformat()
        self._seller_id = seller_id
        self._width = 0
        self._places: list[tuple[str, int]] = []
        self._ended = False
        self._head: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    def rows(self, lines: Iterator[str]) -> Iterator[Row]:
        for cells in csv.reader(lines):
            first = cells[0] if cells else ""
            if first.startswith("#"):
                self._read_remark(",".join(cells))
            elif not self._width:
                self._read_names(cells)
            elif any(cell.strip() for cell in cells):
                yield self._read_row(cells)
        self._check_complete()

    def _read_names(self, cells: list[str]) -> None:
        _check_intact({"the names of columns": ",".join(cells)})
        self._width = len(cells)
        self._places = [(name.strip(), place) for place, name in enumerate(cells) if name.strip() in self._layout.read]

    def _read_remark(self, remark: str) -> None:
        _check_intact({"a remark": remark})
        self._ended = self._ended or self._layout.end_mark in remark
        if remark.startswith("#账号："):
            self._require(self._seller_id in remark, "account")
        if span := _SPAN.search(remark):
            self._read_span(*span.groups())
        if total := self._layout.total.match(remark):
            self._require(self._counts[total.group(1)] == int(total.group(2)), f"number of entries ({total.group(1)})")
            if total.group(3):
                self._require(self._sums[total.group(1)] == fen_from_yuan(total.group(3)), f"sum ({total.group(1)})")

    def _read_span(self, *written: str) -> None:
        start, end = (date(*map(int, part)) for part in (written[:3], written[3:6]))
        ends = {(self._day + timedelta(days=1), "00:00:00"), (self._day, "23:59:59")}
        if start != self._day or (end, written[6]) not in ends:
            raise Malformed(f"the bill is of {start} to {end} and not of {self._day} alone")
        self._head.add("day")

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001 - a named check
        if not holds:
            raise Malformed(f"the bill's {what} is not the expected one")
        self._head.add(what)

    def _read_row(self, cells: list[str]) -> Row:
        if len(cells) != self._width or self._ended:
            raise Malformed("a row of the bill is not where or what its header says")
        row = {name: cells[place].strip() for name, place in self._places}
        _check_intact(row)
        if not cell(row, self._layout.at).startswith(self._day_text):
            raise Malformed("the bill's day is not the expected one")
        kind = self._layout.counted(row)
        self._counts[kind] += 1
        self._sums[kind] += self._layout.moved(row)
        return row

    def _check_complete(self) -> None:
        if not (self._ended and {"account", "day"} <= self._head):
            raise Malformed("the bill lacks its head or its end")


def _check_intact(told: Row) -> None:
    """Malformed where a part of what is read, by its name, is no text."""
    if _DAMAGED in "".join(told.values()):
        damaged = ", ".join(name for name, value in told.items() if _DAMAGED in value)
        raise Malformed(f"the bill cannot be read: damaged in {damaged}")


def cell(row: Row, column: str) -> str:
    """What stands in that column; Malformed where nothing does."""
    if not row.get(column):
        raise Malformed(f"the bill lacks {column}")
    return row[column]
