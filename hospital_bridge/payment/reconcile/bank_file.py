"""The bank's statement as a CSV file -> the credits of each day; every row that cannot be believed is told."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO
from itertools import islice

from adapters.errors import Malformed
from adapters.money import fen_from_yuan
from adapters.values import Fen
from hospital_bridge.payment.reconcile.bank_head import head_of, is_credit
from hospital_bridge.payment.reconcile.bill_days import first_day

LARGEST = Fen(100_000_000_000)
"""No wallet credits a hospital with a thousand million yuan at once: such a sum is a slip."""

MOST_ROWS = 100_000
_HEAD_WITHIN = 31
_SEPARATORS = (",", "\t", ";", "|")
_DATE = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)(?:[ T].*)?", re.ASCII)
_PLUS = re.compile(r"^\+(?=\d)", re.ASCII)
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_ASIDE = re.compile(r"#|合计|总计|小计|total", re.IGNORECASE)
_TOTAL = re.compile(r"(合计|总计|小计|total)(金额|笔数)?\s*[:：]?", re.IGNORECASE)


class Fault(StrEnum):
    """What is wrong with the file, or with one row of it."""

    ENCODING = "encoding"
    NO_HEAD = "no_head"
    NO_PAYER = "no_payer"
    NO_ROW = "no_row"
    TOO_LONG = "too_long"
    COLUMNS = "columns"
    DATE = "date"
    FUTURE = "future"
    TOO_OLD = "too_old"
    AMOUNT = "amount"
    DIRECTION = "direction"
    CONTRADICTION = "contradiction"
    NEGATIVE = "negative"
    ZERO = "zero"
    TOO_LARGE = "too_large"
    NO_REFERENCE = "no_reference"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True)
class Told:
    """A fault, or a row that was left out, with its line; `value` is what stands there."""

    line: int
    value: str
    fault: Fault | None = None


@dataclass(slots=True)
class BankFile:
    """The credits of a file by the business day that they are for, in fen; nothing counts while there is a fault."""

    credits: dict[date, Fen] = field(default_factory=dict)
    faults: list[Told] = field(default_factory=list)
    foreign: list[Told] = field(default_factory=list)
    charges: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: credits are for the day `settled_after` days before, where no column names the bill's day.

    Where `sent_by` is given, rows whose payer and summary both lack it are somebody else's and left out. What is of
    a day after `today`, or of more than three years ago, is wrong.
    """

    today: date
    settled_after: int = 1
    sent_by: str = ""


def read(raw: bytes, how: Reading) -> BankFile:
    """The credits of a file, with every row that is wrong or left out."""
    found, seen = BankFile(), dict[str, int]()
    try:
        for line, row in _rows(raw):
            _must_name_payer(row, how)
            _take(found, seen, line, row, how)
    except _Unreadable as unreadable:
        found.faults.append(unreadable.told)
    if not (found.credits or found.faults or found.foreign):
        found.faults.append(Told(0, "", Fault.NO_ROW))
    return found


class _Unreadable(Exception):
    def __init__(self, fault: Fault, line: int = 0, value: str = "") -> None:
        super().__init__(fault)
        self.told = Told(line, value[:40], fault)


def _rows(raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and named cells of each row below the head."""
    text = _text(raw)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text))
    heads: Sequence[str] = ()
    for number, written in enumerate(_each(reader)):
        cells = _trimmed(written)
        if not any(cells) or (heads and _is_aside(heads, cells)):
            continue
        if number > MOST_ROWS:
            raise _Unreadable(Fault.TOO_LONG, reader.line_num)
        if not heads:
            heads = head_of(cells)
            continue
        if len(cells) < len(heads) or any(cells[len(heads) :]):
            raise _Unreadable(Fault.COLUMNS, reader.line_num, ",".join(cells))
        yield reader.line_num, _named(heads, cells)


def _named(heads: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cells by what they are; of several columns that are the same, the texts together."""
    row: dict[str, str] = {}
    for name, cell in zip(heads, cells, strict=False):
        if name:
            row[name] = f"{row[name]}\n{cell}" if name in row else cell
    return row


def _separator(text: str) -> str:
    """The one by which a line is a head; the texts of a statement may hold any of them."""
    for separator in _SEPARATORS:
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        # What cannot be read by this one may well be by the next.
        with suppress(csv.Error):
            if any(map(head_of, islice(filter(any, map(_trimmed, rows)), _HEAD_WITHIN))):
                return separator
    raise _Unreadable(Fault.NO_HEAD)


def _trimmed(written: Sequence[str]) -> Sequence[str]:
    return [cell.strip().strip("`'").strip() for cell in written]


def _is_aside(heads: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether it is a total or a remark: it begins like one, and has no day, or is called a total and nothing else."""
    first, row = next(filter(None, cells)), dict(zip(heads, cells, strict=False))
    if not _ASIDE.match(first):
        return False
    # A credit's summary, payer or reference may begin so too, and its day may be mistyped.
    if _YEAR.match(row.get("date", "")):
        return _TOTAL.fullmatch(first) is not None and row.get("reference", "") in ("", first)
    return True


def _each(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise _Unreadable(Fault.COLUMNS, 0, str(error)) from error


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _Unreadable(Fault.ENCODING)


def _take(found: BankFile, seen: dict[str, int], line: int, row: Mapping[str, str], how: Reading) -> None:
    """Count one row, or tell what is wrong with it."""
    if _is_charge(row):
        found.charges += 1
        return
    if how.sent_by and how.sent_by not in row.get("payer", "") + "\n" + row.get("summary", ""):
        found.foreign.append(Told(line, row["amount"]))
        return
    try:
        _must_be_credit(line, row)
        amount = _amount(line, row["amount"])
        day = _business_day(line, row, how)
        _once(line, row["reference"], seen)
    except _Unreadable as wrong:
        found.faults.append(wrong.told)
        return
    found.credits[day] = Fen(found.credits.get(day, 0) + amount)


def _must_name_payer(row: Mapping[str, str], how: Reading) -> None:
    """A file without the columns would have every row left out as somebody else's."""
    if how.sent_by and row.keys().isdisjoint(("payer", "summary")):
        raise _Unreadable(Fault.NO_PAYER)


def _is_charge(row: Mapping[str, str]) -> bool:
    """Whether the row only charges the account, by its column of debits or by the one that says which it is."""
    if "debit" in row:
        return not _is_zero(row["debit"]) and _is_zero(row["amount"])
    return is_credit(row.get("direction", "")) is False


def _must_be_credit(line: int, row: Mapping[str, str]) -> None:
    if "direction" not in row:
        return
    says = is_credit(row["direction"])
    if "debit" in row and says is False and not _is_zero(row["amount"]):
        raise _Unreadable(Fault.CONTRADICTION, line, f"{row['direction']}, {row['amount']}")
    # Where debits have a column of their own, the columns say which it is.
    if "debit" not in row and says is None:
        raise _Unreadable(Fault.DIRECTION, line, row["direction"])


def _is_zero(text: str) -> bool:
    return not text.strip("-0.")


def _amount(line: int, text: str) -> Fen:
    try:
        told = _PLUS.sub("", text)
        amount = fen_from_yuan(told.replace(",", "") if _THOUSANDS.fullmatch(told) else told)
    except Malformed:
        raise _Unreadable(Fault.AMOUNT, line, text) from None
    if amount >= LARGEST:
        raise _Unreadable(Fault.TOO_LARGE, line, text)
    if amount <= 0:
        raise _Unreadable(Fault.NEGATIVE if amount else Fault.ZERO, line, text)
    return amount


def _business_day(line: int, row: Mapping[str, str], how: Reading) -> date:
    """The day that a credit is for, by its column or by the bank's day, each of which may be."""
    at_bank = _day(line, row["date"], how.today)
    if row.get("about"):
        return _day(line, row["about"], how.today)
    day = at_bank - timedelta(how.settled_after)
    if day < first_day(how.today):
        raise _Unreadable(Fault.TOO_OLD, line, row["date"])
    return day


def _day(line: int, text: str, today: date) -> date:
    day = _date(line, text)
    # A bill that is not there yet, or no more, would be asked for without end.
    if day > today:
        raise _Unreadable(Fault.FUTURE, line, text)
    if day < first_day(today):
        raise _Unreadable(Fault.TOO_OLD, line, text)
    return day


def _date(line: int, text: str) -> date:
    found = _DATE.fullmatch(text)
    try:
        year, month, day = filter(None, found.groups() if found else ())
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _Unreadable(Fault.DATE, line, text) from None


def _once(line: int, reference: str, seen: dict[str, int]) -> None:
    if not reference:
        raise _Unreadable(Fault.NO_REFERENCE, line)
    if reference in seen:
        raise _Unreadable(Fault.DOUBLED, line, f"{reference} ({seen[reference]})")
    seen[reference] = line
