"""JSON whose numbers keep their written form: `7.10` stays `7.10` (FHIR R4 section 2.24.0.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.errors import Malformed

_NO_CHARACTERS = range(0xD800, 0xE000)


class Number(str):
    """A number as it was written."""

    __slots__ = ()


def parse(raw: bytes) -> dict[str, Any]:
    """The one object that the bytes hold; Malformed where they are no UTF-8, no JSON, or leave open what they mean."""
    try:
        text = raw.decode("utf-8-sig")
        found = json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_no_number, object_pairs_hook=_object
        )
    except (ValueError, RecursionError):
        raise Malformed("not a JSON document in UTF-8") from None
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    if "\\u" in text:
        _check_characters(found)
    return found


def written(value: Any) -> bytes:
    """The same value as bytes, every number as it came, keys in their order; Malformed where it is nested too deep."""
    parts: list[str] = []
    try:
        _write(value, parts.append)
    except RecursionError:
        raise Malformed("objects within each other without end") from None
    return "".join(parts).encode()


def _write(value: Any, put: Any) -> None:
    if isinstance(value, Number):
        put(value)
    elif isinstance(value, Mapping):
        put("{")
        for place, (key, each) in enumerate(value.items()):
            put(f"{',' if place else ''}{json.dumps(key, ensure_ascii=False)}:")
            _write(each, put)
        put("}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        put("[")
        for place, each in enumerate(value):
            put("," if place else "")
            _write(each, put)
        put("]")
    else:
        put(json.dumps(value, ensure_ascii=False))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of two values under one key nobody could say which holds."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_text: str) -> Any:
    raise ValueError


def _check_characters(value: Any) -> None:
    """Half a character or a zero byte, which no database keeps, cannot be meant."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and any(ord(sign) in _NO_CHARACTERS or not ord(sign) for sign in each):
            raise Malformed("a text holds what is no character")
