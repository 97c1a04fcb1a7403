"""Tickets and policies as JSON: how an event keeps its ticket, and a line's day the rule it was opened under."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from queueing.ordering import Policy, Rank
from queueing.ticket import Ticket, TicketState

_INSTANTS = frozenset({"anchor", "appointed_at", "since", "called_at"})


def ticket_text(ticket: Ticket | None) -> str:
    """The ticket, or null; opaque references only, as everything that is never deleted."""
    return json.dumps(None if ticket is None else asdict(ticket), default=_plain, separators=(",", ":"))


def ticket_from(text: str) -> Ticket | None:
    """The ticket that an event tells of."""
    told: dict[str, Any] | None = json.loads(text)
    if told is None:
        return None
    for name in _INSTANTS & told.keys():
        told[name] = None if told[name] is None else datetime.fromisoformat(told[name])
    told["credit"] = timedelta(seconds=told["credit"])
    told["state"] = TicketState(told["state"])
    return Ticket(**told)


def policy_text(policy: Policy) -> str:
    """The policy, its spans in seconds."""
    told = {field.name: getattr(policy, field.name) for field in fields(policy)}
    told["ranks"] = {label: [rank.tier, rank.credit] for label, rank in policy.ranks.items()}
    return json.dumps(told, default=_plain, separators=(",", ":"))


def policy_from(text: str) -> Policy:
    """The policy again."""
    told: dict[str, Any] = json.loads(text)
    told["ranks"] = {label: Rank(tier, timedelta(seconds=credit)) for label, (tier, credit) in told["ranks"].items()}
    for name in ("grace", "credit_limit", "rejoin_gain"):
        told[name] = timedelta(seconds=told[name])
    return Policy(**told)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
