"""The patient's and the hall's pages of the hospital, as data."""

from __future__ import annotations

from hospital_bridge.verticals.hospital.pages import bills, booking, cards, hall, registrations, visits

_HOME, *_REGISTRATIONS = registrations.PAGES

PAGES = (_HOME, *visits.PAGES, *cards.PAGES, *booking.PAGES, *_REGISTRATIONS, *bills.PAGES, *hall.PAGES)
"""In the order of the service window's menu."""
