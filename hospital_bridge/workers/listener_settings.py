"""Where the listener listens, to whom, and how much it puts up with."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from ipaddress import IPv6Address, ip_address, ip_network

from adapters.hl7.ack import Acknowledging
from adapters.hl7.message import Limits

_MEBIBYTE = 1024 * 1024
EVERYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Peer:
    """A sender by its networks (CIDR; ValueError for anything else); `charset` serves where MSH-18 does not say.

    Sizes and times as in `ListenerSettings`, which hold where the peer has none of its own.
    """

    name: str
    networks: tuple[str, ...] = EVERYWHERE
    max_connections: int = 8
    charset: str | None = None
    acknowledging: Acknowledging = Acknowledging.AS_ASKED
    max_message: int | None = None
    max_segments: int | None = None
    read_timeout: float | None = None
    idle_timeout: float | None = None

    def __post_init__(self) -> None:
        for network in self.networks:
            ip_network(network)

    def owns(self, address: str) -> bool:
        """Whether a connection from this address is the peer's."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        return any(ip in ip_network(network) for network in self.networks)


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Sizes in bytes, times in seconds; port 0 takes a free one.

    `read_timeout` runs from a frame's start mark to its end, and for the peer to take an answer;
    `idle_timeout` between frames; `end_timeout` for the carriage return after an end mark;
    `drain_timeout` is how long `stop` waits for commits and their answers. `max_in_flight` bounds
    what all connections together hold. `zone` is the one in which answers tell the time.
    """

    host: str
    port: int
    peers: tuple[Peer, ...]
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    zone: tzinfo = UTC
    max_message: int = 40 * _MEBIBYTE
    max_segments: int = 5000
    max_in_flight: int = 160 * _MEBIBYTE
    max_connections: int = 64
    max_batch: int = 64
    read_timeout: float = 60
    idle_timeout: float = 3600
    end_timeout: float = 1
    drain_timeout: float = 30

    def __post_init__(self) -> None:
        if self.max_in_flight < 2 * max(self.limits_of(peer).size for peer in (Peer(""), *self.peers)):
            raise ValueError("max_in_flight must hold at least two messages of max_message")

    def limits_of(self, peer: Peer) -> Limits:
        """What one message of that peer may cost."""
        return Limits(peer.max_message or self.max_message, peer.max_segments or self.max_segments)

    def peer_of(self, address: str) -> Peer | None:
        """The first peer that owns the address; None is to be turned away."""
        return next((peer for peer in self.peers if peer.owns(address)), None)
