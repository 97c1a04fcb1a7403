"""The member's pages about where they are: what they agree to, and the shops by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.district.oneself import Nobody, oneself
from hospital_bridge.verticals.district.pages.trouble import member_page
from hospital_bridge.verticals.district.presence import agreeing
from hospital_bridge.verticals.district.presence.hearing import NotAgreed, hear
from hospital_bridge.verticals.district.settings import point
from hospital_bridge.verticals.district.store import consents
from hospital_bridge.verticals.district.store.consents import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork

ASK_AGAIN_SECONDS = 60
NO_POSITION = "The phone did not say where it is; please try again."
_KILOMETRE = 1000


class Position(Schema):
    """Where a phone is, in degrees, and within how many metres that is right."""

    latitude = fields.Decimal(required=True, validate=validate.Range(-90, 90), error_messages={"invalid": NO_POSITION})
    longitude = fields.Decimal(
        required=True, validate=validate.Range(-180, 180), error_messages={"invalid": NO_POSITION}
    )
    accuracy = fields.Integer(
        required=True, validate=validate.Range(0, 100_000), error_messages={"invalid": NO_POSITION}
    )


class Choice(Schema):
    """What is agreed to, or no more."""

    purpose = fields.Enum(Purpose, by_value=True, required=True)
    agrees = fields.Boolean(required=True)


def show_near(request: PageRequest) -> View:
    """The question where the phone is, for whoever agreed to it; the answer is another page."""
    with request.scope.read() as work:
        agrees = _agreements(work, request)[Purpose.ARRIVAL]
    data = {"agrees": agrees, "shops": (), "arrived": (), "errors": request.errors, "again_seconds": 0}
    return View("near.html", data)


def say_where(request: PageRequest) -> View | Go:
    """Answer with the shops by distance; where the phone is goes no further than this."""
    said = request.data
    try:
        with request.scope.begin() as work:
            here = point(said["latitude"], said["longitude"])
            found = hear(work, oneself(work, request.principal), here, said["accuracy"])
    except NotAgreed:
        return Go("near")
    shops = [(one.store, rounded(one.metres)) for one in found.nearby]
    arrived = [one.store.store_id for one in found.nearby if one.store.store_id in found.arrived]
    data = {"agrees": True, "shops": shops, "arrived": arrived, "errors": {}, "again_seconds": ASK_AGAIN_SECONDS}
    return View("near.html", data)


def show_agreements(request: PageRequest) -> View:
    """What the member agrees to, each with its purpose and how long what comes of it is kept."""
    with request.scope.read() as work:
        return View("agreements.html", {"agreements": _agreements(work, request)})


def choose(request: PageRequest) -> Go:
    """Agree to something, or no more."""
    with request.scope.begin() as work:
        subject_id, purpose = oneself(work, request.principal), request.data["purpose"]
        (agreeing.agree if request.data["agrees"] else agreeing.withdraw)(work, subject_id, purpose)
    return Go("agreements")


def rounded(metres: int) -> int:
    """A distance as it is shown: to ten metres, beyond a kilometre to a hundred."""
    step = 100 if metres >= _KILOMETRE else 10
    return max(step, round(metres / step) * step)


def _agreements(work: VerticalWork, request: PageRequest) -> Mapping[Purpose, bool]:
    try:
        subject_id = oneself(work, request.principal)
    except Nobody:
        return dict.fromkeys(Purpose, False)
    return {purpose: consents.stands(work, subject_id, purpose) for purpose in Purpose}


PAGES = (
    member_page("near", "near", show_near, menu="Near me", asks_position=True),
    member_page("near.say", "near", say_where, method="POST", schema=Position, again="near", asks_position=True),
    member_page("agreements", "agreements", show_agreements),
    member_page("agreements.choose", "agreements", choose, method="POST", schema=Choice, again="agreements"),
)
