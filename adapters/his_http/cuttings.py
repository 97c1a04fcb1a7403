"""One thing of a feed as it is kept: its rows as they stood in the answer, and what of them stood elsewhere.

What was cut out reads the same for ever: nothing is in it that a second look at the same thing would change.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import tostring

from adapters.errors import Malformed
from adapters.his_http import documents
from adapters.his_http.documents import JsonNode, XmlNode
from adapters.his_http.joining import joined
from adapters.his_http.rows import records_in, text_of
from adapters.his_http.settings import HttpHisSettings, Operation, Source
from adapters.records import Record


@dataclass(frozen=True, slots=True)
class Cutting:
    """One row: itself, the texts of fields outside of it, and what each lookup said; or why a lookup failed."""

    row: str
    above: Record
    told: Sequence[Sequence[Record]] = ()
    fault: str = ""


def written(feed: str, cuttings: Sequence[Cutting]) -> bytes:
    """The bytes to keep."""
    rows = [
        {"row": each.row, "above": each.above, "told": each.told, **({"fault": each.fault} if each.fault else {})}
        for each in cuttings
    ]
    return json.dumps({"feed": feed, "rows": rows}, ensure_ascii=False, sort_keys=True).encode()


def read(raw: bytes) -> tuple[str, Sequence[Cutting]]:
    """The feed and the rows; Malformed where the bytes were not written here."""
    try:
        kept = json.loads(raw)
        rows = [Cutting(row["row"], row["above"], row["told"], row.get("fault", "")) for row in kept["rows"]]
        return str(kept["feed"]), rows
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Malformed("not a thing of a feed that was fetched here") from None


def cut(row: Any, document: Any, operation: Operation) -> tuple[str, Record]:
    """A row's own text, and the texts of its fields that stand outside of it."""
    outside = {name: text_of(source, row, document) for name, source in _outside(operation.reading.fields).items()}
    return fragment_of(row), outside


def fragment_of(row: XmlNode | JsonNode) -> str:
    """The row alone."""
    if isinstance(row, JsonNode):
        return json.dumps(row.value, ensure_ascii=False, sort_keys=True)
    element = copy.copy(row.top if row.element is None else row.element)
    element.tail = None
    return tostring(element, encoding="unicode")


def node_of(fragment: str, form: str) -> XmlNode | JsonNode:
    """The row again."""
    if form == "json":
        return documents.parsed_json(fragment)
    document = documents.xml(fragment)
    return XmlNode(document.top, document.top, document)


def records_of(cutting: Cutting, operation: Operation, settings: HttpHisSettings) -> Sequence[Record]:
    """The records of a row with all that was told of it; Malformed where a lookup had failed."""
    if cutting.fault:
        raise Malformed(cutting.fault)
    node = node_of(cutting.row, operation.asking.reply_form)
    own: list[Record] = [{**record, **cutting.above} for record in records_in(node, node, operation.reading)]
    for name, told in zip(operation.reading.complete, cutting.told, strict=False):
        own = list(joined(own, told, settings.lookups[name]))
    return own


def unread(cutting: Cutting, operation: Operation) -> Iterator[tuple[str, str]]:
    """Every filled place of a row that no field of the settings reads."""
    reading = operation.reading
    seen = {leaf for source in reading.fields.values() for leaf in _leaves(source)}
    if reading.items is not None:
        above = getattr(reading.items, "leaf", "")
        seen |= {f"{above}/{leaf}" for source in reading.item_fields.values() for leaf in _leaves(source)}
    node = node_of(cutting.row, operation.asking.reply_form)
    yield from ((path, text) for path, text in node.leaves() if path not in seen)


def _outside(fields: Mapping[str, Source]) -> Mapping[str, Source]:
    return {
        name: source
        for name, source in fields.items()
        if any(place.leaves_the_row for group in source.groups for place in group)
    }


def _leaves(source: Source) -> Iterator[str]:
    for group in source.groups:
        for place in group:
            yield getattr(place, "leaf", place.written)
