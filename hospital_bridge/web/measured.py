"""Every answer is counted with its route, status and time."""

from __future__ import annotations

from flask import Flask, Response, g, request

from hospital_bridge.activity import count_request
from hospital_bridge.web.visit import site


def measure(app: Flask) -> None:
    """Count each request once it is answered, whoever answers it."""
    app.before_request(_begin)
    app.after_request(_count)


def _begin() -> None:
    g.began = site().clock.now()


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else ""
    # Without a route the method, too, is whatever a stranger made up.
    method = request.method if route else ""
    if "began" in g:
        count_request(method, route, response.status_code, site().clock.now() - g.began)
    return response
