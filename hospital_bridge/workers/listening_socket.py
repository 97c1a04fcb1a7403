"""The listening socket, and what it accepts."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

from hospital_bridge.workers.listener_settings import ListenerSettings
from hospital_bridge.workers.mllp_connection import Connection

_BACKLOG = 128
_HANDSHAKE = 5.0
"""Seconds for a TLS handshake; stopping waits for one that has begun."""
_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}


def bind(settings: ListenerSettings) -> socket.socket:
    """A non-blocking socket that listens on exactly that address; OSError where it cannot be had."""
    family, _, _, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    listening.settimeout(0)
    return listening


async def serve(accepted: socket.socket, tls: ssl.SSLContext | None, connection: Connection) -> None:
    """Let the connection speak, after the TLS handshake where there is one.

    OSError where the peer fails the handshake or takes too long over it.
    """
    _keep_alive(accepted)
    accepted.settimeout(0)
    await asyncio.get_running_loop().connect_accepted_socket(
        lambda: connection, accepted, ssl=tls, ssl_handshake_timeout=_HANDSHAKE if tls else None
    )


def in_words(failure: OSError, settings: ListenerSettings) -> str:
    """Why the address cannot be had, as one sentence."""
    reasons = {
        errno.EADDRINUSE: f"Port {settings.port} on {settings.host} is in use by another program.",
        errno.EACCES: f"Port {settings.port} on {settings.host} may not be opened by this user.",
        errno.EADDRNOTAVAIL: f"This machine has no address {settings.host}.",
    }
    return reasons.get(failure.errno or 0, f"Cannot listen on {settings.host}:{settings.port}: {failure.strerror}.")


def _keep_alive(connection: socket.socket) -> None:
    """Find half-open connections in minutes; where the system has no such dials its own intervals hold."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for option, seconds in _KEEPALIVE.items():
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
