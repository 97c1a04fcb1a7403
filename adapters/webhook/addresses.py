"""Which addresses a webhook may be sent to: those that were listed, or else public ones alone.

A receiver's name is looked up once for each attempt and the very address that was judged is called, so that a name
which changes its mind in between (DNS rebinding) reaches nothing else.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from adapters.errors import NotDone, Reason, Refused

Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Host name and port -> its addresses; NotDone while the name cannot be looked up."""

_NAT64 = ip_network("64:ff9b::/96")


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as this machine sees them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotDone("the receiver's name cannot be looked up") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def permitted(addresses: Iterable[str], networks: Sequence[Network]) -> str:
    """The first address that may be called; Refused(NOT_ALLOWED) when none may, for no retry would change that."""
    for address in addresses:
        if _may_call(ip_address(address.partition("%")[0]), networks):
            return address
    raise Refused("the receiver's address is not in `networks`", reason=Reason.NOT_ALLOWED)


def _may_call(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    inner = _inside(address)
    if networks:
        return any(each in network for each in (address, inner) for network in networks)
    return all(each.is_global and not each.is_multicast for each in (address, inner))


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does (RFC 4291, RFC 6052, RFC 3056)."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
