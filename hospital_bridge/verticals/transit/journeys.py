"""Taps -> journeys: who got on where and off where, the same whatever the order in which gates tell it.

Taps are taken in the order of `Tap.place`, and nothing is decided by when one arrived. So a late tap needs no rule of
its own: the days that `touched_by` names are made afresh from all of their taps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from hospital_bridge.verticals.transit.taps import Tap, TapKind

_REACH = timedelta(minutes=10)
"""How long a tap decides over the next: longer than a code stays good at two gates, or somebody tries one gate."""


class Missing(StrEnum):
    """The tap that a journey lacks; the operator's declared default is charged in its place."""

    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class PairingRules:
    """What makes two taps one journey, or one tap; a service day begins at `day_begins` by the operator's clock.

    `longest` is how long after an entry an exit still belongs to it (180 minutes: reference/verticals.md section 1).
    Who taps again at the same place within `again_within` did not get through at first: it is one tap.
    """

    timezone: ZoneInfo
    day_begins: wall_time = wall_time(4)
    longest: timedelta = timedelta(minutes=180)
    again_within: timedelta = timedelta(minutes=2)

    def service_day(self, at: datetime) -> date:
        """The service day that an instant belongs to: the night belongs to the day before."""
        opening = timedelta(hours=self.day_begins.hour, minutes=self.day_begins.minute)
        return (at.astimezone(self.timezone) - opening).date()

    def opening(self, day: date) -> datetime:
        """The instant at which a service day begins."""
        return datetime.combine(day, self.day_begins, self.timezone)


@dataclass(frozen=True, slots=True)
class Journey:
    """One ride from tap to tap; `origin` or `destination` is empty where it is not known."""

    account: str
    service_day: date
    begins: datetime
    origin: str = ""
    destination: str = ""
    ends: datetime | None = None
    line_id: str = ""
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class RiderDay:
    """All journeys that one account began on one service day, in the order of their beginning."""

    account: str
    service_day: date
    journeys: tuple[Journey, ...]


def rider_days(taps: Iterable[Tap], rules: PairingRules) -> Iterator[RiderDay]:
    """The days of all accounts, from taps in the order of `Tap.place`; holds one account's day at a time.

    ValueError where a tap is out of order.
    """
    for account, of_account in groupby(_checked(taps), key=attrgetter("account")):
        rider = _Rider(account, rules)
        for tap in of_account:
            yield from rider.take(tap)
        yield from rider.finish()


def journeys_of_day(taps: Iterable[Tap], day: date, rules: PairingRules) -> tuple[Journey, ...]:
    """One account's journeys of a day, from its taps within `needed_for(day)` (more do no harm), in any order."""
    days = rider_days(sorted(taps, key=attrgetter("place")), rules)
    return next((found.journeys for found in days if found.service_day == day), ())


def needed_for(day: date, rules: PairingRules) -> tuple[datetime, datetime]:
    """From when until before when an account's taps decide over the journeys of that day."""
    # An exit early in the day may end yesterday's last journey, and the last one of today may end tomorrow.
    # What the first of these is, a second try or a code that had opened another gate, the minutes before it tell.
    return rules.opening(day) - rules.longest - _REACH, rules.opening(day + timedelta(days=1)) + rules.longest


def touched_by(tap: Tap, rules: PairingRules) -> frozenset[date]:
    """The service days whose journeys may change when this tap becomes known."""
    return frozenset(
        rules.service_day(tap.at + shift) for shift in (-rules.longest, timedelta(), rules.longest + _REACH)
    )


def _checked(taps: Iterable[Tap]) -> Iterator[Tap]:
    last: Tap | None = None
    for tap in taps:
        if last is not None and tap.place < last.place:
            raise ValueError(f"tap {tap.gate_no} of gate {tap.gate_id} stands out of order")
        last = tap
        yield tap


class _Rider:
    """One account's taps as they come by: the journey under way, and what ended since the last day was handed over."""

    def __init__(self, account: str, rules: PairingRules) -> None:
        self._account = account
        self._rules = rules
        self._day = date.min
        self._under_way: Journey | None = None
        self._done: list[Journey] = []
        self._codes: dict[str, datetime] = {}
        self._last: dict[TapKind, Tap] = {}

    def take(self, tap: Tap) -> Iterator[RiderDay]:
        """Count the tap; yields the days before it that nothing can change any more."""
        self._expire(tap.at)
        if not self._is_known(tap):
            self._count(tap)
        day = self._rules.service_day(tap.at)
        if day != self._day and (self._under_way is None or self._under_way.service_day == day):
            self._day = day
            yield from self._hand_over(day)

    def finish(self) -> Iterator[RiderDay]:
        """There are no more taps."""
        self._give_up()
        yield from self._hand_over(date.max)

    def _is_known(self, tap: Tap) -> bool:
        """Whether this very code was counted before: a tap told twice, or a code that opened a second gate."""
        if tap.code_id in self._codes:
            return True
        self._codes[tap.code_id] = tap.at
        return False

    def _count(self, tap: Tap) -> None:
        again = self._is_again(tap)
        self._last[tap.kind] = tap
        match tap.kind:
            case TapKind.IN if not (again and self._under_way):
                self._give_up()
                self._under_way = self._begun(tap, Missing.EXIT)
            case TapKind.OUT if self._under_way:
                self._done.append(replace(self._under_way, destination=tap.stop_id, ends=tap.at, missing=None))
                self._under_way = None
            case TapKind.OUT if not again:
                exited = replace(self._begun(tap, Missing.ENTRY), origin="", destination=tap.stop_id, ends=tap.at)
                self._done.append(exited)
            case TapKind.BOARD if not again:
                self._done.append(self._begun(tap, None))

    def _is_again(self, tap: Tap) -> bool:
        before = self._last.get(tap.kind)
        return (
            before is not None
            and (before.stop_id, before.line_id) == (tap.stop_id, tap.line_id)
            and tap.at - before.at <= self._rules.again_within
        )

    def _begun(self, tap: Tap, missing: Missing | None) -> Journey:
        return Journey(
            account=self._account,
            service_day=self._rules.service_day(tap.at),
            begins=tap.at,
            origin=tap.stop_id,
            line_id=tap.line_id,
            missing=missing,
        )

    def _expire(self, now: datetime) -> None:
        if self._under_way and now - self._under_way.begins > self._rules.longest:
            self._give_up()

    def _give_up(self) -> None:
        if self._under_way:
            self._done.append(self._under_way)
            self._under_way = None

    def _hand_over(self, before: date) -> Iterator[RiderDay]:
        ready = [journey for journey in self._done if journey.service_day < before]
        self._done = [journey for journey in self._done if journey.service_day >= before]
        ready.sort(key=attrgetter("begins"))
        for day, journeys in groupby(ready, key=attrgetter("service_day")):
            yield RiderDay(self._account, day, tuple(journeys))
        latest = max(self._codes.values(), default=None)
        if latest is not None:
            # A code is good for minutes: what is older than a journey lasts cannot come again.
            self._codes = {code: at for code, at in self._codes.items() if latest - at <= self._rules.longest}
