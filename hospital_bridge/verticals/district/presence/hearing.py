"""A phone says where it is: the shops by distance, an arrival by the fence's rule, and at most one greeting.

Only here are coordinates in hand. What is kept is `fence.Presence`, which has none; what is answered is distances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.fence import Fix, Nearby, Presence, judge, nearest
from hospital_bridge.verticals.district.oneself import phones_of
from hospital_bridge.verticals.district.presence import telling
from hospital_bridge.verticals.district.settings import fence, shops
from hospital_bridge.verticals.district.store import consents, members, presences
from hospital_bridge.verticals.district.store.consents import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.district.fence import Point


class NotAgreed(PermissionError):
    """The person has not agreed to it, or agrees no more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The answer to a position: every shop, the nearest first, and at which of them the person has arrived."""

    nearby: Sequence[Nearby]
    arrived: frozenset[str]


def hear(work: VerticalWork, subject_id: str, here: Point, accuracy_m: int) -> Surroundings:
    """Answer where a phone is at this instant; NotAgreed. Of two that come at once the second is judged anew."""
    if not consents.stands(work, subject_id, Purpose.ARRIVAL, lock=True):
        raise NotAgreed
    nearby = nearest(shops(work.settings), here)
    before = presences.of_subject(work, subject_id)
    after, told = _judged(work, nearby, before, Fix(here, accuracy_m, work.now))
    greeted = _first_allowed(work, before, told)
    for shop_id, presence in after.items():
        # A shop whose greeting was not said has not used up its cooldown.
        was_told = before.get(shop_id, Presence()).told_at
        held_back = shop_id in told and shop_id != greeted
        presences.keep(work, subject_id, shop_id, replace(presence, told_at=was_told) if held_back else presence)
    if told:
        _count(work, subject_id)
    if greeted:
        _greet(work, subject_id, next(one.store.name for one in nearby if one.store.store_id == greeted))
    return Surroundings(nearby, frozenset(shop_id for shop_id, presence in after.items() if presence.arrived))


def _judged(
    work: VerticalWork, nearby: Sequence[Nearby], before: Mapping[str, Presence], fix: Fix
) -> tuple[Mapping[str, Presence], Sequence[str]]:
    """Each shop's presence after the fix, and those at which it is an arrival, the nearest first."""
    after: dict[str, Presence] = {}
    told: list[str] = []
    for one in nearby:
        shop_id = one.store.store_id
        judgement = judge(fence(work.settings, one.store), before.get(shop_id, Presence()), fix)
        after[shop_id] = judgement.presence
        if judgement.tell:
            told.append(shop_id)
    return after, told


def _first_allowed(work: VerticalWork, before: Mapping[str, Presence], told: Sequence[str]) -> str:
    """The shop that may greet now: the nearest, unless any shop of the mall did within the cooldown."""
    cooldown = timedelta(minutes=work.settings["cooldown_minutes"])
    recent = [one.told_at for one in before.values() if one.told_at is not None and work.now - one.told_at < cooldown]
    return "" if recent or not told else told[0]


def _count(work: VerticalWork, subject_id: str) -> None:
    if consents.stands(work, subject_id, Purpose.FIGURES):
        members.came(work, subject_id, work.lines.today())


def _greet(work: VerticalWork, subject_id: str, shop: str) -> None:
    for phone in phones_of(work, subject_id):
        telling.greet(work, phone, shop)
