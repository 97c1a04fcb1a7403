"""Signed webhooks to other systems (Standard Webhooks 1.0): which addresses may be called, and the call."""

from __future__ import annotations

from adapters.webhook.addresses import Resolve, resolved
from adapters.webhook.sender import Answer, Endpoint, WebhookSender

__all__ = ["Answer", "Endpoint", "Resolve", "WebhookSender", "resolved"]
