"""When a hospital's system is left alone: its maintenance windows by the operator's clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from hospital_bridge.settings.pace import MaintenanceWindow

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """One occurrence of a window: from `stops_at` on nothing new begins, from `begins_at` on nothing is asked."""

    stops_at: datetime
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The windows of one system; instants are aware, the zone decides what a clock there shows."""

    windows: Sequence[MaintenanceWindow]
    zone: tzinfo

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the window ends that is on now; None outside of any."""
        return max((each.ends_at for each in self._around(now) if each.begins_at <= now < each.ends_at), default=None)

    def closed_until(self, now: datetime) -> datetime | None:
        """When something new may begin again; None where it may now."""
        return max((each.ends_at for each in self._around(now) if each.stops_at <= now < each.ends_at), default=None)

    def time_off(self, since: datetime, until: datetime) -> timedelta:
        """How much of that time windows took, those that overlap counted once."""
        off, covered = timedelta(), since
        for each in sorted(self._between(since, until), key=lambda quiet: quiet.begins_at):
            begins, ends = max(each.begins_at, covered), min(each.ends_at, until)
            if begins < ends:
                off, covered = off + (ends - begins), ends
        return off

    def _around(self, now: datetime) -> Iterator[Quiet]:
        return self._between(now, now)

    def _between(self, since: datetime, until: datetime) -> Iterator[Quiet]:
        """Every occurrence that may touch that time, such as one that began the day before."""
        if not self.windows:
            return
        day = since.astimezone(self.zone).date() - _DAY
        last = until.astimezone(self.zone).date() + _DAY
        while day <= last:
            yield from (self._on(window, day) for window in self.windows if day.weekday() in window.weekdays)
            day += _DAY

    def _on(self, window: MaintenanceWindow, day: date) -> Quiet:
        begins_at = datetime.combine(day, window.begins, self.zone)
        last_day = day if window.begins < window.ends else day + _DAY
        return Quiet(begins_at - window.stop_before, begins_at, datetime.combine(last_day, window.ends, self.zone))
