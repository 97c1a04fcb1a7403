"""TOML with the line of every key, which the standard library's parser does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

KeyPath = tuple[str | int, ...]
"""Keys from the top of the document; an int counts the tables of an array from 0."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, on which each key of a valid TOML document is written.

    A value that spans lines counts from its first. A table that is only implied has no line of its own.
    """
    lines: dict[KeyPath, int] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, statement in _statements(text):
        header, parsed = statement.lstrip().startswith("["), tomllib.loads(statement)
        if header:
            table = _opened(parsed, arrays)
            lines.setdefault(table, line)
        else:
            for path in _paths(parsed):
                lines.setdefault(table + path, line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each header or assignment with its first line: lines are taken together until they parse."""
    first, pending = 0, ""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        first = first if pending else number
        pending += line
        try:
            parsed = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if parsed:
            yield first, pending
        pending = ""


def _opened(parsed: Mapping[str, Any], arrays: dict[KeyPath, int]) -> KeyPath:
    """The path of the table that a header opens, with the index of each array of tables on its way."""
    path: KeyPath = ()
    value: Any = parsed
    while value:
        key, value = next(iter(value.items()))
        path += (key,)
        if isinstance(value, list):
            arrays[path] = arrays.get(path, -1) + 1
            value = value[0]
        if path in arrays:
            path += (arrays[path],)
    return path


def _paths(value: Mapping[str, Any] | list[Any], above: KeyPath = ()) -> Iterator[KeyPath]:
    for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
        path = (*above, key)
        yield path
        if isinstance(inner, dict | list):
            yield from _paths(inner, path)
