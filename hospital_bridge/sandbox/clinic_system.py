"""A clinician's own system: hears signed webhooks, believes only those, and fetches what they point to with a key.

It checks the signature by the text of the specification (standardwebhooks.com), with no help of the bridge's own code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
_DIRECT = build_opener(ProxyHandler({}))
"""Everything here is on this machine, whatever proxy the environment names."""


class ClinicSystem:
    """Listens while it is started; `events` are those that were truly signed, each id once, in order."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._known: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.refused = 0
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where events are sent."""
        return f"http://{HOST}:{self._server.server_port}/events"

    @property
    def secret(self) -> str:
        """What both sides sign with."""
        return f"whsec_{base64.b64encode(self._key).decode()}"

    def heard(self, event_type: str, after: int = 0) -> dict[str, Any] | None:
        """The first event of that type beyond the first `after` ones, or None."""
        with self._lock:
            return next((event for event in self.events[after:] if event["type"] == event_type), None)

    def fetch(self, link: str, key: str) -> dict[str, Any]:
        """What an event points to, read with the system's own key."""
        request = Request(link, headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - the bridge's own link
        with _DIRECT.open(request, timeout=15) as reply:
            told: dict[str, Any] = json.load(reply)
        return told

    def _take(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the event is believed; a repeated one is, and changes nothing."""
        event_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signed = hmac.new(self._key, f"{event_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
        believed = f"v1,{base64.b64encode(signed).decode()}" in headers.get("webhook-signature", "").split(" ")
        with self._lock:
            if not believed:
                self.refused += 1
            elif event_id not in self._known:
                self._known.add(event_id)
                self.events.append(json.loads(body))
        return believed

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        system = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                believed = system._take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(204 if believed else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return Handler
