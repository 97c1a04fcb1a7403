"""Whom a rate limit counts against."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from hospital_bridge.web.client_address import nearest_untrusted

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        (["192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7", "10.0.0.5"], "192.0.2.7"),
        (["192.0.2.7", "10.0.0.9", "10.0.0.5"], "192.0.2.7"),
        (["198.51.100.1", "192.0.2.7", "10.0.0.5"], "192.0.2.7"),
        (["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
        (["192.0.2.7", "fd00::1"], "192.0.2.7"),
        (["made up", "10.0.0.5"], "made up"),
        (["10.0.0.4", "10.0.0.5"], "10.0.0.4"),
    ],
)
def test_the_nearest_hop_that_no_trusted_proxy_vouches_for(hops: list[str], client: str) -> None:
    assert nearest_untrusted(hops, TRUSTED) == client


def test_without_trusted_proxies_nothing_that_is_forwarded_counts() -> None:
    assert nearest_untrusted(["198.51.100.1", "192.0.2.7"], []) == "192.0.2.7"
