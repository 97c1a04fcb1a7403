"""`[operator.refunds]`: what people of the staff may give back, and when two of them must agree."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from adapters.errors import Malformed
from adapters.money import fen_from_yuan, yuan_from_fen
from adapters.values import Fen
from hospital_bridge.settings.model import SECOND_PERSON_FROM, RefundSettings


def _is_sum(text: str) -> None:
    try:
        if fen_from_yuan(text) >= 0:
            return
    except Malformed:
        pass
    raise ValidationError("It is no amount in yuan such as 500.00.")


class RefundsSchema(Schema):
    """`[operator.refunds]`: parts of one payment count together, so that a large refund cannot be cut up."""

    second_person_from = fields.String(
        load_default=yuan_from_fen(SECOND_PERSON_FROM),
        validate=_is_sum,
        metadata={
            "expected": "an amount in yuan such as 500.00",
            "description": "From this sum on a refund that staff ask for needs a second person's approval, and both"
            " prove again who they are; 0 for every refund.",
        },
    )

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> RefundSettings:
        return RefundSettings(second_person_from=Fen(fen_from_yuan(data["second_person_from"])))
