"""A place in a resource: plain JSON underneath, each value taken by name, each fault told with its FHIR path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from adapters.errors import Malformed
from adapters.his_fhir.json_text import Number

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)
_CHOICE = re.compile(r"[A-Z][A-Za-z0-9]*", re.ASCII)
_NOTHING: Mapping[str, Any] = {}

Contained = Mapping[str, tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a resource; an absent one is empty and false.

    `contained` are the resources inside the one it belongs to, by their id, with their paths; `looked_at` collects the
    paths of the values that were taken, where somebody wants to know them.
    """

    value: Mapping[str, Any] = field(repr=False)
    path: str
    contained: Contained = field(default_factory=dict, repr=False)
    looked_at: set[str] | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def type(self) -> str:
        """The resource's type."""
        return self.text("resourceType")

    def text(self, key: str) -> str:
        """The text there, outer blanks off, empty where nothing stands; numbers and truth values as written."""
        return self._as_text(self._taken(key), key)

    def required(self, key: str) -> str:
        """The text there; Malformed where nothing stands."""
        found = self.text(key)
        if not found:
            raise Malformed(f"{self.path}.{key} is missing")
        return found

    def number(self, key: str) -> str:
        """The number there as it was written, empty where none stands."""
        found = self.text(key)
        if found and not _NUMBER.fullmatch(found):
            raise Malformed(f"{self.path}.{key} is no number")
        return found

    def texts(self, key: str) -> Sequence[str]:
        """The texts of a list; one text is a list of it."""
        found = self._taken(key)
        listed = found if isinstance(found, list) else [found]
        return [self._as_text(each, key) for each in listed if each is not None]

    def child(self, key: str) -> Node:
        """The object there; the first where a list stands."""
        return next(iter(self.children(key)), Node(_NOTHING, f"{self.path}.{key}", self.contained, self.looked_at))

    def children(self, key: str) -> Sequence[Node]:
        """The objects of a list; one object is a list of it."""
        found = self.value.get(key)
        if found is None:
            return ()
        if isinstance(found, Mapping):
            return (self._at(found, f"{self.path}.{key}"),)
        if not isinstance(found, list):
            raise Malformed(f"{self.path}.{key} is no object")
        return [self._at(each, f"{self.path}.{key}[{number}]") for number, each in enumerate(found) if each is not None]

    def choice(self, name: str) -> str:
        """The key under which `name[x]` stands, such as valueQuantity, empty where none does; Malformed on two."""
        found = [key for key in self.value if key.startswith(name) and _CHOICE.fullmatch(key[len(name) :])]
        if len(found) > 1:
            raise Malformed(f"{self.path}.{name}[x] stands twice")
        return found[0] if found else ""

    def has(self, key: str) -> bool:
        """Whether anything stands there."""
        return self.value.get(key) is not None

    def inside(self, identifier: str) -> Node | None:
        """The contained resource of that id, None where there is none."""
        if identifier not in self.contained:
            return None
        path, found = self.contained[identifier]
        return Node(found, path, self.contained, self.looked_at)

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Path and text of every value under this place that nobody took."""
        seen = self.looked_at or set()
        return ((path, text) for path, text in _leaves(self.value, self.path) if path not in seen)

    def _taken(self, key: str) -> Any:
        if self.looked_at is not None:
            self.looked_at.add(f"{self.path}.{key}")
        return self.value.get(key)

    def _as_text(self, found: Any, key: str) -> str:
        if found is None:
            return ""
        if isinstance(found, bool):
            return "true" if found else "false"
        if not isinstance(found, str):
            raise Malformed(f"{self.path}.{key} is no text")
        return str(found) if isinstance(found, Number) else found.strip()

    def _at(self, value: Any, path: str) -> Node:
        if not isinstance(value, Mapping):
            raise Malformed(f"{path} is no object")
        return Node(value, path, self.contained, self.looked_at)


def resource(value: Any, looked_at: set[str] | None = None, path: str = "") -> Node:
    """The root of a resource; Malformed where it does not say what it is."""
    kind = value.get("resourceType") if isinstance(value, Mapping) else None
    if not is_type(kind):
        raise Malformed("resourceType is missing")
    path, inner = path or kind, value.get("contained")
    listed = enumerate(inner) if isinstance(inner, list) else ()
    contained = {each["id"]: (f"{path}.contained[{number}]", each) for number, each in listed if _has_id(each)}
    return Node(value, path, contained, looked_at)


def is_type(kind: object) -> TypeGuard[str]:
    """Whether it can be the name of a type of resource."""
    return isinstance(kind, str) and _TYPE.fullmatch(kind) is not None


def _has_id(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("id"), str)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{path}[{number}]" if isinstance(each, Mapping | list) else path)
    elif value is not None:
        yield path, str(value)
