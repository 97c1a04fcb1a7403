"""The tables of a feed row by row; what cannot be read is noted with its place, and reading goes on.

A faulty field reads as a harmless value, so that one pass tells every fault; the feed as a whole is then refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?", re.ASCII)
_YUAN = re.compile(r"\d{1,7}(?:\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong where; `line` counts from 1 and is 0, `field` empty, where the whole file is meant."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        place = self.file + (f", line {self.line}" if self.line else "") + (f", {self.field}" if self.field else "")
        return f"{place}: {self.problem}"


class FeedRefused(Exception):
    """The feed is not taken over; `faults` holds every one that was found."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; its readings note what they cannot read in `faults`."""

    file: str
    line: int
    values: Mapping[str, str]
    faults: list[FieldFault]

    def fault(self, field: str, problem: str) -> None:
        """Note that this field of this row is wrong."""
        self.faults.append(FieldFault(self.file, self.line, field, problem))

    def optional(self, field: str) -> str:
        """The text of the field; empty where the table lacks it."""
        return self.values.get(field, "")

    def text(self, field: str) -> str:
        """The text of a field that must hold one."""
        value = self.optional(field)
        if not value:
            self.fault(field, "is empty")
        return value

    def known(self, field: str, among: Mapping[str, object]) -> str:
        """An id that stands in another table."""
        value = self.text(field)
        if value and value not in among:
            self.fault(field, f"names {value!r}, which is not in the feed")
        return value

    def whole(self, field: str, choices: Sequence[int] = ()) -> int:
        """A whole number, one of `choices` where these are given."""
        value = self.text(field)
        if value and not _WHOLE.fullmatch(value):
            self.fault(field, f"{value!r} is no whole number")
        elif value and choices and int(value) not in choices:
            self.fault(field, f"{value!r} is none of {', '.join(map(str, choices))}")
        elif value:
            return int(value)
        return choices[0] if choices else 0

    def day(self, field: str) -> date:
        """A date as YYYYMMDD."""
        value = self.text(field)
        try:
            if _DAY.fullmatch(value):
                return datetime.strptime(f"{value}+0000", "%Y%m%d%z").date()
        except ValueError:
            pass
        if value:
            self.fault(field, f"{value!r} is no date as YYYYMMDD")
        return date.min

    def clock(self, field: str) -> timedelta:
        """A time of the service day as H:MM:SS; hours beyond 24 are of the night that follows."""
        value = self.text(field)
        if match := _TIME.fullmatch(value):
            hours, minutes, seconds = map(int, match.groups())
            return timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if value:
            self.fault(field, f"{value!r} is no time as HH:MM:SS")
        return timedelta()

    def degrees(self, field: str, most: int) -> Decimal:
        """A coordinate within `most` degrees of zero."""
        value = self.text(field)
        if _DEGREES.fullmatch(value) and abs(Decimal(value)) <= most:
            return Decimal(value)
        if value:
            self.fault(field, f"{value!r} is no coordinate within {most} degrees")
        return Decimal(0)

    def fen(self, field: str) -> int:
        """A price in yuan with at most two places, as fen."""
        value = self.text(field)
        if _YUAN.fullmatch(value):
            return int(Decimal(value) * 100)
        if value:
            self.fault(field, f"{value!r} is no price in yuan with at most two places")
        return 0


def rows_of(folder: Path, file: str, needed: Sequence[str], faults: list[FieldFault]) -> Iterator[Row]:
    """The rows of a table that must be there, hold something and have at least the columns `needed`."""
    before, empty = len(faults), True
    for row in _rows_of(folder, file, needed, faults):
        empty = False
        yield row
    if empty and len(faults) == before:
        faults.append(FieldFault(file, 0, "", "holds no rows"))


def optional_rows_of(folder: Path, file: str, needed: Sequence[str], faults: list[FieldFault]) -> Iterator[Row]:
    """The same of a table that a feed may lack or leave empty."""
    if (folder / file).exists():
        yield from _rows_of(folder, file, needed, faults)


def _rows_of(folder: Path, file: str, needed: Sequence[str], faults: list[FieldFault]) -> Iterator[Row]:
    try:
        # The standard allows a byte order mark; spreadsheets write one.
        text = (folder / file).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        faults.append(FieldFault(file, 0, "", "is missing"))
    except OSError:
        # Such as a feed that is still one archive, or a table that belongs to somebody else.
        faults.append(FieldFault(file, 0, "", "cannot be opened"))
    except UnicodeDecodeError as unreadable:
        line = unreadable.object.count(b"\n", 0, unreadable.start) + 1
        faults.append(FieldFault(file, line, "", "is not UTF-8"))
    else:
        yield from _read(file, text, needed, faults)


def _read(file: str, text: str, needed: Sequence[str], faults: list[FieldFault]) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [column.strip() for column in next(lines, [])]
        problems = [FieldFault(file, 1, column, "the column is missing") for column in needed if column not in header]
        problems += [
            FieldFault(file, 1, column, "the column stands there twice")
            for column in sorted({column for column in header if header.count(column) > 1})
        ]
        faults.extend(problems)
        if not problems:
            yield from _rows(file, lines, header, faults)
    except csv.Error as broken:
        faults.append(FieldFault(file, lines.line_num, "", f"is no CSV: {broken}"))


def _rows(file: str, lines: Reader, header: Sequence[str], faults: list[FieldFault]) -> Iterator[Row]:
    before = 1
    for cells in lines:
        # A quoted field may hold line breaks: a row is named by the line that it begins on.
        line, before = before + 1, lines.line_num
        if not cells:
            continue
        if len(cells) != len(header):
            faults.append(FieldFault(file, line, "", f"has {len(cells)} fields where the header has {len(header)}"))
            continue
        yield Row(file, line, dict(zip(header, (cell.strip() for cell in cells), strict=True)), faults)
