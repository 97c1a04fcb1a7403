"""The consent page of OAuth, where the wallet user lets an app know who they are."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.addresses import is_web_address, with_query
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_SCOPES = {"auth_user": "姓名、证件号码和手机号", "auth_base": "账号标识"}


def consent_page(world: AlipayWorld) -> Blueprint:
    """`/oauth2/publicAppAuthorize.htm`: which wallet user is at the phone, and whether they agree."""
    pages = Blueprint("consent", __name__, url_prefix="/oauth2", template_folder="templates")

    @pages.get("/publicAppAuthorize.htm")
    def ask() -> str:
        app = _asking_app(world)
        users = tuple(world.users.values())
        return render_template("consent.html", app=app, users=users, asks_for=_SCOPES[_scope()], query=request.args)

    @pages.post("/publicAppAuthorize.htm")
    def agree() -> Response:
        app = _asking_app(world)
        user = world.users.get(request.form.get("user_id", "")) or abort(400)
        with world.lock:
            code = world.grants.allow(app.app_id, user, _scope(), world.clock.now())
        answer = {"app_id": app.app_id, "source": "alipay_wallet", "scope": _scope(), "auth_code": code}
        answer["state"] = request.values.get("state", "")
        return redirect(with_query(request.values["redirect_uri"], answer))

    return pages


def _asking_app(world: AlipayWorld) -> App:
    app = world.apps.get(request.values.get("app_id", ""))
    if app is None or not is_web_address(request.values.get("redirect_uri", "")) or _scope() not in _SCOPES:
        abort(400)
    return app


def _scope() -> str:
    return request.values.get("scope", "auth_user")
