"""Subscriptions of the kind rest-hook: whoever subscribed hears that something of his type has changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.errors import OutsideError
from adapters.http import HttpClient, Request, Timeouts, UrllibTransport
from hospital_bridge.sandbox.hospital.doors.fhir import json_wire
from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource
from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.sandbox.hospital.request import DATA_TYPE

_PATIENCE = Timeouts(connect=2, read=5, total=5)


@dataclass(frozen=True, slots=True)
class _Hook:
    """Where one subscriber hears of one type, with what it wants to be shown and to be told."""

    resource: Resource
    kind: str
    endpoint: str
    headers: Mapping[str, str]
    content: str


class Subscriptions:
    """Every subscription, in the form of R4 (criteria and channel) or of R5 (topic and channelType)."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._lock = threading.Lock()
        self._hooks: list[_Hook] = []
        self._http = HttpClient(UrllibTransport(_PATIENCE))

    def add(self, told: Mapping[str, Any]) -> Resource:
        """Keep it; Declined where it is none that this server can serve."""
        with self._lock:
            resource = {**told, "id": f"sub-{len(self._hooks) + 1}", "status": "active"}
            try:
                hook = (_of_r5 if self._version == "R5" else _of_r4)(resource)
            except (KeyError, IndexError, ValueError, TypeError):
                raise Declined(DATA_TYPE, "not a subscription that is served here") from None
            self._hooks.append(hook)
        return resource

    def known(self, condition: str) -> Resource | None:
        """Nobody is subscribed twice: there are no conditions on subscriptions here."""
        return None

    def tell(self, resource: Resource) -> Sequence[bool]:
        """Call everybody who wants to hear of such a resource; whether each was heard."""
        with self._lock:
            hooks = [hook for hook in self._hooks if hook.kind == resource["resourceType"]]
        return [self._called(hook, resource) for hook in hooks]

    def _called(self, hook: _Hook, resource: Resource) -> bool:
        body = json_wire.written(_payload(hook, resource)) if hook.content != "empty" else b""
        headers = {"Content-Type": "application/fhir+json", **hook.headers}
        try:
            return self._http.send(Request("POST", hook.endpoint, headers, body)).status < 300  # noqa: PLR2004
        except OutsideError:
            return False


def _payload(hook: _Hook, resource: Resource) -> Resource:
    if hook.content == "full":
        return resource
    focus = {"reference": f"{resource['resourceType']}/{resource['id']}"}
    status = {
        "resourceType": "SubscriptionStatus",
        "type": "event-notification",
        "notificationEvent": [{"focus": focus}],
    }
    return {"resourceType": "Bundle", "type": "subscription-notification", "entry": [{"resource": status}]}


def _of_r4(told: Resource) -> _Hook:
    """R4: `criteria` is a search, `channel.payload` a media type for the whole resource, or nothing."""
    channel = told["channel"]
    if channel["type"] != "rest-hook":
        raise ValueError
    headers = dict(line.split(": ", 1) for line in channel.get("header", ()))
    return _Hook(
        told,
        told["criteria"].partition("?")[0],
        channel["endpoint"],
        headers,
        "full" if channel.get("payload") else "empty",
    )


def _of_r5(told: Resource) -> _Hook:
    """R5: the topic's last part is the type here."""
    if told["channelType"]["code"] != "rest-hook":
        raise ValueError
    headers = {each["name"]: each["value"] for each in told.get("parameter", ())}
    content = {"full-resource": "full", "id-only": "id"}.get(told.get("content", ""), "empty")
    return _Hook(told, told["topic"].rpartition("/")[2], told["endpoint"], headers, content)
