"""Steering the sandbox from outside its process: JSON in, JSON out, under `/control`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request

from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.sandbox.alipay.refusals import Refusal
from hospital_bridge.sandbox.alipay.trade import Trade
from hospital_bridge.sandbox.alipay.world import AlipayWorld

_BAD_REQUEST = 400
_CONFLICT = 409


def control_pages(world: AlipayWorld) -> Blueprint:
    """Make `apps` and `users`, read `messages`, plan `faults`, close `days`, send `notices`, pay, finish `trades`."""
    pages = Blueprint("control", __name__, url_prefix="/control")
    _account_pages(pages, world)
    _fault_pages(pages, world)
    _trade_pages(pages, world)
    pages.register_error_handler(ValueError, _explained(_BAD_REQUEST))
    pages.register_error_handler(KeyError, _explained(_BAD_REQUEST))
    pages.register_error_handler(TypeError, _explained(_BAD_REQUEST))
    pages.register_error_handler(Refusal, _explained(_CONFLICT))
    return pages


def _account_pages(pages: Blueprint, world: AlipayWorld) -> None:
    @pages.post("/apps")
    def new_app() -> Response:
        given = _given()
        title = str(given.get("title", "示范医院"))
        return jsonify(asdict(world.new_app(title, with_certificates=bool(given.get("with_certificates")))))

    @pages.post("/users")
    def new_user() -> Response:
        given = _given()
        return jsonify(asdict(world.new_user(str(given["name"]), str(given["cert_no"]), str(given["mobile"]))))

    @pages.post("/users/<user_id>/unfollow")
    def unfollow(user_id: str) -> Response:
        world.mail.unfollowed.add(world.users[user_id].user_id)
        return messages()

    @pages.get("/messages")
    def messages() -> Response:
        return jsonify([asdict(sent) for sent in world.mail.sent])

    @pages.get("/users")
    def users() -> Response:
        return jsonify([asdict(user) for user in world.users.values()])


def _fault_pages(pages: Blueprint, world: AlipayWorld) -> None:
    @pages.post("/faults")
    def plan() -> Response:
        given = _given()
        times = given.get("times", 1)
        world.faults.add(
            Fault(
                str(given["target"]),
                Effect(given["effect"]),
                None if times is None else int(times),
                float(given.get("seconds", 0)),
            )
        )
        return planned()

    @pages.get("/faults")
    def planned() -> Response:
        return jsonify([asdict(fault) for fault in world.faults.planned()])

    @pages.delete("/faults")
    def clear() -> Response:
        world.faults.clear()
        return planned()


def _trade_pages(pages: Blueprint, world: AlipayWorld) -> None:
    @pages.get("/trades")
    def trades() -> Response:
        return jsonify([_summary(trade) for trade in world.trades])

    @pages.post("/trades/<trade_no>/pay")
    def pay(trade_no: str) -> Response:
        return jsonify(_summary(world.pay(trade_no, _given().get("user_id"))))

    @pages.post("/trades/<trade_no>/finish")
    def finish(trade_no: str) -> Response:
        return jsonify(_summary(world.finish(trade_no)))

    @pages.post("/days")
    def close_day() -> Response:
        day = date.fromisoformat(str(_given()["date"])) if _given().get("date") else world.today()
        world.close_day(day)
        return jsonify({"closed": day.isoformat()})

    @pages.post("/notices/deliver")
    def deliver() -> Response:
        return jsonify({"sent": world.deliver_due()})


def _given() -> dict[str, Any]:
    given = request.get_json(silent=True) or {}
    if not isinstance(given, dict):
        raise TypeError("the body must be a JSON object")
    return given


def _summary(trade: Trade) -> dict[str, object]:
    return {
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "status": trade.status.value,
        "total_fen": trade.total_fen,
        "refunded_fen": trade.refunded_fen,
    }


def _explained(status: int) -> Callable[[Exception], tuple[Response, int]]:
    def answer(error: Exception) -> tuple[Response, int]:
        return jsonify({"error": str(error)}), status

    return answer
