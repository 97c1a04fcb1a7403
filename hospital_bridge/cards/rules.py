"""Where and when a card may be used: data, judged on the operator's own clock and exact at every edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from hospital_bridge.cards.model import CardRefusal

MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until just before `closes` on some days of the week (ISO: Monday is 1).

    Midnight as `closes` is the end of the day; hours that run over midnight are two of these.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"weekdays {sorted(self.weekdays)}: Monday is 1, Sunday is 7")
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"hours from {self.opens} to {self.closes}: write two, one for each day")

    def cover(self, local: datetime) -> bool:
        """Whether these hours are open at a local time."""
        at = local.time()
        ended = self.closes != MIDNIGHT and at >= self.closes
        return local.isoweekday() in self.weekdays and at >= self.opens and not ended


@dataclass(frozen=True, slots=True)
class CardRules:
    """From `starts_at` until just before `ends_at`, for `days` from the collection, at some places and hours.

    The day of the collection is the first of the `days`, and the last one ends at the operator's midnight. No place
    means every place, no hours the whole day. Nothing is redeemed on the `closed` days.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days: int | None = None
    places: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if any(at is not None and at.tzinfo is None for at in (self.starts_at, self.ends_at)):
            raise ValueError("a rule's instants need a zone")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a card that ends before it starts can never be used")
        if self.days is not None and self.days < 1:
            raise ValueError("a card that runs from its collection runs for one day at least")


def expiry(rules: CardRules, collected_at: datetime | None, zone: tzinfo) -> datetime | None:
    """The first instant at which the card is over; None where it never is. Before its collection only `ends_at`."""
    ends = [] if rules.ends_at is None else [rules.ends_at.astimezone(UTC)]
    if rules.days is not None and collected_at is not None:
        after_last = collected_at.astimezone(zone).date() + timedelta(days=rules.days)
        ends.append(datetime.combine(after_last, MIDNIGHT, zone).astimezone(UTC))
    return min(ends, default=None)


def judge(rules: CardRules, place: str, at: datetime, zone: tzinfo) -> CardRefusal | None:
    """Why a card may not be used at a place and an instant, or None; its expiry is judged by `expiry`."""
    local = at.astimezone(zone)
    if rules.starts_at is not None and at < rules.starts_at:
        return CardRefusal.TOO_EARLY
    if rules.places and place not in rules.places:
        return CardRefusal.OTHER_PLACE
    if local.date() in rules.closed or (rules.hours and not any(each.cover(local) for each in rules.hours)):
        return CardRefusal.CLOSED_NOW
    return None


def as_data(rules: CardRules) -> dict[str, Any]:
    """The rules as JSON knows them, always written alike."""
    return {
        "starts_at": None if rules.starts_at is None else rules.starts_at.astimezone(UTC).isoformat(),
        "ends_at": None if rules.ends_at is None else rules.ends_at.astimezone(UTC).isoformat(),
        "days": rules.days,
        "places": sorted(rules.places),
        "hours": [[sorted(h.weekdays), h.opens.isoformat(), h.closes.isoformat()] for h in rules.hours],
        "closed": sorted(day.isoformat() for day in rules.closed),
    }


def from_data(data: Mapping[str, Any]) -> CardRules:
    """The rules that `as_data` wrote."""
    return CardRules(
        starts_at=None if data["starts_at"] is None else datetime.fromisoformat(data["starts_at"]),
        ends_at=None if data["ends_at"] is None else datetime.fromisoformat(data["ends_at"]),
        days=data["days"],
        places=frozenset(data["places"]),
        hours=tuple(
            Hours(frozenset(days), time.fromisoformat(opens), time.fromisoformat(closes))
            for days, opens, closes in data["hours"]
        ),
        closed=frozenset(date.fromisoformat(day) for day in data["closed"]),
    )
