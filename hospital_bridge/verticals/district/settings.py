"""What the mall may set for this vertical."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from hospital_bridge.settings.values import Key32
from hospital_bridge.verticals.district.audience.tables import TABLES
from hospital_bridge.verticals.district.fence import Fence, Point, Store
from hospital_bridge.verticals.district.splitting import WHOLE
from hospital_bridge.verticals.district.waitlist import MOST_SIZES

_MILLIONTHS = 1_000_000


def _whole(default: int, least: int, most: int, text: str) -> fields.Integer:
    return fields.Integer(load_default=default, validate=validate.Range(least, most), metadata={"description": text})


def _degrees(most: int, text: str) -> fields.Decimal:
    return fields.Decimal(places=6, required=True, validate=validate.Range(-most, most), metadata={"description": text})


class TableSettings(Schema):
    """One of the tables `operator.verticals.district.shops.tables`."""

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"^[A-Za-z0-9-]{1,16}$"),
        metadata={"description": "The table's number, as guests and staff read it."},
    )
    seats = fields.Integer(
        required=True, validate=validate.Range(1, 40), metadata={"description": "How many guests it seats."}
    )


class ShopSettings(Schema):
    """One of the tables `operator.verticals.district.shops`."""

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9-]{1,32}$"),
        metadata={"description": "The shop's id in payments and statements; never given to another shop."},
    )
    name = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "The shop's name, as visitors read it."},
    )
    floor = fields.String(
        load_default="",
        validate=validate.Length(max=16),
        metadata={"description": "Where it is in the house, as visitors say it: B1, 1F, 2F."},
    )
    account = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "The shop's own account at the wallet, which its share of a payment is for."},
    )
    latitude = _degrees(
        90, "Where its door is, in degrees with six decimals, as a phone has it (WGS 84); Chinese maps shift it."
    )
    longitude = _degrees(180, "The same, from west to east.")
    commission = _whole(0, 0, WHOLE, "What the mall keeps of a payment, in parts of 10000: 250 is 2.5 %.")
    tables = fields.List(
        fields.Nested(TableSettings),
        load_default=[],
        metadata={"description": "The tables of a restaurant whose guests take numbers; none for any other shop."},
    )

    @validates_schema
    def _tables_fit(self, data: dict[str, Any], **_: Any) -> None:
        tables = data["tables"]
        if len({table["id"] for table in tables}) != len(tables):
            raise ValidationError("Two tables have the same number.", "tables")
        if len({table["seats"] for table in tables}) > MOST_SIZES:
            raise ValidationError("A restaurant has at most six sizes of tables.", "tables")


def _fen(default: int, text: str) -> fields.Integer:
    return _whole(default, 0, 10_000_000, text)


class CouponSettings(Schema):
    """One of the tables `operator.verticals.district.coupons`."""

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9-]{1,32}$"),
        metadata={"description": "The offer's id; never given to another one."},
    )
    title = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": "What members read on the coupon."},
    )
    off_fen = _fen(0, "What it takes off a purchase, in fen; 0 for a gift that is handed over.")
    over_fen = _fen(0, "The smallest purchase that it takes something off, in fen.")
    points = _whole(0, 0, 1_000_000, "How many points it costs; 0 for a flash sale.")
    supply = fields.Integer(
        required=True, validate=validate.Range(1, 10_000_000), metadata={"description": "How many there are in all."}
    )
    days = _whole(30, 1, 366, "For how many days from its collection on it can be used.")
    shops = fields.List(
        fields.String(),
        load_default=[],
        validate=validate.Length(max=50),
        metadata={"description": "The ids of the shops that take it, at most 50; none for every shop."},
    )
    opens_at = fields.AwareDateTime(required=True, metadata={"description": "From when it is given out."})
    closes_at = fields.AwareDateTime(required=True, metadata={"description": "When it is no longer given out."})
    at_once = _whole(200, 1, 100_000, "How many are let in to its flash sale at a time.")

    @validates_schema
    def _can_be_had(self, data: dict[str, Any], **_: Any) -> None:
        if data["closes_at"] <= data["opens_at"]:
            raise ValidationError("It must be later than opens_at.", "closes_at")


class DistrictSettings(Schema):
    """The table `operator.verticals.district`."""

    shops: Any = fields.List(
        fields.Nested(ShopSettings),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "The shops of the mall."},
    )
    coupons: Any = fields.List(
        fields.Nested(CouponSettings),
        load_default=[],
        metadata={"description": "The coupons that the mall may put up for its members."},
    )
    wallet_coupon: Any = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={
            "description": "The template of a coupon in the wallet's own form, with $title$ and $ends$ in their places "
            "(yyyy-MM-dd HH:mm:ss); without it coupons stay out of the wallet's card holder."
        },
    )
    pay_minutes = _whole(15, 1, 1440, "For how many minutes a purchase that was entered can be paid.")
    points_per_yuan = _whole(1, 0, 100, "How many points a yuan earns.")
    points_days = _whole(365, 1, 3650, "How many days the points of a purchase can be spent.")
    enter_metres = _whole(80, 10, 2000, "How near to the door somebody has come to a shop.")
    exit_metres = _whole(150, 20, 5000, "How far from the door somebody has left it; more than enter_metres.")
    accuracy_metres = _whole(50, 5, 500, "A phone that knows its place less accurately is not listened to.")
    dwell_seconds = _whole(120, 0, 3600, "How long somebody is near before they have arrived.")
    cooldown_minutes = _whole(240, 0, 10080, "For how long nobody is told again that they have arrived.")
    head_start_minutes = _whole(
        20, 0, 120, "The head start of who needs a larger table over who needs the next smaller one, at that table."
    )
    missed_calls = _whole(2, 0, 9, "How many calls to a table a party may miss before its number is void.")
    meal_minutes = _whole(45, 5, 240, "How long a meal takes, until the restaurant has seen some.")
    soon_parties = _whole(2, 0, 20, "How many parties are ahead of who is told that a table is soon free.")
    audience_budget = _whole(
        1500, 1, 5000, "How much all audience figures of a month may tell of a person, in thousandths of an epsilon."
    )
    admission_key = Key32(
        load_default=None,
        allow_none=True,
        metadata={"secret": True, "description": "Signs who is let in to a flash sale: 32 random bytes in base64."},
    )

    @validates_schema
    def _fits_together(self, data: dict[str, Any], **_: Any) -> None:
        ids = [shop["id"] for shop in data["shops"]]
        if len(set(ids)) != len(ids):
            raise ValidationError("Two shops have the same id.", "shops")
        offers = [coupon["id"] for coupon in data["coupons"]]
        if len(set(offers)) != len(offers):
            raise ValidationError("Two coupons have the same id.", "coupons")
        if not all(set(coupon["shops"]) <= set(ids) for coupon in data["coupons"]):
            raise ValidationError("A coupon names a shop that is none of the shops.", "coupons")
        if data["exit_metres"] <= data["enter_metres"]:
            raise ValidationError("It must be more than enter_metres.", "exit_metres")
        if data["audience_budget"] < min(table.milli_epsilon for table in TABLES):
            raise ValidationError("No table of figures can be released for so little.", "audience_budget")


def shops(settings: Mapping[str, Any]) -> tuple[Store, ...]:
    """The shops and where they are."""
    return tuple(
        Store(shop["id"], shop["name"], point(shop["latitude"], shop["longitude"])) for shop in settings["shops"]
    )


def fence(settings: Mapping[str, Any], shop: Store) -> Fence:
    """The fence around a shop's door."""
    return Fence(
        shop.point,
        settings["enter_metres"],
        settings["exit_metres"],
        settings["accuracy_metres"],
        timedelta(seconds=settings["dwell_seconds"]),
        timedelta(minutes=settings["cooldown_minutes"]),
    )


def point(latitude: Decimal, longitude: Decimal) -> Point:
    """The place at those degrees."""
    return Point(int(latitude * _MILLIONTHS), int(longitude * _MILLIONTHS))
