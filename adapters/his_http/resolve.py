"""The settings as they were written -> every operation with its knobs resolved, its places and templates read.

ValidationError names each fault under the keys that a hospital's IT wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from marshmallow import ValidationError

from adapters.his_http import template
from adapters.his_http.charset import codec_of, sending_codec_of
from adapters.his_http.hl7_places import hl7_place
from adapters.his_http.knobs import TABLES, USUAL
from adapters.his_http.outcomes import Judgement, Place, Rule
from adapters.his_http.path import path_of
from adapters.his_http.reply import BASE64, FORMS, HL7
from adapters.his_http.settings import Asking, Digest, FeedOperation, Operation, Reading, Source, Unwrapping
from adapters.his_http.template import Template, template_of
from adapters.records.conventions import conventions_from
from adapters.records.schema import ConventionsSchema

Read = Callable[[str], Place]
Made = TypeVar("Made")


def knobs_of(written: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Every knob of one operation: its own, else its dialect's, else the top's, else as it usually is."""
    dialect = top["dialects"].get(written["dialect"], {})
    found: dict[str, Any] = {}
    for layer in (USUAL, top, dialect, written):
        for knob in USUAL.keys() & layer.keys():
            found[knob] = {**found.get(knob, {}), **layer[knob]} if knob in TABLES else layer[knob]
    return found


def operation_of(name: str, written: Mapping[str, Any], top: Mapping[str, Any]) -> Operation:
    """One operation; ValidationError with its faults."""
    knobs = knobs_of(written, top)
    faults = _Faults()
    read = place_reader(knobs)
    operation = Operation(name, _asking(knobs, faults), _reading(written, knobs, read, faults))
    faults.raised()
    return operation


def feed_of(name: str, written: Mapping[str, Any], top: Mapping[str, Any]) -> FeedOperation:
    """One feed; ValidationError with its faults."""
    operation = operation_of(name, written, top)
    read = place_reader(knobs_of(written, top))
    faults = _Faults()
    made = FeedOperation(
        operation=operation,
        kind=written["kind"],
        every=timedelta(seconds=written["every"]),
        id=faults.tried(("id",), partial(_source, written["id"], read), Source(())),
        version=faults.tried(("version",), partial(_source, written["version"], read), Source(())),
        by_number=written["by_number"],
        first=timedelta(hours=written["first_hours"]),
        overlap=timedelta(seconds=written["overlap"]),
        window=timedelta(hours=written["window_hours"]),
    )
    faults.raised()
    return made


def place_reader(knobs: Mapping[str, Any]) -> Read:
    """What reads a place of a reply of that form; in HL7 one that begins with a slash belongs to the wrappers."""

    def read(text: str) -> Place:
        is_hl7 = knobs["reply"] == HL7 and not text.strip().startswith("/")
        return hl7_place(text) if is_hl7 else path_of(text, knobs["namespaces"])

    return read


class _Faults:
    """Faults under their keys, all told at once."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def tried(self, keys: tuple[str | int, ...], make: Callable[[], Made], instead: Made) -> Made:
        """What is made, or a fault under the keys."""
        try:
            return make()
        except ValueError as fault:
            held: Any = self._found
            for key in keys[:-1]:
                held = held.setdefault(key, {})
            held[keys[-1]] = [str(fault)]
            return instead

    def raised(self) -> None:
        """ValidationError where there is any."""
        if self._found:
            raise ValidationError(self._found)


def _asking(knobs: Mapping[str, Any], faults: _Faults) -> Asking:
    escape = knobs["escape"]

    def rendered(key: tuple[str | int, ...], text: str, way: str) -> Template:
        return faults.tried(key, partial(template_of, text, way), Template(()))

    ends = knobs["template"].strip()
    ends = ends.replace("\n", "\r") if escape == "hl7" else ends
    return Asking(
        url=knobs["url"],
        path=rendered(("path",), knobs["path"], "url"),
        method=knobs["method"],
        headers={name: rendered(("headers", name), text, "line") for name, text in knobs["headers"].items()},
        envelope=rendered(("envelope",), knobs["envelope"].strip(), escape) if knobs["envelope"] else None,
        frame=rendered(("frame",), knobs["frame"].strip(), escape) if knobs["frame"] else None,
        template=rendered(("template",), ends, escape),
        values=knobs["values"],
        digests={
            name: Digest(each["algorithm"], rendered(("digests", name), each["of"], template.RAW), each["upper"])
            for name, each in knobs["digests"].items()
        },
        charset=sending_codec_of(knobs["charset"]) or "utf-8",
        reply_charset=codec_of(knobs["reply_charset"]) or "" if knobs["reply_charset"] else "",
        statuses=knobs["statuses"],
        unwrap=faults.tried(("unwrap",), lambda: [_layer(text, knobs) for text in knobs["unwrap"]], []),
        reply_form=knobs["reply"],
        segments=knobs["segments"],
        echo=faults.tried(("echo",), lambda: place_reader(knobs)(knobs["echo"]) if knobs["echo"] else None, None),
        judgement=_judgement(knobs, faults),
    )


def _layer(text: str, knobs: Mapping[str, Any]) -> Unwrapping:
    form, _, place = text.partition(":")
    if text == BASE64:
        return Unwrapping(BASE64)
    if form not in FORMS or not place:
        raise ValueError(f"{text}: a layer is written xml:/Envelope/Body/return, json:/d or base64")
    return Unwrapping(form, place_reader({**knobs, "reply": form})(place))


def _judgement(knobs: Mapping[str, Any], faults: _Faults) -> Judgement:
    read = place_reader(knobs)
    return Judgement(
        code=faults.tried(("code",), lambda: read(knobs["code"]) if knobs["code"] else None, None),
        codes=knobs["codes"],
        rules=list(_rules("rules", knobs["rules"], read, faults)),
        otherwise=knobs["otherwise"],
    )


def _rules(key: str, written: list[Mapping[str, Any]], read: Read, faults: _Faults) -> Iterator[Rule]:
    for number, rule in enumerate(written):
        place = faults.tried((key, number, "at"), partial(read, rule["at"]), None)
        if place is not None:
            yield Rule(place, tuple(rule["tests"]), tuple(rule["words"]), rule.get("means", ""))


def _reading(written: Mapping[str, Any], knobs: Mapping[str, Any], read: Read, faults: _Faults) -> Reading:
    def place(key: str) -> Place | None:
        text = written.get(key, "")
        return faults.tried((key,), lambda: read(text) if text else None, None)

    return Reading(
        rows=place("rows"),
        may_be_absent=written["may_be_absent"],
        only=list(_rules("only", written["only_rows"], read, faults)),
        fields=_sources("fields", written["fields_"], read, faults),
        items=place("items"),
        item_fields=_sources("item_fields", written.get("item_fields", {}), read, faults),
        first=knobs["first"],
        page_size=written["page_size"],
        complete=written["complete"],
        drop_when_empty=written["drop_when_empty"],
        keep=timedelta(seconds=written.get("keep", 0)),
        conventions=conventions_from(ConventionsSchema().load(knobs["conventions"])),
    )


def _sources(key: str, written: Mapping[str, Any], read: Read, faults: _Faults) -> Mapping[str, Source]:
    return {name: faults.tried((key, name), partial(_source, text, read), Source(())) for name, text in written.items()}


def _source(written: Any, read: Read) -> Source:
    parts = written if isinstance(written, list) else [written]
    if len(parts) == 1 and parts[0].startswith("'") and parts[0].endswith("'") and len(parts[0]) > 1:
        return Source((), parts[0][1:-1])
    return Source(tuple(tuple(read(place) for place in part.split(",")) for part in parts))
