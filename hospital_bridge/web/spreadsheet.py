"""Tables for a spreadsheet: no cell of theirs is ever a formula there (OWASP ASVS 5.0, 1.2.10)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from adapters.money import yuan_from_fen

_BEGINS_A_FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")
_MARK_OF_TEXT = "'"
_DIGITS_SHOWN = 11
"""A spreadsheet shows a number of more digits in powers of ten, and of more than 15 it forgets the rest for good.

Of any number it forgets the zeros that it begins with.
"""
_END_OF_NUMBER = "\t"
"""Behind a long number it makes a text of it, unseen: the wallets' own bills do the same."""


class Sum(str):
    """A sum in yuan: one below zero is no formula, and marked as text it would be missing from every total."""

    __slots__ = ()


def yuan(fen: int) -> Sum:
    """The cell of a sum in fen."""
    return Sum(yuan_from_fen(fen))


def cell(value: object) -> str:
    """What stands in a cell: a formula and a long number are marked as text; a NUL, which cuts a cell, is gone."""
    if isinstance(value, Sum):
        return str(value)
    text = str(value).replace("\0", "")
    if text.isdecimal() and (len(text) > _DIGITS_SHOWN or (text[0] == "0" and len(text) > 1)):
        return f"{text}{_END_OF_NUMBER}"
    begins = text.lstrip(" \u3000\xa0\ufeff")[:1]
    return f"{_MARK_OF_TEXT}{text}" if begins in _BEGINS_A_FORMULA and begins else text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV (RFC 4180), every cell quoted."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (head, *rows):
        writer.writerow([cell(value) for value in row])
    return written.getvalue()


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table to be saved as a file; the mark of byte order tells spreadsheets that it is UTF-8."""
    response = Response(table(head, rows).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
