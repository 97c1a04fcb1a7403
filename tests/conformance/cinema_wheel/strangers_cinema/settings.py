"""What a cinema's IT sets: its halls, and how long seats are held for who pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from .seats import MOST_ROWS, TOGETHER


class HallSettings(Schema):
    """One hall."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]{1,20}$"))
    name = fields.String(required=True, validate=validate.Length(1, 20))
    rows = fields.Integer(strict=True, required=True, validate=validate.Range(1, MOST_ROWS))
    seats = fields.Integer(strict=True, required=True, validate=validate.Range(TOGETHER, 40))


class CinemaSettings(Schema):
    """The table `operator.verticals.cinema`."""

    halls: Any = fields.List(fields.Nested(HallSettings), required=True, validate=validate.Length(min=1))
    hold_minutes = fields.Integer(strict=True, load_default=10, validate=validate.Range(1, 60))


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall of the house."""

    id: str
    name: str
    rows: int
    seats: int


def halls_of(settings: Mapping[str, Any]) -> dict[str, Hall]:
    """The halls by their ids."""
    return {each["id"]: Hall(**each) for each in settings["halls"]}
