"""Links to a bill, each for half a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hospital_bridge.clock import Ids
from hospital_bridge.sandbox.alipay.accounts import App

LIFETIME = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class BillLink:
    """Whose bill of which day, until when."""

    app: App
    day: date
    until: datetime


class BillLinks:
    """Issued links; the caller holds the world's lock."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._links: dict[str, BillLink] = {}

    def issue(self, app: App, day: date, at: datetime) -> str:
        """The token of a new link."""
        token = self._ids.new()
        self._links[token] = BillLink(app, day, at + LIFETIME)
        return token

    def follow(self, token: str, at: datetime) -> BillLink | None:
        """What the link leads to while it lives."""
        link = self._links.get(token)
        return link if link is not None and at <= link.until else None
