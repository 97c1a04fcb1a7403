"""Every page of the district, as data."""

from __future__ import annotations

from hospital_bridge.verticals.district.pages import home

PAGES = home.PAGES
