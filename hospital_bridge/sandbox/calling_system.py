"""A doctor's own system, which calls patients by the API with a key of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping


class CallingSystem:
    """One system at one operator; `status` is that of the last answer."""

    def __init__(self, public_url: str, operator: str, key: str) -> None:
        self._desks = f"{public_url}/api/v1/{operator}/desks"
        self._key = key
        self._opener = build_opener(ProxyHandler({}))
        self.status = 0

    def desk(self, desk_id: str) -> Mapping[str, Any]:
        """Whom the desk holds and who waits; `desk_id` begins with the vertical's name."""
        return self._asked(Request(self._address(desk_id)))  # noqa: S310 - an address of the sandbox's own

    def press(self, desk_id: str, button: str, press_key: str) -> Mapping[str, Any]:
        """Press a button of the desk, and the desk afterwards; the same `press_key` is the same press."""
        address = f"{self._address(desk_id)}/{button}"
        return self._asked(Request(address, data=b"{}", method="POST"), press_key)  # noqa: S310 - as above

    def _address(self, desk_id: str) -> str:
        return f"{self._desks}/{desk_id.partition('.')[0]}/{desk_id}"

    def _asked(self, request: Request, press_key: str = "") -> Mapping[str, Any]:
        request.add_header("Authorization", f"Bearer {self._key}")
        if request.data is not None:
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", press_key)
        try:
            reply = self._opener.open(request, timeout=15)
        except HTTPError as refusal:
            reply = refusal
        with reply:
            self.status = reply.status
            told: Mapping[str, Any] = json.loads(reply.read())
            return told
