"""What an adapter says of itself: what it provides, what it wants to be told, how good it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from adapters.hl7.pool import ClosableLink
from adapters.hl7.sender import MllpClient
from adapters.http import Transport, UrllibTransport
from adapters.time import Now

OpenLink = Callable[..., ClosableLink]
"""Opens one connection to an MLLP listener; called as `MllpClient` is."""

OpenTransport = Callable[..., Transport]
"""Opens a way over HTTP with an adapter's own timeouts and certificates; called as `UrllibTransport` is."""


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """What bootstrap lends to an adapter: the clock, the network, and ids of 32 hex digits.

    `transport` is shared by all; who needs its own timeouts or certificates takes one of `open_transport`.
    """

    now: Now
    transport: Transport
    new_id: Callable[[], str]
    open_link: OpenLink = MllpClient
    open_transport: OpenTransport = UrllibTransport


Factory = Callable[[Mapping[str, Any], AdapterContext], object]
"""Settings as the schema loaded them, secrets resolved to text -> one object with every provided port."""


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """One line of the quality checklist, and whether the adapter keeps it."""

    claim: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An adapter's declaration; `provides` holds class names of `adapters.ports`.

    A schema field that must come from a file or the environment carries `metadata={"secret": True}`.
    A field `reply_timeout` says how many seconds one call may wait for its answer. `left_out` names what of the ports
    loaded settings have nothing for: whoever asks for it is refused. `unoffered` names ports that such settings do not
    give at all, so that another system may.
    """

    name: str
    title: str
    provides: frozenset[str]
    settings_schema: type[Schema]
    build: Factory
    quality: tuple[QualityPoint, ...] = ()
    left_out: Callable[[Mapping[str, Any]], Sequence[str]] = lambda _settings: ()
    unoffered: Callable[[Mapping[str, Any]], frozenset[str]] = lambda _settings: frozenset()
