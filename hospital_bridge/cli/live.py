"""The third layer of `check`: the outside as it is now. Each thing is asked once, and nothing is changed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.errors import OutsideError
from adapters.ports import HisDirectory
from adapters.webhook.addresses import permitted
from hospital_bridge.administration import STALE
from hospital_bridge.cli.doctor import Finding, link_findings, schema_finding
from hospital_bridge.cli.language import translate
from hospital_bridge.store.link_checks import LISTENER

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge, OperatorParts
    from hospital_bridge.settings import Webhook

_PORTS = {"http": 80, "https": 443}


def live_findings(bridge: Bridge) -> Iterator[Finding]:
    """Database, listener's address, and each operator's links, feeds and webhook receivers."""
    schema = schema_finding(bridge)
    yield schema
    if any(operator.peers for operator in bridge.settings.operators):
        yield _listener(bridge, runs=not schema.remedy and _is_heard(bridge))
    for parts in bridge.operators.values():
        yield from link_findings(parts)
        yield from _feeds(parts)
        for endpoint in parts.settings.webhooks:
            yield _receiver(bridge, parts, endpoint)


def _listener(bridge: Bridge, *, runs: bool) -> Finding:
    told = bridge.settings.bridge.listener
    about = translate("Listener {host}:{port}").format(host=told.host, port=told.port)
    try:
        with socket.create_server((told.host, told.port), family=_family(told.host)):
            return Finding(about, translate("the address is free"))
    except OSError as fault:
        if runs:
            return Finding(about, translate("this bridge listens there"))
        remedy = translate("Stop the program that listens there, or choose another address.")
        return Finding(about, fault.strerror or type(fault).__name__, remedy)


def _is_heard(bridge: Bridge) -> bool:
    """Whether the listener of some process gave a sign of life lately."""
    for operator_id in bridge.operators:
        with bridge.store.read(operator_id) as work:
            if any(check.name == LISTENER and work.now - check.checked_at < STALE for check in work.link_checks.all()):
                return True
    return False


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _feeds(parts: OperatorParts) -> Iterator[Finding]:
    """Systems that are only fetched from: the first page of each feed, and nothing of it is kept."""
    remedy = translate("Check address, login and the feed's own settings; `map preview` shows how an item is read.")
    for system in parts.systems.values():
        if HisDirectory.__name__ in system.provides:
            continue
        for feed in system.feeds:
            about = f"{parts.settings.id}: {system.name}.{feed.name}"
            try:
                page = system.adapter.fetch(feed.name, "")
            except OutsideError as fault:
                yield Finding(about, f"{type(fault).__name__}: {fault.text}", remedy)
            else:
                yield Finding(about, translate("it answers, {count} items").format(count=len(page.items)))


def _receiver(bridge: Bridge, parts: OperatorParts, endpoint: Webhook) -> Finding:
    url = urlsplit(endpoint.url)
    about = f"{parts.settings.id}: {endpoint.name}"
    try:
        addresses = bridge.outside.resolve(url.hostname or "", url.port or _PORTS[url.scheme])
        address = permitted(addresses, endpoint.networks)
    except OutsideError as fault:
        remedy = translate(
            "Mend the name in DNS or the url, and let `networks` hold its address; `webhooks ping` tries it."
        )
        return Finding(about, fault.text, remedy)
    return Finding(about, translate("its name leads to {address}").format(address=address))
