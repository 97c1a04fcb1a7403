"""Showing a page; one that waits for something looks again by itself and is told when nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g, render_template, request
from markupsafe import Markup

from hospital_bridge.web.forms import page_key
from hospital_bridge.web.visit import visit

JITTER_STEPS = 1000
SPREAD = 0.4


def show(template: str, context: Mapping[str, Any], status: int = 200, refresh_seconds: int | None = None) -> Response:
    """The rendered page; with `refresh_seconds` it carries an ETag, and 304 answers a look that finds no change."""
    if refresh_seconds is None:
        return Response(render_template(template, **context), status)
    g.refresh_seconds = refresh_seconds
    body = render_template(template, **context)
    response = Response(body.replace(ETAG_MARK, tag := _tag(body)), status)
    response.set_etag(tag)
    if status == HTTPStatus.OK:
        response.make_conditional(request)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(refresh_seconds)
    return response


ETAG_MARK = "@etag@"
_LOOKS_AGAIN = Markup(
    'hx-get="{address}" hx-trigger="every {milliseconds}ms" hx-select="#{part}" hx-swap="outerHTML"'
    """ hx-headers='{{"If-None-Match": "\\"{mark}\\""}}'"""
)


def looks_again(part: str = "live", address: str = "") -> Markup:
    """The attributes by which the element of that id asks for its next state, by default where the page stands."""
    address = address or request.full_path
    return _LOOKS_AGAIN.format(address=address, milliseconds=_milliseconds(), part=part, mark=ETAG_MARK)


def _milliseconds() -> int:
    """This session's interval: spread by its secret, so that a hall of phones does not ask all at once."""
    share = int(hashlib.sha256(visit().secret.encode()).hexdigest(), 16) % JITTER_STEPS / JITTER_STEPS
    return int(g.refresh_seconds * 1000 * (1 - SPREAD / 2 + SPREAD * share))


def _tag(body: str) -> str:
    """The content without the keys of its forms, which are new each time."""
    return hashlib.sha256(body.replace(page_key(), "").encode()).hexdigest()[:32]
