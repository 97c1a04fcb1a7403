"""The web application of one site."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from hospital_bridge.web import (
    admin,
    api,
    bank,
    board,
    callbacks,
    card_desk,
    cards,
    consents,
    console,
    deliveries,
    devices,
    family,
    finance,
    health,
    messages,
    orders,
    patient,
    received,
    refunds,
    staff,
    statements,
)
from hospital_bridge.web.access import access_of
from hospital_bridge.web.assets import assets_blueprint, load_assets
from hospital_bridge.web.dispatch import plug_pages
from hospital_bridge.web.faults import handle_faults
from hospital_bridge.web.guard import guard, take_operator
from hospital_bridge.web.headers import secure_headers
from hospital_bridge.web.look import remember_look
from hospital_bridge.web.measured import measure
from hospital_bridge.web.once import once
from hospital_bridge.web.open_requests import OpenRequests
from hospital_bridge.web.rendering import prepare_templates
from hospital_bridge.web.resources import plug_resources
from hospital_bridge.web.session_cookie import send_session_cookie
from hospital_bridge.web.site import Site
from hospital_bridge.web.waiting import turn_away_late

PARTS = (
    patient,
    consents,
    family,
    messages,
    cards,
    staff,
    admin,
    finance,
    bank,
    statements,
    orders,
    refunds,
    received,
    deliveries,
    devices,
    board,
    console,
    card_desk,
    callbacks,
    api,
    health,
)
"""The core's pages, each a module with its blueprint."""

LARGEST_BODY = 1024 * 1024
SEE_OTHER = 303


def create_app(site: Site) -> Flask:
    """The WSGI application; raises UndeclaredRoute, MissingAsset or MissingCatalogue rather than start half."""
    app = Flask("hospital_bridge.web", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["site"] = site
    app.extensions["open_requests"] = OpenRequests(site.store)
    assets = load_assets()
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    app.register_blueprint(assets_blueprint(assets))
    plug_pages(app, site)
    plug_resources(app, site)
    prepare_templates(app, site, assets)
    handle_faults(app)
    _run_posts_once(app)
    measure(app)
    app.url_value_preprocessor(take_operator)
    turn_away_late(app)
    app.before_request(guard)
    app.after_request(_finish(https=site.public_url.startswith("https://")))
    return app


def _run_posts_once(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access.once and "POST" in (rule.methods or ()):
            app.view_functions[rule.endpoint] = once(app.view_functions[rule.endpoint], access)


def _finish(*, https: bool) -> Any:
    def finish(response: Response) -> Response:
        send_session_cookie(response, secure=https)
        remember_look(response, secure=https)
        return _leave_page(secure_headers(response, https=https))

    return finish


def _leave_page(response: Response) -> Response:
    """A part of a page that looks again cannot follow a redirect by itself: the whole page goes (htmx HX-Redirect)."""
    if "HX-Request" in request.headers and response.status_code == SEE_OTHER:
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code = 204
    return response
