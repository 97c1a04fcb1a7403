"""The district's own tables, one module for each aggregate."""

from __future__ import annotations

from hospital_bridge.verticals.district.store import audience, book, offers, points, purchases
from hospital_bridge.verticals.district.store.metadata import metadata

__all__ = ["audience", "book", "metadata", "offers", "points", "purchases"]
