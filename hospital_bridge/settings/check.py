"""One table held against one schema: the loaded values, or every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from hospital_bridge.settings.expectation import expectation, says_it_all
from hospital_bridge.settings.faults import Fault, with_nearest
from hospital_bridge.settings.references import References, by_key
from hospital_bridge.settings.section import Section
from hospital_bridge.settings.sentence import Sentence
from hospital_bridge.settings.toml_lines import KeyPath

_WHOLE = "_schema"
"""marshmallow's key for what concerns a table as a whole."""

_QUOTED = 60
"""Characters of a wrong value that are repeated to its writer."""

_Holder = Schema | fields.Field[Any] | None


def check(
    schema: Schema, section: Section, environment: Mapping[str, str], faults: list[Fault]
) -> dict[str, Any] | None:
    """The values that the schema makes of the section; None when it added to `faults`."""
    references = References(section, environment)
    table = references.resolved(schema)
    found = list(references.faults)
    loaded: dict[str, Any] | None = None
    try:
        loaded = schema.load(table)
    except ValidationError as error:
        for holder, path, text in _leaves(schema, None, error.messages_dict, ()):
            if path not in references.spoiled:
                found.append(_fault(holder, section, path, text))
    faults.extend(found)
    return None if found else loaded


def _leaves(
    holder: _Holder, above: _Holder, messages: Any, path: KeyPath
) -> Iterator[tuple[tuple[_Holder, _Holder], KeyPath, str]]:
    """Each message with what holds it: the field (None when unknown) and the schema or field above it."""
    if not isinstance(messages, Mapping):
        for text in messages:
            yield (holder, above), path, str(text)
        return
    for key, inner in messages.items():
        if key == _WHOLE or (isinstance(above, fields.Dict) and key in {"key", "value"}):
            yield from _leaves(None if key == "key" else holder, above, inner, path)
        else:
            yield from _leaves(_inside(holder, key), _opened(holder), inner, (*path, key))


def _opened(holder: _Holder) -> _Holder:
    return holder.schema if isinstance(holder, fields.Nested) else holder


def _inside(holder: _Holder, key: str | int) -> _Holder:
    opened = _opened(holder)
    if isinstance(opened, Schema):
        return by_key(opened).get(str(key))
    if isinstance(opened, fields.List):
        return opened.inner
    return opened.value_field if isinstance(opened, fields.Dict) else None


def _fault(holders: tuple[_Holder, _Holder], section: Section, path: KeyPath, text: str) -> Fault:
    holder, above = holders
    if holder is None and isinstance(above, Schema):
        sentence = with_nearest(Sentence("unknown key"), str(path[-1]), list(by_key(above)))
        return section.fault(path, "HB-C003", sentence)
    if not isinstance(holder, fields.Field):
        return section.fault(path, "HB-C005", Sentence(text))
    expected = expectation(holder)
    written = _written(section.table, path)
    if written is None:
        return section.fault(path, "HB-C004", Sentence("missing; expected {expected}", {"expected": expected}))
    if holder.metadata.get("own_words") or _is_accepted(holder, written):
        return section.fault(path, "HB-C005", Sentence(text))
    if holder.metadata.get("secret"):
        return section.fault(path, "HB-C005", Sentence("the secret is not usable: {why}", {"why": Sentence(text)}))
    sentence = Sentence("{value} is not {expected}", {"value": _quoted(written), "expected": expected})
    if not says_it_all(holder, text):
        sentence = Sentence("{what} ({why})", {"what": sentence, "why": Sentence(text)})
    return section.fault(path, "HB-C005", sentence)


def _is_accepted(field: fields.Field[Any], value: Any) -> bool:
    """Whether the field by itself takes the value: then a rule of the whole table, or of its key, speaks alone."""
    if field.metadata.get("secret") or isinstance(field, fields.Nested | fields.List):
        return False  # a secret inside stands there by reference
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    return True


def _written(table: Any, path: KeyPath) -> Any:
    """What the file says at `path`; None where it says nothing, for TOML has no null."""
    value = table
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 1]}…"
