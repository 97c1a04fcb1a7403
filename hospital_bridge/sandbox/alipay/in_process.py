"""A transport that calls a WSGI app directly: for simulations, where no socket and no time may pass."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask

from adapters.errors import NotDone, OutcomeUnknown
from adapters.http import Request, Response
from hospital_bridge.sandbox.alipay.connection import ConnectionCut


class InProcessTransport:
    """Hosts (with port, as in the address) -> apps; a host without an app refuses the connection."""

    def __init__(self, apps: dict[str, Flask]) -> None:
        self._apps = apps

    def send(self, request: Request) -> Response:
        """The app's answer; OutcomeUnknown when it cut the connection."""
        app = self._apps.get(urlsplit(request.url).netloc)
        if app is None:
            raise NotDone("no connection")
        try:
            answer = app.test_client().open(
                request.url, method=request.method, headers=dict(request.headers), data=request.body
            )
        except ConnectionCut:
            raise OutcomeUnknown("the call was cut off") from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if int(headers.get("content-length", len(answer.data))) != len(answer.data):
            raise OutcomeUnknown("the call was cut off")
        return Response(answer.status_code, headers, answer.data)
