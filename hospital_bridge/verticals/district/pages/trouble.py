"""A page of the district that says in words what is not there."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import Page, View
from hospital_bridge.verticals.district.dining.joining import NotTheirNumber
from hospital_bridge.verticals.district.dining.restaurant import NoSuchRestaurant
from hospital_bridge.verticals.district.oneself import Nobody

if TYPE_CHECKING:
    from collections.abc import Callable

    from hospital_bridge.slot import Go, PageRequest

    Handler = Callable[[PageRequest], View | Go]


def member_page(name: str, path: str, handler: Handler, **more: Any) -> Page:
    """A member's page; who has not said who they are reads how to, and what is not theirs is not there."""

    @wraps(handler)
    def speaks_of_trouble(request: PageRequest) -> View | Go:
        try:
            return handler(request)
        except Nobody:
            return View("nobody.html", status=403)
        except (NoSuchRestaurant, NotTheirNumber):
            return View("absent.html", {"code": "HB-R002"}, status=404)

    return Page(name, path, speaks_of_trouble, **more)
