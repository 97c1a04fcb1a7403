"""The clinician's console: critical values that wait for a word, and reports that a patient may not read before."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.hospital.pages.trouble import gone, page
from hospital_bridge.verticals.hospital.results import clinic, clinician
from hospital_bridge.verticals.hospital.results.critical import Action, IllegalTransition

CLINICIAN = "clinician"
LOOK_AGAIN_SECONDS = 10


class Acknowledgement(Schema):
    """What the clinician does, and the value as they read it back (复述)."""

    action = fields.Enum(
        Action,
        by_value=True,
        required=True,
        error_messages={"required": "Choose what you do.", "unknown": "Choose what you do."},
    )
    read_back = fields.String(
        required=True, validate=validate.Length(1, 200, error="Type the value as the report says it.")
    )


def show_critical(request: PageRequest) -> View:
    """Everything that waits for a clinician, the longest waiting first; the page looks again by itself."""
    data = {
        "waiting": clinic.waiting(request.scope),
        "held": clinic.held(request.scope),
        "strangers": clinic.critical_of_nobody(request.scope),
        "now": request.scope.now(),
    }
    return View("clinic.html", data, refresh_seconds=LOOK_AGAIN_SECONDS)


def show_value(request: PageRequest) -> View:
    """One critical value with its patient, and the form to acknowledge it."""
    return _form(request, differs=False)


def acknowledge(request: PageRequest) -> View | Go:
    """The clinician knows it: 已知晓."""
    data = request.data
    try:
        accepted = clinic.acknowledge(
            request.scope, data["critical"], by=request.principal, action=data["action"], read_back=data["read_back"]
        )
    except IllegalTransition:
        return gone(409, "HB-H005")
    return Go("critical") if accepted else _form(request, differs=True)


def _form(request: PageRequest, *, differs: bool) -> View:
    opened = clinic.open_value(request.scope, request.data["critical"], by=request.principal)
    data = {"opened": opened, "actions": list(Action), "differs": differs, "errors": request.errors}
    return View("critical.html", data, status=422 if differs else 200)


def show_report(request: PageRequest) -> View:
    """One report as the laboratory sent it, with its history."""
    opened = clinic.open_report(request.scope, request.data["report"], by=request.principal)
    return View("review.html", {"opened": opened})


def mark_seen(request: PageRequest) -> Go:
    """The doctor has looked at it: what was held back only until then is free for the patient."""
    clinician.mark_seen(request.scope, request.data["report"], by=request.principal)
    return Go("critical")


PAGES = (
    page("critical", "critical", show_critical, role=CLINICIAN, menu="Critical values"),
    page("critical_value", "critical/<critical>", show_value, role=CLINICIAN),
    page(
        "critical.acknowledge",
        "critical/<critical>/acknowledge",
        acknowledge,
        role=CLINICIAN,
        method="POST",
        schema=Acknowledgement,
        again="critical_value",
    ),
    page("review", "reports/<report>", show_report, role=CLINICIAN),
    page("review.seen", "reports/<report>/seen", mark_seen, role=CLINICIAN, method="POST"),
)
