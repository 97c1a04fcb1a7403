"""The patient's pages of the hospital, as data."""

from __future__ import annotations

from hospital_bridge.verticals.hospital.pages import bills, booking, cards, registrations

_HOME, *_REGISTRATIONS = registrations.PAGES

PAGES = (_HOME, *cards.PAGES, *booking.PAGES, *_REGISTRATIONS, *bills.PAGES)
"""In the order of the service window's menu."""
