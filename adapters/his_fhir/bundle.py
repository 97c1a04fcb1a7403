"""Resources that came together: who refers to whom, without asking anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.errors import Malformed
from adapters.his_fhir.addresses import is_id, split_reference
from adapters.his_fhir.node import Node, is_type, resource


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Bundle; `included` was not searched for but referred to."""

    resource: Mapping[str, Any] = field(repr=False)
    address: str
    included: bool


class Neighbours:
    """Resources by the references that lead to them: type and id, or the address under which they came.

    `base` is the server's: a reference that names another server means nothing of this one, whatever its id.
    """

    def __init__(self, entries: Iterable[Entry], base: str, looked_at: set[str] | None = None) -> None:
        self._base = base.rstrip("/")
        self._looked_at = looked_at
        self._by_reference: dict[str, Mapping[str, Any]] = {}
        for entry in entries:
            self.add(entry.resource, entry.address)

    def add(self, value: Mapping[str, Any], address: str = "") -> None:
        """Know one more; one that does not say what it is can be referred to by nobody."""
        kind, identifier = value.get("resourceType"), value.get("id")
        if not is_type(kind):
            return
        if isinstance(identifier, str):
            self._by_reference.setdefault(f"{kind}/{identifier}", value)
        if address:
            self._by_reference.setdefault(address, value)

    def resolve(self, reference: Node) -> Node | None:
        """The resource that a Reference means: contained, come along, or None. A version is not told apart."""
        written = reference.text("reference")
        if written.startswith("#"):
            return reference.inside(written[1:])
        found = self._by_reference.get(written.partition("/_history/")[0])
        if found is None and not is_elsewhere(written, self._base):
            found = self._by_reference.get("/".join(split_reference(written)))
        return None if found is None else resource(found, self._looked_at, _path(found))

    def all(self) -> Sequence[Node]:
        """Every resource that is known."""
        unique = {id(each): each for each in self._by_reference.values()}
        return [resource(each, self._looked_at, _path(each)) for each in unique.values()]


def bundle(value: Mapping[str, Any]) -> Node:
    """The Bundle; Malformed where it is another resource."""
    root = resource(value)
    if root.type != "Bundle":
        raise Malformed("resourceType is not Bundle")
    return root


def entries(root: Node) -> Iterable[Entry]:
    """Every entry that holds a resource with its type."""
    for entry in root.children("entry"):
        value = entry.value.get("resource")
        if isinstance(value, Mapping) and isinstance(value.get("resourceType"), str):
            mode = entry.child("search").text("mode")
            yield Entry(value, entry.text("fullUrl"), mode in ("include", "outcome"))


def next_link(root: Node) -> str:
    """Where the next page is, empty on the last one."""
    return next((link.text("url") for link in root.children("link") if link.text("relation") == "next"), "")


def is_elsewhere(reference: str, base: str) -> bool:
    """Whether a reference names something that is not under that base."""
    is_absolute = "://" in reference or reference.startswith("urn:")
    return is_absolute and not reference.startswith(f"{base.rstrip('/')}/")


def _path(value: Mapping[str, Any]) -> str:
    """Type and id, as a fault calls a resource: a patient's id may be a record number, and is not told."""
    kind, identifier = str(value.get("resourceType")), value.get("id")
    told = isinstance(identifier, str) and is_id(identifier) and kind != "Patient"
    return f"{kind}/{identifier}" if told else kind
