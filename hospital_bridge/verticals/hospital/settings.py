"""What hospital IT may set for this vertical."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class HospitalSettings(Schema):
    """The table `operator.verticals.hospital`."""

    horizon_days = fields.Integer(
        load_default=7, validate=validate.Range(1, 60), metadata={"description": "Days ahead that can be booked."}
    )
    hold_minutes = fields.Integer(
        load_default=5,
        validate=validate.Range(1, 60),
        metadata={"description": "How long a slot is held while the hospital is asked for it."},
    )
    pay_minutes = fields.Integer(
        load_default=15, validate=validate.Range(2, 120), metadata={"description": "How long a patient has to pay."}
    )
    cancel_until_minutes = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 7 * 24 * 60),
        metadata={"description": "How long before its beginning a paid visit can no longer be cancelled here."},
    )
    critical_minutes = fields.Integer(
        load_default=10,
        validate=validate.Range(2, 24 * 60),
        metadata={
            "description": "Within how many minutes a critical value (危急值) must be acknowledged; at half of them, "
            "all of them and twice as many it is passed on."
        },
    )
    critical_line = fields.List(
        fields.String(validate=validate.Length(1, 40)),
        load_default=lambda: ["doctor", "ward", "duty_office"],
        validate=validate.Length(1, 3),
        metadata={"description": "To whom an unacknowledged critical value is passed on, one after the other."},
    )
    hold_items = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        load_default=list,
        metadata={
            "description": "Codes of items (OBX-3.1) whose report a patient reads only after a doctor has looked at it."
        },
    )
    parked_days = fields.Integer(
        load_default=30,
        validate=validate.Range(1, 3650),
        metadata={"description": "How many days a report waits for its patient before it is dropped here."},
    )
