"""Addresses on the hospital's server: whatever a value holds, it stays one part of one address there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urljoin, urlsplit

from adapters.errors import Malformed

Params = Sequence[tuple[str, str]]

_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9\-.]{1,64}", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}", re.ASCII)
_SPECIAL = re.compile(r"[\\$,|]")
_REFERENCE = re.compile(
    r"(?:.*/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/.+)?", re.ASCII
)


class Server:
    """The server at one base address."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._where = urlsplit(self._base)

    def at(self, kind: str, identifier: str = "") -> str:
        """A type or one resource of it; Malformed where the id is none of FHIR's (R4 section 2.24.0.1)."""
        if not is_id(identifier or "x") or not _TYPE.fullmatch(kind):
            raise Malformed("not the id of a resource")
        return f"{self._base}/{kind}" + (f"/{identifier}" if identifier else "")

    def search(self, kind: str, params: Params) -> str:
        """A search; every value is encoded."""
        return f"{self.at(kind)}?{encoded(params)}"

    def followed(self, link: str) -> str:
        """A link of an answer as an address; Malformed where it leaves the server or its base."""
        try:
            address = urljoin(f"{self._base}/", link)
            there = urlsplit(address)
            same = (there.scheme, there.netloc) == (self._where.scheme, self._where.netloc)
        except ValueError:
            raise Malformed("a link to a next page is no address") from None
        inside = there.path == self._where.path or there.path.startswith(f"{self._where.path}/")
        if not same or not inside or ".." in there.path or "%2e" in there.path.lower() or there.fragment:
            raise Malformed("a link to a next page leads away from the server")
        return address


def is_id(text: str) -> bool:
    """Whether the text can be the id of a resource."""
    return _ID.fullmatch(text) is not None


def encoded(params: Params) -> str:
    """Parameters as they stand in an address or in the header If-None-Exist, every value encoded."""
    return urlencode(params, quote_via=quote)


def token(value: str, system: str = "") -> str:
    """A search value of type token; what separates values is escaped (R4 section 3.1.1.3.2)."""
    return f"{_escaped(system)}|{_escaped(value)}" if system else _escaped(value)


def split_reference(reference: str) -> tuple[str, str]:
    """Type and id that a literal reference names, relative or absolute, of any version; else two empty texts."""
    found = _REFERENCE.fullmatch(reference)
    return (found["type"], found["id"]) if found and is_id(found["id"]) else ("", "")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
