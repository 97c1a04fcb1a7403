"""Cutting the caller off, which no ordinary answer can do."""

from __future__ import annotations


class ConnectionCut(ConnectionError):
    """The caller is to see a connection that ends without an answer.

    The server of `serving` hangs up on it as on any connection error; an in-process caller sees it as it is.
    """
