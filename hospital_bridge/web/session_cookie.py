"""Opening and ending sessions, and the cookie that carries their secret."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, g

from hospital_bridge.store.sessions import LIFETIME, SessionKind, Sessions
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.web.access import Area
from hospital_bridge.web.visit import COOKIES, Visit, site, visit

_PATHS = {Area.PATIENT: "/p/{}/", Area.STAFF: "/staff/{}/", Area.DEVICE: "/device/{}/"}


def change_session(work: Work, kind: SessionKind, principal: str = "") -> None:
    """End the present session and open one under a new secret: no secret outlives a login (ASVS 7.2.4)."""
    here = visit()
    if here.secret:
        Sessions(work).end(here.secret)
    here.secret = site().ids.secret()
    Sessions(work).open(here.secret, kind, principal)
    g.new_secret = here.secret


def ensure_session() -> None:
    """A page with a form needs a session to bind the form to; a visitor gets one of their own."""
    here = visit()
    if here.session is None:
        with site().store.begin(here.operator.id) as work:
            change_session(work, SessionKind.VISITOR)
            here.session = Sessions(work).find(here.secret)


def end_session(work: Work) -> None:
    """Sign out: the secret opens nothing any more."""
    here = visit()
    if here.secret:
        Sessions(work).end(here.secret)
    g.new_secret = ""


def send_session_cookie(response: Response, *, secure: bool) -> Response:
    """Give the browser the secret of the session that this request opened."""
    if "new_secret" in g:
        here = visit()
        response.set_cookie(
            COOKIES[here.area],
            g.new_secret,
            path=_path(here),
            max_age=_max_age(here) if g.new_secret else 0,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def _max_age(here: Visit) -> timedelta | None:
    """A screen keeps its cookie over a power cut; a person's ends with the browser."""
    return LIFETIME[SessionKind.DEVICE] if here.area is Area.DEVICE else None


def _path(here: Visit) -> str:
    return _PATHS[here.area].format(here.operator.id)
