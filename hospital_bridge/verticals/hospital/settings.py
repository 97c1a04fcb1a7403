"""What hospital IT may set for this vertical."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


def _minutes(default: int, most: int, text: str) -> fields.Integer:
    return fields.Integer(load_default=default, validate=validate.Range(0, most), metadata={"description": text})


class QueueSettings(Schema):
    """The table `operator.verticals.hospital.queue`; who comes first, in minutes of head start."""

    booked_credit = _minutes(10, 30, "Head start of who has an appointment.")
    priority_credit = _minutes(20, 30, "Head start of who is eighty or older, or is given priority at the desk.")
    return_credit = _minutes(20, 30, "Head start of who comes back from an examination.")
    grace = _minutes(15, 120, "Who comes later than this after the appointed time loses the head start.")
    pass_limit = fields.Integer(
        load_default=2,
        validate=validate.Range(0, 10),
        metadata={"description": "Calls that somebody may miss and still rejoin the line."},
    )
    near = fields.Integer(
        load_default=3,
        validate=validate.Range(0, 20),
        metadata={"description": "How many are ahead when a patient is told that it is soon their turn."},
    )
    numbers_only = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "Codes of the departments whose boards show no names, not even masked ones."},
    )


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
    queue = fields.Nested(
        QueueSettings,
        load_default=lambda: QueueSettings().load({}),
        metadata={"description": "Who comes first in a practitioner's line."},
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
        metadata={"description": "How many days a report or bill waits for its patient before it is dropped here."},
    )
    day_closes = fields.Time(
        format="%H:%M",
        load_default=None,
        metadata={
            "expected": "a local time such as 17:30",
            "description": "When the hospital closes its accounting day (日结): what is posted from then on stands on"
            " the next one. Without it the day ends at midnight.",
        },
    )
    deposit_least = fields.Integer(
        load_default=100,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The smallest deposit (预交金) onto a stay, in yuan."},
    )
    deposit_most = fields.Integer(
        load_default=20_000,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The largest one, in yuan."},
    )
    payment_window = fields.String(
        load_default="",
        validate=validate.Length(max=120),
        metadata={"description": "Where a bill is settled that cannot be paid on the phone, as patients are told it."},
    )
