"""The API of other systems: JSON, problem+json for faults, keys with scopes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from hospital_bridge.errors import BridgeError
from hospital_bridge.web.access import OPEN, Access, Area, open_to
from hospital_bridge.web.caller import caller
from hospital_bridge.web.visit import site

LINKS_READ = "links:read"
JOBS_REPLAY = "jobs:replay"
QUEUE_CALL = "queue:call"
SCOPES = frozenset([LINKS_READ, JOBS_REPLAY, QUEUE_CALL])

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/version")
@open_to(OPEN)
def version() -> Response:
    """The version of the bridge and of this API."""
    return jsonify(version=site().version, api=1)


@blueprint.get("/<operator>/links")
@open_to(Access(Area.API, role=LINKS_READ))
def links() -> Response:
    """The traffic light of each link, for the hospital's own monitoring; instants in UTC."""
    rows = site().admin.links(caller().operator_id)
    return jsonify(
        links=[
            {
                "name": row.name,
                "kind": row.kind,
                "light": row.light,
                "last_success_at": row.last_success_at.isoformat() if row.last_success_at else None,
                "detail": row.detail,
            }
            for row in rows
        ]
    )


@blueprint.post("/<operator>/jobs/<job_id>/replay")
@open_to(Access(Area.API, role=JOBS_REPLAY))
def replay(job_id: str) -> Any:
    """Let a dead job run again; 202, and the links tell how it goes."""
    if not site().admin.replay_job(caller().operator_id, job_id, caller().actor):
        raise BridgeError("HB-R002")
    return Response(status=202, headers={"Location": url_for("api.links", operator=caller().operator_id)})
