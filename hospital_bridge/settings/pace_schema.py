"""`[operator.his.pace]`: what hospital IT may say of how gently its system is to be treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from hospital_bridge.settings.kinds import counted
from hospital_bridge.settings.pace import MaintenanceWindow, OperationPace, PaceSettings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS, _DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class _Usual:
    """What holds of an operation where nothing is said, times in seconds; what is never shown has no age."""

    calls_at_once: int
    meaning: str
    timeout: float = 0.0
    shown: float | None = None
    stale: float = 0.0


USUAL: Mapping[str, _Usual] = {
    "departments": _Usual(1, "What can be registered for.", timeout=10, shown=60, stale=_DAY),
    "practitioners": _Usual(2, "With whom.", timeout=10, shown=60, stale=_DAY),
    "find_patients": _Usual(2, "The patient index by identity document.", timeout=10),
    "register_patient": _Usual(1, "A new record in the patient index."),
    "slots": _Usual(3, "Free times of a practitioner, with their prices.", timeout=10, shown=5, stale=60),
    "book": _Usual(2, "An appointment."),
    "find_booking": _Usual(2, "What became of an appointment that was asked for; it never rests."),
    "cancel": _Usual(1, "An appointment given back."),
    "post": _Usual(2, "A payment or a refund in the hospital's book."),
    "find_posting": _Usual(2, "What became of a payment or refund that was told; it never rests."),
    "postings": _Usual(1, "The hospital's list of a day, to reconcile."),
    "invoice_state": _Usual(1, "How an e-invoice stands, before money goes back.", timeout=10),
    "fetch": _Usual(1, "News that are fetched."),
}
"""By the method of the port. No single one may hold every place: a rush for slots never keeps out money."""


def _seconds(default: float, most: float, what: str) -> fields.Float:
    return fields.Float(
        load_default=default, validate=validate.Range(min=0, max=most), metadata={"description": f"Seconds {what}."}
    )


def _of_operation(name: str, usual: _Usual) -> fields.Nested:
    ages = {}
    if usual.shown is not None:
        ages["shown_seconds"] = _seconds(usual.shown, _HOURS, "that an answer may be shown before it is asked again")
        ages["stale_seconds"] = _seconds(usual.stale, 7 * _DAY, "that it may be shown while the system fails")
    schema = Schema.from_dict(
        {
            "calls_at_once": counted(usual.calls_at_once, 64, "Calls under way at the same time."),
            "timeout_seconds": _seconds(usual.timeout, _HOURS, "to wait for an answer; 0: as the adapter says"),
            "failures": counted(5, 1000, "Failures in a row after which it rests."),
            "rest_seconds": _seconds(15, _HOURS, "that it then rests before one call tries it"),
            **ages,
        },
        name=f"PaceOf_{name}",
    )
    return fields.Nested(schema, load_default=lambda: schema().load({}), metadata={"description": usual.meaning})


OperationsSchema = Schema.from_dict(
    {name: _of_operation(name, usual) for name, usual in USUAL.items()}, name="OperationsSchema"
)


def _clock_time(default_key: str, what: str) -> fields.String:
    return fields.String(
        required=True,
        data_key=default_key,
        validate=validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d$"),
        metadata={"expected": "a time such as 01:30", "description": what},
    )


class WindowSchema(Schema):
    """`[[operator.his.pace.maintenance]]`: a nightly batch or another time when the system is left alone."""

    begins = _clock_time("from", "When it begins, by the operator's clock.")
    ends = _clock_time("until", "When it is over; earlier than `from` means the next day.")
    days = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)),
        load_default=lambda: list(WEEKDAYS),
        validate=validate.Length(1),
        metadata={"description": "The days on which it begins."},
    )
    stop_before_minutes = fields.Integer(
        strict=True,
        load_default=20,
        validate=validate.Range(0, 240),
        metadata={"description": "Minutes before it from when on no new booking and no new payment begins."},
    )

    @validates_schema
    def _lasts(self, data: dict[str, Any], **_: Any) -> None:
        if data["begins"] == data["ends"]:
            raise ValidationError("It must end at another time than it begins.", "until")

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MaintenanceWindow:
        return MaintenanceWindow(
            begins=time.fromisoformat(data["begins"]),
            ends=time.fromisoformat(data["ends"]),
            weekdays=frozenset(WEEKDAYS.index(day) for day in data["days"]),
            stop_before=timedelta(minutes=data["stop_before_minutes"]),
        )


class PaceSchema(Schema):
    """How gently the system is treated; every default suits a small and old one."""

    calls_at_once = counted(4, 256, "Calls under way at the same time, of all operations and processes together.")
    across_processes = fields.Boolean(
        load_default=True,
        metadata={"description": "Count them together over all processes on PostgreSQL; false where one runs alone."},
    )
    wait_seconds = _seconds(3, 60, "to wait for a place; then the system counts as busy")
    operations = fields.Nested(
        OperationsSchema,
        load_default=lambda: OperationsSchema().load({}),
        metadata={"description": "What differs for one operation."},
    )
    maintenance = fields.List(
        fields.Nested(WindowSchema), load_default=list, metadata={"description": "When it is not asked at all."}
    )

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        operations = {name: _operation_pace(values) for name, values in data["operations"].items()}
        settings = PaceSettings(
            calls_at_once=data["calls_at_once"],
            queue=timedelta(seconds=data["wait_seconds"]),
            operations=operations,
            across_processes=data["across_processes"],
            maintenance=tuple(data["maintenance"]),
        )
        return {"pace": settings}


def _operation_pace(values: Mapping[str, Any]) -> OperationPace:
    return OperationPace(
        calls_at_once=values["calls_at_once"],
        timeout=timedelta(seconds=values["timeout_seconds"]),
        shown_for=timedelta(seconds=values.get("shown_seconds", 0)),
        stale_for=timedelta(seconds=values.get("stale_seconds", 0)),
        failures=values["failures"],
        rest=timedelta(seconds=values["rest_seconds"]),
    )


USUAL_PACE: PaceSettings = PaceSchema().load({})["pace"]
"""What holds where nothing is written."""
