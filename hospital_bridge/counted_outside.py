"""The network as an adapter has it, each call counted under the adapter's name."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.hl7.pool import ClosableLink
from adapters.http import Request, Response, Transport
from adapters.manifest import OpenLink, OpenTransport
from hospital_bridge.activity import counted_call


@dataclass(frozen=True, slots=True)
class CountedTransport:
    """HTTP calls of one adapter."""

    adapter: str
    transport: Transport

    def send(self, request: Request) -> Response:
        """The transport's answer or outcome."""
        with counted_call(self.adapter):
            return self.transport.send(request)


@dataclass(frozen=True, slots=True)
class CountedLink:
    """HL7 exchanges of one adapter."""

    adapter: str
    link: ClosableLink

    def exchange(self, raw: bytes) -> bytes:
        """The link's answer or outcome."""
        with counted_call(self.adapter):
            return self.link.exchange(raw)

    def close(self) -> None:
        """Close the link."""
        self.link.close()


def counted_links(adapter: str, open_link: OpenLink) -> OpenLink:
    """Opens links whose exchanges are counted."""

    def opening(*where: object, **how: object) -> ClosableLink:
        return CountedLink(adapter, open_link(*where, **how))

    return opening


def counted_transports(adapter: str, open_transport: OpenTransport) -> OpenTransport:
    """Opens transports whose calls are counted."""

    def opening(*how: object, **named: object) -> Transport:
        return CountedTransport(adapter, open_transport(*how, **named))

    return opening
