"""A frozen value as its filled fields one after another, as people read and compare it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


@dataclass(frozen=True, slots=True)
class NewsField:
    """One filled field.

    `path` is its whole name, such as `observations[1].flag`, `name` the end of it. A heading has no text (None): what
    stands in it follows, one deeper.
    """

    path: str
    name: str
    depth: int
    text: str | None = field(repr=False)


def fields_of(value: object, *, depth: int = 0, above: str = "") -> Iterator[NewsField]:
    """Each filled field of a dataclass in its order, what is inside it further in; nothing of any other value."""
    if not dataclasses.is_dataclass(value):
        return
    for each in dataclasses.fields(value):
        held = getattr(value, each.name)
        if held not in ("", (), None, b""):
            yield from _field(f"{above}{each.name}", each.name, held, depth)


def _field(path: str, name: str, held: object, depth: int) -> Iterator[NewsField]:
    if isinstance(held, tuple):
        for number, item in enumerate(held, start=1):
            yield from _field(f"{path}[{number}]", f"{name} {number}", item, depth)
    elif dataclasses.is_dataclass(held):
        yield NewsField(path, name, depth, None)
        yield from fields_of(held, depth=depth + 1, above=f"{path}.")
    else:
        yield NewsField(path, name, depth, text_of(held))


def text_of(held: object) -> str:
    """A value as it is read and compared; bytes by their length and digest."""
    if isinstance(held, bytes):
        return f"{len(held)} bytes, SHA-256 {hashlib.sha256(held).hexdigest()[:12]}"
    if isinstance(held, Enum):
        return str(held.value)
    return held.isoformat() if isinstance(held, date) else str(held)
