"""Where a request comes from, seen past the proxies that the configuration trusts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import request

from hospital_bridge.web.visit import site


def client_address() -> str:
    """The nearest address that is not a trusted proxy's."""
    return nearest_untrusted(_hops(), site().trusted_proxies)


def comes_only_from(networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether the request comes from these networks, through trusted proxies or none.

    A proxy that nobody declared as trusted is no way in: the client that it forwards for counts too.
    """
    hops = _hops()
    within = all(_trusted(hop, [*networks, *site().trusted_proxies]) for hop in hops)
    return within and _trusted(nearest_untrusted(hops, site().trusted_proxies), networks)


def nearest_untrusted(hops: Sequence[str], trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """The last hop that is no trusted proxy; what stands before it may be invented by the sender."""
    for hop in reversed(hops):
        if not _trusted(hop, trusted):
            return hop
    return hops[0]


def address_bucket() -> str:
    """The client's address as a name for counting, which does not show the address."""
    return hashlib.sha256(client_address().encode()).hexdigest()[:32]


def _hops() -> list[str]:
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return [*forwarded, request.remote_addr or ""]


def _trusted(hop: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(hop)
    except ValueError:
        return False
    return any(address in network for network in trusted)
