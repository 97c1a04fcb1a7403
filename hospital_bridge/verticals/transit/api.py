"""What gates say and learn over the API when they have a network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Resource, Told
from hospital_bridge.verticals.transit import issuing, receiving
from hospital_bridge.verticals.transit.taps import Tap, TapKind

if TYPE_CHECKING:
    from hospital_bridge.slot import PageRequest

GATES = "gates:sync"
MOST_TAPS = 1000

_ID = validate.Regexp(r"^[0-9a-f]{32}\Z")
_CODE = validate.Regexp(r"^[!-~]{1,64}\Z")
_LINE = validate.And(validate.Length(max=64), validate.Predicate("isprintable"))
# The days around an instant are counted: one at the end of time has none.
_TIME = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class ToldTap(Schema):
    """One opening of the gate; `tap` counts the gate's taps, so that one told twice is known again."""

    tap = fields.Integer(strict=True, required=True, validate=validate.Range(0, 2**62))
    account = fields.String(required=True, validate=_ID)
    at = fields.AwareDateTime(required=True, validate=_TIME)
    kind = fields.Enum(TapKind, by_value=True, required=True)
    stop = fields.String(required=True, validate=_CODE)
    line = fields.String(load_default="", validate=_LINE)
    code = fields.String(required=True, validate=_ID)


class ToldTaps(Schema):
    """What one gate tells."""

    gate = fields.String(required=True, validate=_CODE)
    taps = fields.List(fields.Nested(ToldTap), required=True, validate=validate.Length(max=MOST_TAPS))


def take(request: PageRequest) -> Told:
    """Keep the taps; those that were told before change nothing."""
    told = [
        Tap(
            account=tap["account"],
            at=tap["at"],
            kind=tap["kind"],
            stop_id=tap["stop"],
            gate_id=request.data["gate"],
            gate_no=tap["tap"],
            code_id=tap["code"],
            line_id=tap["line"],
        )
        for tap in request.data["taps"]
    ]
    with request.scope.begin() as work:
        new = receiving.take_taps(work, told)
    return Told({"told": len(told), "new": new})


def news(request: PageRequest) -> Told:
    """The keys that a gate believes and the accounts that it stays shut for."""
    with request.scope.read() as work:
        blacklist = receiving.blacklist(work)
    keys = [
        {
            "issuer": key.issuer,
            "number": key.number,
            "public": key.public.public_bytes_raw().hex(),
            "begins": key.begins.isoformat(),
            "ends": key.ends.isoformat(),
        }
        for key in issuing.public_keys(request.scope.settings)
    ]
    return Told({"keys": keys, "blacklist": {"version": blacklist.version, "accounts": sorted(blacklist.accounts)}})


RESOURCES = (
    Resource("taps", "taps", GATES, take, method="POST", schema=ToldTaps),
    Resource("gate_news", "gate-news", GATES, news),
)
