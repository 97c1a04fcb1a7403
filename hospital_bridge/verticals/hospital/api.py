"""What clinicians' systems fetch and say over the API: reports and the acknowledgement of critical values."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.errors import BridgeError
from hospital_bridge.slot import PageRequest, Resource, Told
from hospital_bridge.verticals.hospital.results import clinician, critical_watch
from hospital_bridge.verticals.hospital.results.critical import Action, IllegalTransition
from hospital_bridge.verticals.hospital.store import critical_values, reports

if TYPE_CHECKING:
    from collections.abc import Callable

REPORTS_READ = "reports:read"
REPORTS_ACKNOWLEDGE = "reports:acknowledge"
CREATED = 201


class Look(Schema):
    """Which clinician looked, by the hospital's own code."""

    clinician = fields.String(required=True, validate=validate.Regexp(r"^[ -~]{1,60}$"))


class Acknowledgement(Look):
    """That the clinician knows the value, what they do, and the value as they read it back (复述)."""

    action = fields.Enum(Action, by_value=True, required=True)
    read_back = fields.String(required=True, validate=validate.Length(1, 200))


def _or_none_such(handler: Callable[[PageRequest], Told]) -> Callable[[PageRequest], Told]:
    @wraps(handler)
    def tell(request: PageRequest) -> Told:
        try:
            return handler(request)
        except (reports.NoSuchReport, critical_values.NoSuchCriticalValue) as missing:
            raise BridgeError("HB-R002") from missing
        except IllegalTransition as late:
            raise BridgeError("HB-H005") from late

    return tell


@_or_none_such
def read(request: PageRequest) -> Told:
    """The report as it stands, with its history."""
    return Told(clinician.read_report(request.scope, request.data["report"], by=request.principal))


@_or_none_such
def look(request: PageRequest) -> Told:
    """A doctor has looked at the report in their own system."""
    report_id = request.data["report"]
    clinician.mark_seen(request.scope, report_id, by=_who(request))
    return Told({"report_id": report_id}, CREATED, at="report", params={"report": report_id})


@_or_none_such
def acknowledge(request: PageRequest) -> Told:
    """A clinician acknowledges a critical value in their own system."""
    data = request.data
    with request.scope.begin() as work:
        value = critical_values.get(work, data["critical"])
        if value.report_id != data["report"]:
            raise critical_values.NoSuchCriticalValue(data["critical"])
        accepted = critical_watch.acknowledge(
            work, value.critical_id, by=_who(request), action=data["action"], read_back=data["read_back"]
        )
    if not accepted:
        raise BridgeError("HB-H004")
    return Told({"critical_id": value.critical_id}, CREATED, at="report", params={"report": value.report_id})


def _who(request: PageRequest) -> str:
    """The system that says so, and for whom."""
    return f"{request.principal}/{request.data['clinician']}"


RESOURCES = (
    Resource("report", "reports/<report>", REPORTS_READ, read),
    Resource("look", "reports/<report>/look", REPORTS_ACKNOWLEDGE, look, method="POST", schema=Look),
    Resource(
        "acknowledge",
        "reports/<report>/critical/<critical>/acknowledge",
        REPORTS_ACKNOWLEDGE,
        acknowledge,
        method="POST",
        schema=Acknowledgement,
    ),
)
