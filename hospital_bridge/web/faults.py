"""What a reader is told when something is wrong: a permanent code, what happened and what to do."""

from __future__ import annotations

import traceback

from flask import Flask, Response, g, json, render_template, request
from werkzeug.exceptions import HTTPException

from hospital_bridge.cards.model import CardRefused
from hospital_bridge.cards.refusals import as_error as card_error
from hospital_bridge.errors import BridgeError
from hospital_bridge.lines.refusals import as_error
from hospital_bridge.logs import logger
from hospital_bridge.slot import Vetoed
from hospital_bridge.store.busy import RETRY_SECONDS, DatabaseBusy
from hospital_bridge.store.tenant_table import StaleVersion
from hospital_bridge.web.visit import arrive, site
from queueing.commands import Refused
from queueing.ticket import IllegalTransition

_log = logger(__name__)

_CODES = {400: "HB-R001", 401: "HB-A001", 403: "HB-A002", 404: "HB-R002", 405: "HB-R006", 413: "HB-R005"}
_UNKNOWN = "HB-S001"


def handle_faults(app: Flask) -> None:
    """Answer every fault with its code; as problem+json (RFC 9457) under /api."""
    app.register_error_handler(BridgeError, _told)
    app.register_error_handler(HTTPException, lambda fault: _told(BridgeError(_CODES.get(fault.code or 0, _UNKNOWN))))
    for refusal in (Refused, IllegalTransition):
        app.register_error_handler(refusal, lambda fault: _told(as_error(fault)))
    app.register_error_handler(CardRefused, lambda fault: _told(card_error(fault)))
    app.register_error_handler(StaleVersion, lambda _: _told(BridgeError("HB-D004")))
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(Exception, _unexpected)


def _busy(fault: Exception) -> Response:
    """The unit of work is undone, and every act behind a POST bears being asked twice (`store.idempotency`)."""
    _log.warning("request.busy", route=request.url_rule.rule if request.url_rule else "", reason=str(fault))
    g.retry_after_seconds = RETRY_SECONDS
    return _told(BridgeError("HB-D006"))


def _unexpected(fault: Exception) -> Response:
    """Log where it happened, not what it said: a library's text may hold a patient's data."""
    g.incident = site().ids.new()
    last = traceback.extract_tb(fault.__traceback__)[-1]
    route = request.url_rule.rule if request.url_rule else ""
    _log.error("request.failed", request_id=g.incident, route=route, error=type(fault).__name__, reason=_place(last))
    return _told(BridgeError(_UNKNOWN))


def _place(frame: traceback.FrameSummary) -> str:
    return f"{frame.filename}:{frame.lineno}"


def _told(fault: BridgeError) -> Response:
    if "visit" not in g and (arrived := arrive()) is not None:
        g.visit = arrived
    response = _problem(fault) if request.path.startswith("/api/") else _page(fault)
    response.status_code = fault.status
    if "retry_after_seconds" in g:
        response.headers["Retry-After"] = str(g.retry_after_seconds)
    return response


def _problem(fault: BridgeError) -> Response:
    problem = {
        "type": f"urn:hospital-bridge:{fault.code}",
        "title": fault.entry.title,
        "status": int(fault.status),
        "detail": fault.entry.remedy,
        "code": fault.code,
    }
    if isinstance(fault, Vetoed):
        problem["reason"] = fault.veto.reason
    if "incident" in g:
        problem["instance"] = f"urn:uuid:{g.incident}"
    return Response(json.dumps(problem), content_type="application/problem+json")


def _page(fault: BridgeError) -> Response:
    why = fault.veto.sentence if isinstance(fault, Vetoed) else ""
    return Response(
        render_template(
            "fault.html",
            fault=fault.entry,
            why=why,
            incident=g.get("incident", ""),
            retry_after=g.get("retry_after_seconds"),
        )
    )
