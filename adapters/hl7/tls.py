"""TLS for MLLP: version 1.2 at least, and certificates on both ends where the peers agree on it."""

from __future__ import annotations

import ssl
from pathlib import Path


def server_context(certificate: Path, key: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """For a listener; with `client_ca` only senders with a certificate of that authority are heard.

    PEM files. OSError where one cannot be read, ssl.SSLError where it is no certificate or key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(ca: Path | None = None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """For a sender: the peer's name and certificate are always checked, against `ca` or the system's authorities.

    `certificate` and `key` are shown to a peer that asks. PEM files; errors as in `server_context`.
    """
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context
