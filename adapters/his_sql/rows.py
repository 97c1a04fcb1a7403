"""The rows of one thing as bytes: canonical JSON, which is kept, shown and read again like a message."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adapters.errors import Malformed
from adapters.his_sql import cells
from adapters.his_sql.database import Row

Cells = Mapping[str, str | None]
"""The texts of a row by column; None is NULL."""

_UNDECODED = "base64"


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed told of one thing; `fault` says why its rows could not be read."""

    feed: str
    rows: Sequence[Mapping[str, object]]
    fault: str = ""


def written(feed: str, rows: Sequence[Row], *, charset: str, documents: Collection[str] = ()) -> bytes:
    """The rows as UTF-8; the same rows are always the same bytes.

    Columns in `documents`, names folded, hold bytes and never text.
    """
    return _canonical({"feed": feed, "rows": _told(rows, charset, documents)})


def as_bytes(rows: Sequence[Row], charset: str) -> bytes:
    """Rows that somebody is to look at; what is no text in that character set stands in base64."""
    return _canonical({"rows": _told(rows, charset)})


def unreadable(feed: str, fault: str) -> bytes:
    """In place of rows that cannot be read: nothing behind them waits."""
    return _canonical({"fault": fault, "feed": feed, "rows": []})


def read(raw: bytes) -> Told:
    """What `written` or `unreadable` made; Malformed for anything else."""
    try:
        parts = json.loads(raw)
        return Told(parts["feed"], [dict(row) for row in parts["rows"]], parts.get("fault", ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Malformed("no rows of a feed") from None


def _told(rows: Sequence[Row], charset: str, documents: Collection[str] = ()) -> Sequence[Mapping[str, object]]:
    return [
        {name: _cell(row[name], name.casefold() in documents, charset) for name in row.columns.names} for row in rows
    ]


def texts(row: Mapping[str, object]) -> Cells:
    """The row's texts; Malformed names a column whose bytes are no text in the hospital's character set."""
    strange = next((name for name, cell in row.items() if cell is not None and not isinstance(cell, str)), None)
    if strange is not None:
        raise Malformed(f"{strange} holds bytes that are no text in the settings' charset")
    return {name: cell if isinstance(cell, str) else None for name, cell in row.items()}


def _cell(value: object, is_document: bool, charset: str) -> object:  # noqa: FBT001 - what kind of cell it is
    if value is None:
        return None
    if is_document:
        return cells.encoded(value)
    try:
        return cells.text(value, charset)
    except cells.Undecodable:
        content = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
        return {_UNDECODED: base64.b64encode(content).decode()}


def _canonical(parts: object) -> bytes:
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
