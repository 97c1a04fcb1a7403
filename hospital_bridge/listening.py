"""The HL7 listener of a built bridge: who may send, for which operator, and where the messages go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge


def listener_of(bridge: Bridge) -> Listener:
    """The listener, not yet started; peers are known by `operator/name`, so that two operators may reuse a name."""
    told = bridge.settings.bridge.listener
    peers, routes = [], {}
    for operator in bridge.settings.operators:
        for peer in operator.peers:
            name = f"{operator.id}/{peer.name}"
            peers.append(Peer(name, tuple(map(str, peer.addresses)), charset=peer.charset or None))
            routes[name] = PeerRoute(operator.id, operator.timezone)
    settings = ListenerSettings(
        host=told.host,
        port=told.port,
        peers=tuple(peers),
        max_message=told.max_message_bytes,
        max_in_flight=4 * told.max_message_bytes,
        max_connections=told.max_connections,
        idle_timeout=told.idle_seconds,
    )
    return Listener(settings, Hl7Inbox(bridge.store, routes), bridge.outside.clock)
