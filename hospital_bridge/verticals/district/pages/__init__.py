"""Every page of the district, as data."""

from __future__ import annotations

from hospital_bridge.verticals.district.pages import desk, dining, figures, home, host, mine, near, offers, statement

PAGES = (
    *home.PAGES,
    *offers.PAGES,
    *mine.PAGES,
    *dining.PAGES,
    *near.PAGES,
    *host.PAGES,
    *desk.PAGES,
    *statement.PAGES,
    *figures.PAGES,
)
