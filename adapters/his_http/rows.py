"""Rows of a document as records, each completed by what other operations tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters import texts
from adapters.errors import Malformed
from adapters.his_http.outcomes import Place, Rule
from adapters.his_http.settings import Reading, Source
from adapters.his_http.template import JOINED
from adapters.records import Record

_MOST_NAMES = 8


def rows_of(document: Any, reading: Reading) -> list[Any]:
    """The rows that count; Malformed where there is no place for any, for a firm no must not come of a wrong path."""
    if reading.rows is None:
        found = [document]
    else:
        found = [node for node in reading.rows.nodes(document, document) if not node.is_nothing]
        if not found and not reading.may_be_absent and not reading.rows.is_there(document, document):
            raise Malformed(_no_list(reading.rows, document))
    strange = next((rule for rule in reading.only if found and not _is_anywhere(rule, found, document)), None)
    if strange is not None:
        raise Malformed(f"{strange.place.written} (`only`): no row of the answer has it")
    return [row for row in found if all(rule.holds(row, document) for rule in reading.only)]


def _no_list(rows: Place, document: Any) -> str:
    """What is wrong, and the names beside it; one that may be a person's number is not told."""
    beside = ", ".join([name for name in rows.beside(document, document) if texts.code(name)][:_MOST_NAMES])
    there = f"; what stands there is {beside}" if beside else ""
    return f"{rows.written}: there is no such list in the answer{there} (`may_be_absent` where that means no rows)"


def _is_anywhere(rule: Rule, rows: Iterable[Any], document: Any) -> bool:
    """Whether any row has the place at all: one that none has is misspelt, and would leave out every row."""
    return any(rule.holds(row, document) or any(True for _ in rule.place.texts(row, document)) for row in rows)


def count(document: Any, reading: Reading) -> int:
    """How many rows there are, those too that do not count."""
    return 1 if reading.rows is None else len(reading.rows.nodes(document, document))


def record_of(row: Any, document: Any, fields: Mapping[str, Source]) -> Record:
    """Our field names and their texts; '' where a place is empty."""
    return {name: text_of(source, row, document) for name, source in fields.items()}


def text_of(source: Source, row: Any, document: Any) -> str:
    """A constant, or what stands at the places; Malformed where a part of a joined number could not be told apart."""
    if not source.groups:
        return source.constant
    parts = [_first(group, row, document) for group in source.groups]
    if len(parts) > 1 and any(JOINED in part for part in parts):
        raise Malformed(f"{source.groups[0][0].written}: a part of a joined number holds {JOINED}")
    return JOINED.join(parts) if any(parts) else ""


def records_of(document: Any, reading: Reading) -> Iterator[Record]:
    """A record for each row; rows with items have one for each item, or one without where there are none."""
    for row in rows_of(document, reading):
        yield from records_in(row, document, reading)


def records_in(row: Any, document: Any, reading: Reading) -> Iterator[Record]:
    """The records of one row."""
    head = record_of(row, document, reading.fields)
    items = reading.items.nodes(row, document) if reading.items else []
    for item in items:
        yield {**head, **record_of(item, document, reading.item_fields)}
    if not items:
        yield head


def _first(group: tuple[Place, ...], row: Any, document: Any) -> str:
    return next((text for place in group for text in place.texts(row, document) if text), "")
