"""Addresses that a browser may be sent to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


def is_web_address(text: str) -> bool:
    """Whether it is an absolute http or https address."""
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def with_query(address: str, more: Mapping[str, str]) -> str:
    """The address with more parameters behind those it has."""
    parts = urlsplit(address)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode(more))))).geturl()
