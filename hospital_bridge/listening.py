"""The HL7 listener of a built bridge: who may send, for which operator, and where the messages go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.hl7.ack import Acknowledging
from adapters.hl7.tls import server_context
from hospital_bridge.errors import BridgeError
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.listener import Listener
from hospital_bridge.workers.listener_settings import ListenerSettings, Peer
from hospital_bridge.workers.wire_watch import WireWatch

if TYPE_CHECKING:
    from ssl import SSLContext

    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.settings.model import ListenerTls
    from hospital_bridge.settings.model import Peer as PeerSettings


def listener_of(bridge: Bridge) -> Listener:
    """The listener, not yet started; peers are known by `operator/name`, so that two operators may reuse a name."""
    told = bridge.settings.bridge.listener
    peers: list[Peer] = []
    routes = {}
    for operator in bridge.settings.operators:
        for peer in operator.peers:
            name = f"{operator.id}/{peer.name}"
            peers.append(_peer(name, peer))
            routes[name] = PeerRoute(operator.id, operator.timezone)
    largest = max([told.max_message_bytes, *(peer.max_message or 0 for peer in peers)])
    settings = ListenerSettings(
        host=told.host,
        port=told.port,
        peers=tuple(peers),
        tls=_tls(told.tls) if told.tls else None,
        max_message=told.max_message_bytes,
        max_segments=told.max_segments,
        max_in_flight=max(told.max_in_flight_bytes, 2 * largest),
        max_connections=told.max_connections,
        read_timeout=told.read_seconds,
        idle_timeout=told.idle_seconds,
    )
    watch = WireWatch(bridge.store, bridge.outside.clock)
    return Listener(settings, Hl7Inbox(bridge.store, routes), bridge.outside.clock, watch)


def _peer(name: str, told: PeerSettings) -> Peer:
    return Peer(
        name,
        tuple(map(str, told.addresses)),
        max_connections=told.max_connections,
        charset=told.charset or None,
        acknowledging=Acknowledging(told.acknowledgement),
        max_message=told.max_message_bytes,
        max_segments=told.max_segments,
        read_timeout=told.read_seconds,
        idle_timeout=told.idle_seconds,
    )


def _tls(files: ListenerTls) -> SSLContext:
    """The files were read when the configuration was; since then somebody may have moved them."""
    try:
        return server_context(files.certificate_file, files.key_file, files.client_authority_file)
    except OSError as fault:
        raise BridgeError("HB-C010", f"bridge.listener.tls: {fault.strerror or type(fault).__name__}") from fault
