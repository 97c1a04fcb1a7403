"""What a page says when the hospital does not answer, or does not have what is asked for."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from adapters.errors import Away, Busy, OutsideError
from hospital_bridge.slot import Download, Go, Page, PageRequest, View
from hospital_bridge.verticals.hospital import directory
from hospital_bridge.verticals.hospital.acting import NotAllowed, NotVerified
from hospital_bridge.verticals.hospital.store import (
    bills,
    critical_values,
    parked_reports,
    registrations,
    reports,
    stays,
    visits,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[PageRequest], View | Go | Download]


MISSING = (
    NotAllowed,
    registrations.NoSuchRegistration,
    bills.NoSuchBill,
    stays.NoSuchStay,
    visits.NoSuchVisit,
    reports.NoSuchReport,
    parked_reports.NoSuchParkedReport,
    critical_values.NoSuchCriticalValue,
)
"""What a page asked for is not there, or not for this reader."""


def page(name: str, path: str, handler: Handler, **more: object) -> Page:
    """A page of the hospital, which says so when the hospital does not answer."""
    return Page(name=name, path=path, handler=speaks_of_trouble(handler), **more)  # type: ignore[arg-type]


def speaks_of_trouble(handler: Handler) -> Handler:
    """Say what happened and what comes next when the hospital does not answer, or offers this no longer."""

    @wraps(handler)
    def page(request: PageRequest) -> View | Go | Download:
        try:
            return handler(request)
        except Away as error:
            return View("away.html", {"until": error.until}, status=503)
        except OutsideError as error:
            busy = isinstance(error, Busy)
            return View("unavailable.html", {"busy": busy}, status=503, refresh_seconds=20)
        except directory.NotOffered:
            return gone(404, "HB-R002")
        except MISSING:
            return View("missing.html", {"code": "HB-R002"}, status=404)
        except NotVerified:
            return View("not_verified.html", status=403)

    return page


def gone(status: int, code: str) -> View:
    """The page that says that something is not (any more) there; `code` is its permanent error code."""
    return View("gone.html", {"code": code}, status=status)
