"""The pages of the hospital, as data: the patient's, the hall's, then those of its staff."""

from __future__ import annotations

from hospital_bridge.verticals.hospital.pages import (
    bills,
    booking,
    cards,
    clinic,
    hall,
    parked,
    registrations,
    results,
    stays,
    visits,
)

_HOME, *_REGISTRATIONS = registrations.PAGES

_PATIENTS = (
    _HOME,
    *visits.PAGES,
    *cards.PAGES,
    *booking.PAGES,
    *_REGISTRATIONS,
    *bills.PAGES,
    *stays.PAGES,
    *results.PAGES,
)

PAGES = (*_PATIENTS, *hall.PAGES, *clinic.PAGES, *parked.PAGES)
"""In the order of the service window's menu."""
