"""The district's own tables, one module for each aggregate."""

from __future__ import annotations

from hospital_bridge.verticals.district.store import (
    audience,
    book,
    consents,
    members,
    offers,
    points,
    presences,
    purchases,
)
from hospital_bridge.verticals.district.store.metadata import metadata

__all__ = ["audience", "book", "consents", "members", "metadata", "offers", "points", "presences", "purchases"]
