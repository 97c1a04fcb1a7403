"""Transit's own tables, one module for each aggregate."""

from __future__ import annotations

from hospital_bridge.verticals.transit.store import accounts, boardings, day_charges, disruptions, receipts, taps
from hospital_bridge.verticals.transit.store.metadata import metadata

__all__ = ["accounts", "boardings", "day_charges", "disruptions", "metadata", "receipts", "taps"]
