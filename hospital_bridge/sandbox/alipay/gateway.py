"""The gateway as a Flask app: the wire, the consent page, the cashier and the control interface."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, request

from hospital_bridge.sandbox.alipay.bill_page import bill_page
from hospital_bridge.sandbox.alipay.cashier import cashier_page
from hospital_bridge.sandbox.alipay.connection import ConnectionCut
from hospital_bridge.sandbox.alipay.consent import consent_page
from hospital_bridge.sandbox.alipay.control import control_pages
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.alipay.methods import METHODS, performed
from hospital_bridge.sandbox.alipay.refusals import Refusal, business
from hospital_bridge.sandbox.alipay.reply import Reply
from hospital_bridge.sandbox.alipay.request import calling_app, checked, merged
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_BEFORE: Mapping[Effect | None, Mapping[str, object]] = {
    Effect.UNKNOWN_BEFORE: Refusal("20000", "isp.unknow-error", "系统繁忙").node,
    Effect.SYSTEM_ERROR_BEFORE: business("ACQ.SYSTEM_ERROR", "系统错误").node,
    Effect.CALL_LIMITED: Refusal("40005", "isv.app-call-limited", "应用调用次数超限").node,
}
_AFTER: Mapping[Effect | None, Mapping[str, object]] = {
    Effect.UNKNOWN_AFTER: Refusal("20000", "aop.unknow-error", "系统繁忙").node,
    Effect.SYSTEM_ERROR_AFTER: business("ACQ.SYSTEM_ERROR", "系统错误").node,
}
_BAD_GATEWAY = 502


def create_gateway(world: AlipayWorld) -> Flask:
    """The app over that world; `serving.serve_gateway` puts it on a socket."""
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a cut connection must reach the server
    app.register_blueprint(consent_page(world))
    app.register_blueprint(cashier_page(world))
    app.register_blueprint(bill_page(world))
    app.register_blueprint(control_pages(world))

    @app.route("/gateway.do", methods=["GET", "POST"])
    def gateway() -> Response:
        parameters = merged(request.query_string, request.get_data())
        fault = world.faults.take(parameters.get("method", ""))
        return _steered(world, parameters, fault)

    return app


def _steered(world: AlipayWorld, parameters: dict[str, str], fault: Fault | None) -> Response:
    effect = fault.effect if fault else None
    if effect is Effect.LOSE_REQUEST:
        raise ConnectionCut
    if effect is Effect.BAD_GATEWAY_BEFORE:
        return Response("bad gateway", _BAD_GATEWAY)
    reply = answered(world, parameters, request.host_url, effect)
    if effect is Effect.LOSE_REPLY:
        raise ConnectionCut
    if effect is Effect.BAD_GATEWAY_AFTER:
        return Response("bad gateway", _BAD_GATEWAY)
    if fault is not None and effect is Effect.DELAY_REPLY:
        world.clock.sleep(fault.seconds)
    return _response(reply, effect)


def answered(world: AlipayWorld, parameters: dict[str, str], host_url: str, effect: Effect | None = None) -> Reply:
    """The gateway's answer to merged parameters, as a value."""
    app = None
    name = parameters.get("method", "").replace(".", "_") + "_response"
    encoding = _known(parameters.get("charset", "utf-8"))
    try:
        app = calling_app(world, parameters)
        checked_request = checked(world, app, parameters, host_url)
        node = _BEFORE.get(effect) or performed(world, checked_request)
    except Refusal as refusal:
        node = refusal.node
        if app is None or parameters.get("method") not in METHODS:
            name = "error_response"
    if effect is Effect.REFUND_PENDING:
        node = {**node, "fund_change": "N"}
    return Reply(name, _AFTER.get(effect, node), app, encoding)


def _known(encoding: str) -> str:
    return encoding if encoding.lower() in {"utf-8", "gbk", "gb2312", "gb18030"} else "utf-8"


def _response(reply: Reply, effect: Effect | None) -> Response:
    if effect is Effect.NOT_JSON:
        return Response("<html><body>系统繁忙</body></html>", content_type="text/html; charset=utf-8")
    body = reply.body(effect)
    response = Response(body, content_type=f"text/html;charset={reply.encoding}")
    if effect is Effect.TEAR_REPLY:
        response = Response(iter([body[: len(body) // 2]]), content_type=f"text/html;charset={reply.encoding}")
        response.headers["Content-Length"] = str(len(body))
    return response
