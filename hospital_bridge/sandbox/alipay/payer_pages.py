"""What the wallet user sees: the consent page and the cashier, which stands in for the payment sheet."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from hospital_bridge.sandbox.alipay.accounts import App
from hospital_bridge.sandbox.alipay.amounts import yuan
from hospital_bridge.sandbox.alipay.refusals import Refusal
from hospital_bridge.sandbox.alipay.trade import Trade
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_SCOPES = {"auth_user": "姓名、证件号码和手机号", "auth_base": "账号标识"}


def payer_pages(world: AlipayWorld) -> Blueprint:
    """The consent page and the cashier."""
    pages = Blueprint("payer", __name__, template_folder="templates")

    @pages.get("/oauth2/publicAppAuthorize.htm")
    def ask_consent() -> str:
        app = _asking_app(world)
        users = tuple(world.users.values())
        return render_template("consent.html", app=app, users=users, asks_for=_SCOPES[_scope()], query=request.args)

    @pages.post("/oauth2/publicAppAuthorize.htm")
    def consent() -> Response:
        app = _asking_app(world)
        user = world.users.get(request.form.get("user_id", "")) or abort(400)
        with world.lock:
            code = world.grants.allow(app.app_id, user, _scope(), world.clock.now())
        answer = {"app_id": app.app_id, "source": "alipay_wallet", "scope": _scope(), "auth_code": code}
        return redirect(
            _with_query(request.values["redirect_uri"], answer | {"state": request.values.get("state", "")})
        )

    @pages.get("/cashier")
    def show_cashier() -> str:
        trade = _trade(world)
        app = world.apps[trade.app_id]
        return render_template(
            "cashier.html", trade=trade, app=app, amount=yuan(trade.total_fen), return_to=_return_to()
        )

    @pages.post("/cashier")
    def decide() -> Response | str:
        trade, paid, refusal = _trade(world), False, ""
        if request.form.get("decision") == "pay":
            try:
                world.pay(trade.trade_no, request.form.get("user_id"))
                paid = True
            except Refusal as error:
                refusal = str(error.node["sub_msg"])
        if _return_to() and not refusal:
            return redirect(_return_to(), 303)
        return render_template("paid.html", paid=paid, refusal=refusal, return_to=_return_to())

    return pages


def _asking_app(world: AlipayWorld) -> App:
    app = world.apps.get(request.values.get("app_id", ""))
    if app is None or not _is_address(request.values.get("redirect_uri", "")) or _scope() not in _SCOPES:
        abort(400)
    return app


def _scope() -> str:
    return request.values.get("scope", "auth_user")


def _trade(world: AlipayWorld) -> Trade:
    world.expire_overdue()
    return world.trades.numbered(request.values.get("trade_no", "")) or abort(404)


def _return_to() -> str:
    address = request.values.get("return_to", "")
    return address if _is_address(address) else ""


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _with_query(address: str, more: dict[str, str]) -> str:
    parts = urlsplit(address)
    return parts._replace(query="&".join(filter(None, (parts.query, urlencode(more))))).geturl()
