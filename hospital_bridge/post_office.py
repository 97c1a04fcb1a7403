"""Who carries what people and systems are told: put together from the configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adapters.http import HttpClient
from adapters.webhook import Answer, Endpoint, WebhookSender
from hospital_bridge.counted_outside import CountedTransport
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.telling.turnstile import OneAfterAnother, Turnstile
from hospital_bridge.telling.wallet import MessageCarrier
from hospital_bridge.telling.webhooks import WebhookCarrier
from notifications.catalogue import Catalogue

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.settings import Webhook
    from hospital_bridge.telling.post import Post

PING = "bridge.ping"


def post_of(bridge: Bridge) -> Post:
    """The carrier of each kind of delivery."""
    outside = bridge.outside
    endpoints = {
        (operator_id, endpoint.name): endpoint
        for operator_id, parts in bridge.operators.items()
        for endpoint in parts.settings.webhooks
    }
    catalogues = {
        name: Catalogue(notice.entry for notice in vertical.messages) for name, vertical in bridge.verticals.items()
    }
    posts = {operator_id: parts.ways.post for operator_id, parts in bridge.operators.items()}
    carriers: Post = {
        DeliveryKind.WEBHOOK: WebhookCarrier(endpoints, _sender(bridge), outside.chance),
        DeliveryKind.MESSAGE: MessageCarrier(posts, catalogues, bridge.settings.bridge.public_url, outside.chance),
    }
    turnstile = Turnstile(outside.chance)
    return {kind: OneAfterAnother(carrier, turnstile) for kind, carrier in carriers.items()}


def ping(bridge: Bridge, endpoint: Webhook) -> Answer:
    """Ask an endpoint once whether it takes our events, with an event that says nothing."""
    told = {"type": PING, "timestamp": bridge.outside.clock.now().isoformat(), "data": {}}
    receiver = Endpoint(endpoint.url, endpoint.secrets, endpoint.networks)
    return _sender(bridge).send(receiver, bridge.outside.ids.new(), json.dumps(told).encode())


def _sender(bridge: Bridge) -> WebhookSender:
    outside = bridge.outside
    http = HttpClient(CountedTransport("webhook", outside.transport))
    return WebhookSender(http, outside.clock.now, outside.resolve)
