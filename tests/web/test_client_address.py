"""Whom a rate limit counts against."""

from __future__ import annotations

from dataclasses import replace
from http.client import HTTPConnection
from ipaddress import ip_network

import pytest

from hospital_bridge.web.app import create_app
from hospital_bridge.web.client_address import client_address, nearest_untrusted
from hospital_bridge.web.serving import PageServer
from tests.web.site_kit import SiteKit

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


def test_a_trusted_proxy_s_word_reaches_the_pages_through_the_real_server(kit: SiteKit) -> None:
    """The server in front of the pages must not take the header away (waitress does by default)."""
    app = create_app(replace(kit.site, trusted_proxies=(ip_network("127.0.0.0/8"),)))
    seen: list[str] = []
    app.before_request(lambda: seen.append(client_address()))
    server = PageServer(app, "127.0.0.1", 0, 2)
    server.start()
    for header in ({"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "198.51.100.1, 192.0.2.8"}, {}):
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/live", headers=header)
        assert connection.getresponse().status == 200
        connection.close()
    server.stop()
    assert seen == ["192.0.2.7", "192.0.2.8", "127.0.0.1"]
