"""Asks the server to call us when something changes: a Subscription of the kind rest-hook for each feed.

R4 and R4B subscribe to a search (`criteria`), or to a topic by the backport (HL7 Subscriptions R5 Backport 1.1), R5 to
a topic alone. Whatever comes of it: a feed is looked at in time all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from adapters.errors import OutsideError
from adapters.his_fhir.addresses import encoded
from adapters.his_fhir.client import FhirClient
from adapters.his_fhir.settings import FhirSettings

_log = logging.getLogger(__name__)
_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
_CHANNELS = "http://terminology.hl7.org/CodeSystem/subscription-channel-type"


class Subscriber:
    """Subscribes once for each feed while the process lives; the server keeps one for each address and search."""

    def __init__(self, client: FhirClient, settings: FhirSettings) -> None:
        self._client = client
        self._settings = settings
        self._asked: set[str] = set()

    def ensure(self, feed: str, kind: str) -> None:
        """Subscribe where the settings name our address and it was not tried yet; a failure is told and no more."""
        hints = self._settings.hints
        if not hints.endpoint or not hints.secret or feed in self._asked:
            return
        self._asked.add(feed)
        value = subscription(feed, kind, self._settings)
        if value is None:
            return
        sought = [(name, str(value[name])) for name in ("topic", "criteria") if name in value]
        try:
            self._client.create(value, encoded([("url", hints.endpoint), *sought]))
        except OutsideError:
            _log.warning("feed.not_subscribed", extra={"feed": feed})


def subscription(feed: str, kind: str, settings: FhirSettings) -> Mapping[str, Any] | None:
    """The Subscription of one feed; None where R5 has no topic for it."""
    hints, topic = settings.hints, settings.hints.topics.get(feed, "")
    common = {"resourceType": "Subscription", "status": "requested", "reason": "what is new for patients"}
    if settings.version.concepts_are_references:
        shown = [{"name": hints.header, "value": hints.secret}]
        channel = {"system": _CHANNELS, "code": "rest-hook"}
        told = {"topic": topic, "channelType": channel, "endpoint": hints.endpoint, "parameter": shown}
        return {**common, **told, "content": "id-only"} if topic else None
    narrowed = settings.feeds[feed].search
    called: dict[str, Any] = {
        "type": "rest-hook",
        "endpoint": hints.endpoint,
        "header": [f"{hints.header}: {hints.secret}"],
    }
    if not topic:
        return {**common, "criteria": f"{kind}?{narrowed}", "channel": called}
    filtered = {"url": f"{_BACKPORT}/backport-filter-criteria", "valueString": f"{kind}?{narrowed}"}
    content = {"url": f"{_BACKPORT}/backport-payload-content", "valueCode": "id-only"}
    return {
        **common,
        "meta": {"profile": [f"{_BACKPORT}/backport-subscription"]},
        "criteria": topic,
        "_criteria": {"extension": [filtered]},
        "channel": {
            **called,
            "payload": "application/fhir+json",
            "_payload": {"extension": [content]},
        },
    }
