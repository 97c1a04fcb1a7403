"""What a supervisor asks: alive, ready, and figures."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import OPEN, open_to
from hospital_bridge.web.client_address import comes_only_from
from hospital_bridge.web.visit import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/live")
@open_to(OPEN)
def live() -> Response:
    """The process answers; nothing else is looked at."""
    return Response("alive\n", mimetype="text/plain")


@blueprint.get("/ready")
@open_to(OPEN)
def ready() -> Response:
    """200 when every probe is well, otherwise 503; outside systems are no probes, they may be down."""
    probes = site().readiness()
    well = all(probe.ok for probe in probes)
    response = jsonify(
        ready=well, probes=[{"name": probe.name, "ok": probe.ok, "detail": probe.detail} for probe in probes]
    )
    response.status_code = 200 if well else 503
    return response


@blueprint.get("/metrics")
@open_to(OPEN)
def metrics() -> Response:
    """Figures in the Prometheus text format, never a person; for others than `metrics_networks` there is no page."""
    if not comes_only_from(site().metrics_networks):
        raise BridgeError("HB-R002")
    return Response(site().metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")
