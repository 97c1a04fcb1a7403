"""Reading a GTFS Schedule feed: every fault at once, each with its file, line and field."""

from __future__ import annotations

from hospital_bridge.verticals.transit.feed.reading import read_feed
from hospital_bridge.verticals.transit.feed.rows import FeedRefused, FieldFault

__all__ = ["FeedRefused", "FieldFault", "read_feed"]
