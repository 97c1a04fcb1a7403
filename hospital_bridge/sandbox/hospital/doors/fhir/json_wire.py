"""JSON as this door writes and reads it: money keeps its two places."""

from __future__ import annotations

import json
from typing import Any

from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.sandbox.hospital.request import DATA_TYPE

_MARK = "\ue000"


class Exact(str):
    """A number that is written as it stands."""

    __slots__ = ()


def written(value: Any) -> bytes:
    """The value in UTF-8."""
    text = json.dumps(_marked(value), ensure_ascii=False)
    return text.replace(f'"{_MARK}', "").replace(f'{_MARK}"', "").encode()


def read(body: bytes) -> dict[str, Any]:
    """A resource, its numbers as texts; Declined where the body is none."""
    try:
        found = json.loads(body, parse_float=str)
    except ValueError:
        raise Declined(DATA_TYPE, "not JSON") from None
    if not isinstance(found, dict):
        raise Declined(DATA_TYPE, "not a resource")
    return found


def _marked(value: Any) -> Any:
    if isinstance(value, Exact):
        return f"{_MARK}{value}{_MARK}"
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list) else value
