"""A message as a person sees it who writes the map: what it tells, what is left, and what nothing reads."""

from __future__ import annotations

from adapters.his_hl7.mapping import news
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.watched import WatchedMessage
from adapters.news import Preview, Unread


def preview(raw: bytes, charset: str | None, settings: Hl7HisSettings) -> Preview:
    """What `news.read` makes of the message, and every filled field that it did not look at."""
    message = WatchedMessage.parse(raw, charset)
    heard = news.read(message, settings)
    return Preview(heard.news, heard.left, tuple(Unread(place, text) for place, text in message.unseen()))
