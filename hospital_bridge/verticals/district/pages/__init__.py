"""Every page of the district, as data."""

from __future__ import annotations

from hospital_bridge.verticals.district.pages import dining, home, host

PAGES = (*home.PAGES, *dining.PAGES, *host.PAGES)
