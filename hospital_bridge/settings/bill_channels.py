"""`[[operator.bill_channels]]`: whose a line of a wallet's bill is where other tills share the merchant number."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from hospital_bridge.settings.kinds import NAME, short_name
from hospital_bridge.settings.model import BILL_COLUMNS, BillChannel

RESERVED = "bridge"
_LONGEST_PATTERN = 200


def _is_pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error:
        raise ValidationError("It is no regular expression.") from None


def _not_ours(name: str) -> None:
    if name == RESERVED:
        raise ValidationError("The name bridge stands for what was paid here.")


def _pattern(what: str) -> fields.String:
    return fields.String(
        validate=[validate.Length(1, _LONGEST_PATTERN), _is_pattern],
        metadata={"expected": "a regular expression", "description": f"All of {what} must match this pattern."},
    )


class BillChannelSchema(Schema):
    """One channel: its lines match every pattern that is given; the first channel that fits has the line."""

    wallet = fields.String(
        required=True, validate=short_name(), metadata={**NAME, "description": "The wallet account whose bill it is."}
    )
    name = fields.String(
        required=True, validate=[short_name(), _not_ours], metadata={**NAME, "description": "The channel's name."}
    )
    order_no = _pattern("the merchant's order number")
    shop_no = _pattern("the shop's number")
    terminal_no = _pattern("the terminal's number")
    cashier_no = _pattern("the cashier's number")

    @validates_schema
    def check_some_pattern(self, data: dict[str, Any], **_: Any) -> None:
        """A channel without a pattern would have every line."""
        if not any(name in data for name in BILL_COLUMNS):
            raise ValidationError("Give at least one pattern.", BILL_COLUMNS[0])

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> BillChannel:
        patterns = {name: re.compile(data[name]) for name in BILL_COLUMNS if name in data}
        return BillChannel(wallet=data["wallet"], name=data["name"], patterns=patterns)
