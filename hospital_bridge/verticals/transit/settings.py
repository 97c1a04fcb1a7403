"""What the operator may set for this vertical."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from hospital_bridge.settings.values import Key32
from hospital_bridge.verticals.transit.best_fare import MOST_CAPS
from hospital_bridge.verticals.transit.feed import FeedRefused, read_feed

_LONGEST_ID, _MOST_QUEUES = 25, 26
"""Both ids make the name of the queue; the numbers of a queue begin with a letter of its own."""


def _is_feed(folder: str) -> None:
    try:
        read_feed(Path(folder))
    except FeedRefused as refused:
        raise ValidationError([str(fault) for fault in refused.faults]) from None


def _whole(default: int, least: int, most: int, text: str) -> fields.Integer:
    return fields.Integer(load_default=default, validate=validate.Range(least, most), metadata={"description": text})


class DayCapSettings(Schema):
    """One of the tables `operator.verticals.transit.day_caps`."""

    fen = fields.Integer(
        required=True,
        validate=validate.Range(1, 100_000),
        metadata={"description": "The most that a day's journeys within the zones cost, in fen."},
    )
    zones = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "The zones of the feed that it covers; none stand for the whole network."},
    )


class IssuerKeySettings(Schema):
    """One of the tables `operator.verticals.transit.issuer_keys`; the newest that has begun signs."""

    number = fields.Integer(
        required=True,
        validate=validate.Range(0, 65535),
        metadata={"description": "The number that ride codes name it by; never used again."},
    )
    private = Key32(
        required=True,
        metadata={"secret": True, "description": "The private key (Ed25519): 32 random bytes in base64."},
    )
    begins = fields.AwareDateTime(required=True, metadata={"description": "From when it signs, with its offset."})
    ends = fields.AwareDateTime(
        required=True, metadata={"description": "Until when the last ride code that it signed is good."}
    )


class BoardingSettings(Schema):
    """One of the tables `operator.verticals.transit.boarding`: people queue there and are called by free places."""

    line = fields.String(
        required=True, validate=validate.Length(1, _LONGEST_ID), metadata={"description": "The line of the feed."}
    )
    stop = fields.String(
        required=True,
        validate=validate.Length(1, _LONGEST_ID),
        metadata={"description": "The stop of the feed, at which the line calls."},
    )


class TransitSettings(Schema):
    """The table `operator.verticals.transit`."""

    feed = fields.String(
        required=True,
        validate=_is_feed,
        metadata={"description": "The folder with the tables of the GTFS Schedule feed."},
    )
    issuer = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9-]{1,16}$"),
        metadata={"description": "The operator's name in its ride codes, as gates know it."},
    )
    issuer_keys: Any = fields.List(
        fields.Nested(IssuerKeySettings),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "The keys that ride codes are signed with; the next one stands here before it signs."},
    )
    grant_hours = _whole(24, 1, 24 * 7, "How long the grant in a ride code is good.")
    shown_seconds = _whole(60, 5, 300, "How long a ride code is good after it was shown.")
    ride_limit_fen = _whole(2000, 0, 1_000_000, "What one ride may cost at most, for a gate to open without network.")
    day_caps: Any = fields.List(
        fields.Nested(DayCapSettings),
        load_default=list,
        validate=validate.Length(max=MOST_CAPS),
        metadata={"description": "Daily caps; the day's total is the least that the fares and these allow."},
    )
    week_cap_fen = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The most that the service days from Monday to Sunday cost together, in fen."},
    )
    missing_tap_fen = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata={
            "description": "What a journey costs that lacks a tap, in fen; left out, the dearest one that the other "
            "tap can belong to."
        },
    )
    boarding: Any = fields.List(
        fields.Nested(BoardingSettings),
        load_default=list,
        validate=validate.Length(max=_MOST_QUEUES),
        metadata={"description": "The stops at which people queue to board a line."},
    )
    longest_minutes = _whole(180, 10, 720, "How long after an entry an exit still belongs to it.")
    settle_hours = _whole(2, 0, 48, "How long after its last possible exit a service day waits for late taps.")
    pay_hours = _whole(48, 1, 240, "How long a rider has to pay a day before it is a debt and gates stay shut.")

    @validates_schema
    def _caps_are_in_the_feed(self, told: dict[str, Any], **_: Any) -> None:
        zones = {stop.zone for stop in read_feed(Path(told["feed"])).stops.values()}
        faults = {
            number: [f"no stop lies in {', '.join(unknown)}"]
            for number, cap in enumerate(told.get("day_caps", ()))
            if (unknown := sorted(set(cap["zones"]) - zones))
        }
        if faults:
            raise ValidationError({"day_caps": faults})

    @validates_schema
    def _boarding_is_in_the_feed(self, told: dict[str, Any], **_: Any) -> None:
        city = read_feed(Path(told["feed"]))
        faults = {
            number: [f"{place['line']} does not call at {place['stop']}"]
            for number, place in enumerate(told["boarding"])
            if place["stop"] not in city.stops_of(place["line"])
        }
        if faults:
            raise ValidationError({"boarding": faults})
