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
