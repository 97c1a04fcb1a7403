"""A page of the district that says in words what is not there."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import Page, View
from hospital_bridge.verticals.district.acting import NotTheirs
from hospital_bridge.verticals.district.dining.joining import NotTheirNumber
from hospital_bridge.verticals.district.dining.restaurant import NoSuchRestaurant
from hospital_bridge.verticals.district.oneself import Nobody
from hospital_bridge.verticals.district.store.offers import NoSuchOffer
from hospital_bridge.verticals.district.store.purchases import NoSuchPurchase

if TYPE_CHECKING:
    from collections.abc import Callable

    from hospital_bridge.slot import Go, PageRequest

    Handler = Callable[[PageRequest], View | Go]

MISSING = (NoSuchRestaurant, NotTheirNumber, NoSuchOffer, NoSuchPurchase, NotTheirs)
"""What a page asked for is not there, or not for this reader."""


def member_page(name: str, path: str, handler: Handler, **more: Any) -> Page:
    """A member's page; who has not said who they are reads how to, and what is not theirs is not there."""
    return Page(name, path, _speaking(handler, "absent.html"), **more)


def staff_page(name: str, path: str, role: str, handler: Handler, **more: Any) -> Page:
    """A page of staff, which says so when what is asked for is not there."""
    return Page(name, path, _speaking(handler, "absent_staff.html"), role=role, **more)


def _speaking(handler: Handler, absent: str) -> Handler:
    @wraps(handler)
    def speaks_of_trouble(request: PageRequest) -> View | Go:
        try:
            return handler(request)
        except Nobody:
            return View("nobody.html", status=403)
        except MISSING:
            return View(absent, {"code": "HB-R002"}, status=404)

    return speaks_of_trouble
