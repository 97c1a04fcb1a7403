"""Another system of the operator that speaks the bridge's API with a key of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiClient:
    """One system at one operator; `status` is that of the last answer, refusals included."""

    def __init__(self, public_url: str, operator: str, key: str) -> None:
        self._root = f"{public_url}/api/v1/{operator}"
        self._key = key
        self._opener = build_opener(ProxyHandler({}))
        self.status = 0

    def get(self, path: str) -> Mapping[str, Any]:
        """What stands at a path below the operator's."""
        return self._asked(Request(f"{self._root}/{path}"))  # noqa: S310 - an address of the sandbox's own

    def post(self, path: str, body: Mapping[str, Any], once: str) -> Mapping[str, Any]:
        """Send something; the same `once` is the same act, however often it is sent."""
        data = json.dumps(body).encode()
        request = Request(f"{self._root}/{path}", data=data, method="POST")  # noqa: S310 - as above
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", once)
        return self._asked(request)

    def _asked(self, request: Request) -> Mapping[str, Any]:
        request.add_header("Authorization", f"Bearer {self._key}")
        try:
            reply = self._opener.open(request, timeout=15)
        except HTTPError as refusal:
            reply = refusal
        with reply:
            self.status = reply.status
            told: Mapping[str, Any] = json.loads(reply.read())
            return told
