"""The web server of the application."""

from __future__ import annotations

from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server


def serve_pages(app: Flask, host: str, port: int, threads: int) -> MultiSocketServer | BaseWSGIServer:
    """The server, listening but not yet running; OSError where the address cannot be had.

    Forwarded headers are left as they come: `web.client_address` believes those of trusted proxies alone.
    """
    return create_server(app, host=host, port=port, threads=threads, clear_untrusted_proxy_headers=False)
