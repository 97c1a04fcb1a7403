"""A reply as a document: XML through defusedxml, JSON with its numbers as they were written.

Whatever is not whole is Malformed: half a document, a document type (and with it every entity bomb), an HTML page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.errors import Malformed
from adapters.his_http.path import Node

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@dataclass(frozen=True, slots=True)
class XmlNode:
    """An element, or with `element` None what stands above the root element."""

    element: Element | None
    top: Element
    parent: Node | None = None

    def inside(self, name: str, namespace: str | None) -> Iterable[Node]:
        children = [self.top] if self.element is None else self.element
        return [XmlNode(child, self.top, self) for child in children if _is_called(child, name, namespace)]

    def holds(self, name: str) -> bool:
        """A list without a row is written as nothing; where other elements stand the name is misspelt."""
        return self.element is not None and not any(self.names())

    def names(self) -> Iterable[str]:
        children = [self.top] if self.element is None else self.element
        return (local(child.tag) for child in children if _is_called(child, "*", None))

    def each(self) -> Iterable[Node]:
        return [self]

    @property
    def is_nothing(self) -> bool:
        return False

    def attribute(self, name: str) -> str | None:
        attributes = {} if self.element is None else self.element.attrib
        return next((value for key, value in attributes.items() if local(key) == name), None)

    def text(self) -> str:
        """Its own text; that of an element with others inside is what stands before them."""
        return "" if self.element is None else self.element.text or ""

    def leaves(self, above: str = "") -> Iterator[tuple[str, str]]:
        """Every filled attribute and text of it and below it, with its path."""
        if self.element is None:
            return
        for key, value in self.element.attrib.items():
            if value.strip() and key != _NIL:
                yield f"{above}/@{local(key)}".lstrip("/"), value
        if self.element.text and self.element.text.strip():
            yield above or ".", self.element.text.strip()
        for child in self.element:
            yield from XmlNode(child, self.top, self).leaves(f"{above}/{local(child.tag)}".lstrip("/"))


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A value of a JSON document; the values of a list stand for it."""

    value: Any
    parent: Node | None = None
    is_listed: bool = False

    def inside(self, name: str, namespace: str | None) -> Iterable[Node]:
        if isinstance(self.value, list):
            return [inner for each in self.value for inner in JsonNode(each, self.parent).inside(name, namespace)]
        if not isinstance(self.value, dict):
            return []
        named = {key: value for key, value in self.value.items() if name in ("*", key)}
        return [node for value in named.values() for node in JsonNode(value, self).each()]

    def holds(self, name: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def names(self) -> Iterable[str]:
        return self.value if isinstance(self.value, dict) else ()

    def each(self) -> Iterable[JsonNode]:
        if not isinstance(self.value, list):
            return [self]
        return [JsonNode(each, self.parent, is_listed=True) for each in self.value]

    @property
    def is_nothing(self) -> bool:
        return self.value is None and not self.is_listed

    def attribute(self, name: str) -> str | None:
        """JSON has none."""
        return None

    def text(self) -> str:
        match self.value:
            case None:
                return ""
            case bool():
                return "true" if self.value else "false"
            case str():
                return self.value
            case _:
                raise Malformed("a value of the answer is no text")

    def leaves(self, above: str = "") -> Iterator[tuple[str, str]]:
        """Every filled text of it and below it, with its path."""
        match self.value:
            case dict():
                for key, inner in self.value.items():
                    for each in _each(inner):
                        yield from JsonNode(each, self).leaves(f"{above}/{key}".lstrip("/"))
            case list():
                for each in self.value:
                    yield from JsonNode(each, self).leaves(above)
            case _ if self.text().strip():
                yield above or ".", self.text().strip()


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


Document = XmlNode | JsonNode


def xml(text: str) -> XmlNode:
    """The document; Malformed where it is none."""
    try:
        top = fromstring(_without_declaration(text), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as fault:
        raise Malformed(f"the answer is no XML document ({type(fault).__name__})") from None
    return XmlNode(None, top)


def parsed_json(text: str) -> JsonNode:
    """The document; Malformed where it is none, or says two things under one name. Numbers stay as written."""
    try:
        value = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_without_contradiction
        )
    except (ValueError, RecursionError):
        raise Malformed("the answer is no JSON document") from None
    return JsonNode(value)


def local(tag: object) -> str:
    """A name without its namespace."""
    return str(tag).rpartition("}")[2]


def _is_called(element: Element, name: str, namespace: str | None) -> bool:
    if not isinstance(element.tag, str):
        return False  # a comment or a processing instruction
    if namespace is None:
        return name in ("*", local(element.tag))
    return element.tag == f"{{{namespace}}}{name}" or (name == "*" and element.tag.startswith(f"{{{namespace}}}"))


def _without_declaration(text: str) -> str:
    """The text is decoded: an encoding in its declaration means nothing any more."""
    text = text.lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _without_contradiction(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where it has one name twice: which of the two is meant nobody knows."""
    found = dict(pairs)
    if any(found[name] != value for name, value in pairs):
        raise ValueError("a name twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)
