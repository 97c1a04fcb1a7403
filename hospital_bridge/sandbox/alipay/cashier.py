"""The cashier page, which stands in for the payment sheet of the wallet's app."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from hospital_bridge.sandbox.alipay.addresses import is_web_address
from hospital_bridge.sandbox.alipay.amounts import yuan
from hospital_bridge.sandbox.alipay.refusals import Refusal
from hospital_bridge.sandbox.alipay.trade import Trade
from hospital_bridge.sandbox.alipay.world import AlipayWorld


def cashier_page(world: AlipayWorld) -> Blueprint:
    """`/cashier?trade_no=`, and back to `return_to` where the caller gives one."""
    pages = Blueprint("cashier", __name__, template_folder="templates")

    @pages.get("/cashier")
    def show() -> str:
        trade = _trade(world)
        app = world.apps[trade.app_id]
        amount = yuan(trade.total_fen)
        return render_template("cashier.html", trade=trade, app=app, amount=amount, return_to=_return_to())

    @pages.post("/cashier")
    def decide() -> Response | str:
        trade = _trade(world)
        pays = request.form.get("decision") == "pay"
        refusal = _paid(world, trade) if pays else ""
        if _return_to() and not refusal:
            return redirect(_return_to(), 303)
        return render_template("paid.html", paid=pays and not refusal, refusal=refusal, return_to=_return_to())

    return pages


def _paid(world: AlipayWorld, trade: Trade) -> str:
    """Why the payment was refused, or nothing."""
    try:
        world.pay(trade.trade_no, request.form.get("user_id"))
    except Refusal as refusal:
        return refusal.node["sub_msg"]
    return ""


def _trade(world: AlipayWorld) -> Trade:
    world.expire_overdue()
    return world.trades.numbered(request.values.get("trade_no", "")) or abort(404)


def _return_to() -> str:
    address = request.values.get("return_to", "")
    return address if is_web_address(address) else ""
