"""Where a value stands in an XML or JSON document: a small path language, read once and exact.

| written | is |
|---|---|
| `/Response/Data/Row` | from the root, which is named in XML and is not in JSON |
| `Fee/Amount` | from the row |
| `../@code` | the parent's attribute |
| `Item[2]`, `Item[Key='fee']/Value`, `Item[@type='1']` | the second one; the one whose child or attribute is that |
| `soap:Body` | only in the namespace of that prefix; without a prefix the namespace does not matter |
| `Row/*` | any element |
| `.` | the row itself |
| `/` | the whole document; in JSON each value of a list that is the whole |
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

_NAME = r"[^\W\d][\w.\-]*"
_STEP = re.compile(
    rf"(?:(?P<prefix>{_NAME}):)?(?P<name>{_NAME}|\*)"
    rf"(?:\[(?:(?P<index>[1-9]\d{{0,5}})|(?P<key>@?{_NAME})='(?P<value>[^']*)')\])?\Z"
)
_ATTRIBUTE = re.compile(rf"@(?:{_NAME}:)?({_NAME})\Z")


class Node(Protocol):
    """A place in a document."""

    @property
    def parent(self) -> Node | None:
        """What it stands in; None for the root."""

    def inside(self, name: str, namespace: str | None) -> Iterable[Node]:
        """What stands in it under that name, every thing for `*`; in any namespace where that is None."""

    def holds(self, name: str) -> bool:
        """Whether a list of that name can stand in it without a single row."""

    def names(self) -> Iterable[str]:
        """The names of what stands in it."""

    def each(self) -> Iterable[Node]:
        """Itself, or the values of the list that it is."""

    @property
    def is_nothing(self) -> bool:
        """Whether it says that there is nothing, as null does where a list or a record would stand."""

    def attribute(self, name: str) -> str | None:
        """An attribute of it."""

    def text(self) -> str:
        """What is written there; Malformed where it is no text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step down; of several things the `index`-th (from 1), or those whose `key` says `value`."""

    name: str
    namespace: str | None = None
    index: int = 0
    key: str = ""
    value: str = ""

    def taken(self, node: Node) -> list[Node]:
        """Where it leads."""
        found = list(node.inside(self.name, self.namespace))
        if self.index:
            return found[self.index - 1 : self.index]
        return [each for each in found if self._holds(each)] if self.key else found

    def _holds(self, node: Node) -> bool:
        if self.key.startswith("@"):
            return node.attribute(self.key[1:]) == self.value
        return any(child.text().strip() == self.value for child in node.inside(self.key, None))


@dataclass(frozen=True, slots=True)
class Path:
    """A path as it was written, and its steps; `absolute` begins at the root, `up` counts the `..` before the steps."""

    written: str
    absolute: bool = False
    up: int = 0
    steps: tuple[Step, ...] = field(default=(), repr=False)
    attribute: str = ""

    @property
    def leaves_the_row(self) -> bool:
        """Whether it begins outside the row that it is read from."""
        return self.absolute or self.up > 0

    @property
    def leaf(self) -> str:
        """The same without what chooses among several things, as a document names its leaves."""
        names = [step.name for step in self.steps]
        return "/".join([*names, f"@{self.attribute}"] if self.attribute else names) or "."

    def nodes(self, node: Node, root: Node) -> list[Node]:
        """Every place that it leads to, in order."""
        if self.absolute and not self.steps:
            return list(root.each())
        found = [root if self.absolute else node]
        for _ in range(self.up):
            found = [each.parent for each in found if each.parent is not None]
        for step in self.steps:
            found = [inner for each in found for inner in step.taken(each)]
        return found

    def is_there(self, node: Node, root: Node) -> bool:
        """Whether its last step has a place to stand in, though there may be nothing in it."""
        if not self.steps:
            return not root.is_nothing
        return any(each.holds(self.steps[-1].name) for each in self._above(node, root))

    def beside(self, node: Node, root: Node) -> list[str]:
        """The names that stand where its last step should, those that look like it first."""
        names = list(dict.fromkeys(name for each in self._above(node, root) for name in each.names()))
        near = difflib.get_close_matches(self.steps[-1].name, names, n=len(names), cutoff=0.6) if names else []
        return list(dict.fromkeys([*near, *names]))

    def _above(self, node: Node, root: Node) -> list[Node]:
        """The places that its last step begins at."""
        steps = self.steps[:-1]
        return [root] if self.absolute and not steps else Path("", self.absolute, self.up, steps).nodes(node, root)

    def texts(self, node: Node, root: Node) -> Iterator[str]:
        """What is written at each of these places, stripped."""
        for each in self.nodes(node, root):
            said = each.attribute(self.attribute) if self.attribute else each.text()
            if said is not None:
                yield said.strip()


def path_of(written: str, namespaces: Mapping[str, str]) -> Path:
    """The path; ValueError says what of it cannot be read."""
    text = written.strip()
    absolute = text.startswith("/")
    parts = text.removeprefix("/").split("/") if text not in ("/", ".") else []
    up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    if absolute and up:
        raise ValueError(f"{written}: there is nothing above the root")
    parts = parts[up:]
    attribute = ""
    if parts and (found := _ATTRIBUTE.match(parts[-1])):
        attribute = found[1]
        parts = parts[:-1]
    return Path(written, absolute, up, tuple(_step(part, written, namespaces) for part in parts), attribute)


def _step(part: str, written: str, namespaces: Mapping[str, str]) -> Step:
    found = _STEP.match(part)
    if not found:
        raise ValueError(f"{written}: {part or 'nothing'!r} is no step of a path")
    prefix = found["prefix"]
    if prefix is not None and prefix not in namespaces:
        raise ValueError(f"{written}: the prefix {prefix} stands for no namespace")
    return Step(
        found["name"],
        namespaces[prefix] if prefix is not None else None,
        int(found["index"] or 0),
        found["key"] or "",
        found["value"] or "",
    )


Compile = Callable[[str], Path]
"""`path_of` with the namespaces of a dialect."""
