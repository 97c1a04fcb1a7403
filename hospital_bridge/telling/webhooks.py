"""What a vertical is given to tell systems (`slot.Webhooks`), bound to one unit of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.webhook import Endpoint, WebhookSender
from hospital_bridge.settings import Webhook
from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.store.webhooks import WebhookEvent
from hospital_bridge.telling.post import FIRST, USUAL, Attempt, Closed, Said, hand_in
from notifications.delivery import WEBHOOKS, Policy, begun

DISABLED = "the endpoint is disabled"
NOT_CONFIGURED = "the configuration names no such endpoint"
BRIDGE = "bridge"
"""Who acts when no person does."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The systems that listen to an operator; `public_url` leads links that begin with a slash."""

    endpoints: tuple[Webhook, ...] = ()
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class WebhooksFacade:
    """Tells systems, in the unit of work that it was made with."""

    publisher: Publisher
    work: Work

    def publish(self, event_type: str, subject_key: str, ref: str, link: str, *, urgent: bool = False) -> None:
        listening = [endpoint for endpoint in self.publisher.endpoints if event_type in endpoint.events]
        if not listening:
            return
        event = WebhookEvent(self.work.ids.new(), event_type, self._body(event_type, ref, link))
        self.work.webhooks.keep(event, subject_key)
        for endpoint in listening:
            stream = f"webhook.{endpoint.name}.{subject_key}{'.urgent' if urgent else ''}"
            hand_in(
                self.work,
                NewDelivery(
                    kind=DeliveryKind.WEBHOOK,
                    ref=event.event_id,
                    target=endpoint.name,
                    stream_key=stream,
                    priority=FIRST if urgent else USUAL,
                    standing=begun(self.work.now),
                ),
            )

    def _body(self, event_type: str, ref: str, link: str) -> str:
        """A thin payload (Standard Webhooks 1.0, "Payload structure"): whoever wants more asks, and is recorded."""
        full = f"{self.publisher.public_url}{link}" if link.startswith("/") else link
        told = {"type": event_type, "timestamp": self.work.now.isoformat(), "data": {"ref": ref, "link": full}}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class WebhookCarrier:
    """Hands webhooks over (`post.Carrier`): `endpoints` by operator and name."""

    endpoints: Mapping[tuple[str, str], Webhook]
    sender: WebhookSender
    chance: Callable[[], float]

    def prepare(self, work: Work, row: DeliveryRow) -> Attempt | Closed:
        endpoint = self.endpoints.get((work.operator_id, row.target))
        if endpoint is None:
            return Closed(NOT_CONFIGURED)
        if row.target in work.webhooks.disabled():
            return Closed(DISABLED)
        event = work.webhooks.get(row.ref)
        receiver = Endpoint(endpoint.url, endpoint.secrets, endpoint.networks)

        def call() -> Said:
            answer = self.sender.send(receiver, event.event_id, event.body.encode())
            return Said(answer.outcome, answer.detail, answer.retry_after, answer.gone)

        def follow(work: Work, said: Said) -> None:
            if said.gone:
                work.webhooks.disable(row.target, said.detail)
                work.audit.record(BRIDGE, "webhook.disabled", row.target)

        return Attempt(Policy(WEBHOOKS, self.chance), call, follow)
