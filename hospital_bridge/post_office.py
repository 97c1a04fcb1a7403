"""Who carries what people and systems are told: put together from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.http import HttpClient
from adapters.webhook import WebhookSender
from hospital_bridge.counted_outside import CountedTransport
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.telling.turnstile import OneAfterAnother, Turnstile
from hospital_bridge.telling.wallet import MessageCarrier
from hospital_bridge.telling.webhooks import WebhookCarrier
from notifications.catalogue import Catalogue

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.telling.post import Post


def post_of(bridge: Bridge) -> Post:
    """The carrier of each kind of delivery."""
    outside = bridge.outside
    http = HttpClient(CountedTransport("webhook", outside.transport))
    endpoints = {
        (operator_id, endpoint.name): endpoint
        for operator_id, parts in bridge.operators.items()
        for endpoint in parts.settings.webhooks
    }
    sender = WebhookSender(http, outside.clock.now, outside.resolve)
    catalogues = {
        name: Catalogue(notice.entry for notice in vertical.messages) for name, vertical in bridge.verticals.items()
    }
    posts = {operator_id: parts.ways.post for operator_id, parts in bridge.operators.items()}
    carriers: Post = {
        DeliveryKind.WEBHOOK: WebhookCarrier(endpoints, sender, outside.chance),
        DeliveryKind.MESSAGE: MessageCarrier(posts, catalogues, bridge.settings.bridge.public_url, outside.chance),
    }
    turnstile = Turnstile(outside.chance)
    return {kind: OneAfterAnother(carrier, turnstile) for kind, carrier in carriers.items()}
