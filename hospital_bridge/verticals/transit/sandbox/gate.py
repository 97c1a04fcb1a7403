"""A gate as it stands in a station or a bus: it checks by itself, remembers what it saw, and tells when it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hospital_bridge.verticals.transit.ride_code import Blacklist, KeyRing, Refusal, RideRefused, ShownCode, verify
from hospital_bridge.verticals.transit.ride_code.checking import SKEW
from hospital_bridge.verticals.transit.taps import Tap, TapKind


@dataclass(frozen=True, slots=True)
class GateNews:
    """What a gate takes home from a sync."""

    keys: KeyRing
    blacklist: Blacklist


class Centre(Protocol):
    """The operator's side of a sync; both raise ConnectionError where there is no network."""

    def take(self, taps: Sequence[Tap]) -> None:
        """Keep the taps; the same ones may come again when the answer to them was lost."""

    def news(self) -> GateNews:
        """The keys and the blacklist of now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a gate stands and what it is for; `stake_fen` is what a ride that begins here may cost at most."""

    gate_id: str
    kind: TapKind
    stop_id: str
    line_id: str = ""
    stake_fen: int = 0


@dataclass(slots=True)
class Gate:
    """One gate; `news` is what it knew when it was last connected."""

    standing: Standing
    news: GateNews
    untold: list[Tap] = field(default_factory=list)
    _seen: dict[str, datetime] = field(default_factory=dict)
    _taps: int = 0

    def present(self, code: bytes, at: datetime) -> Tap:
        """The tap that opened the gate; RideRefused where it stays shut."""
        shown = verify(code, at, self.news.keys, self.news.blacklist, stake_fen=self.standing.stake_fen)
        self._remember(shown, at)
        self._taps += 1
        tap = Tap(
            account=shown.grant.account,
            at=at,
            kind=self.standing.kind,
            stop_id=self.standing.stop_id,
            gate_id=self.standing.gate_id,
            gate_no=self._taps,
            code_id=shown.code_id,
            line_id=self.standing.line_id,
        )
        self.untold.append(tap)
        return tap

    def sync(self, centre: Centre) -> None:
        """Tell every tap and learn the news; what was not told for certain is told again at the next sync."""
        told = tuple(self.untold)
        centre.take(told)
        del self.untold[: len(told)]
        news = centre.news()
        # An answer that was long on its way is older than what the gate knows.
        if news.blacklist.version >= self.news.blacklist.version:
            self.news = news

    def _remember(self, shown: ShownCode, at: datetime) -> None:
        # A code is forgotten only when it has long been stale: within that time it can be told apart for certain.
        self._seen = {code_id: until for code_id, until in self._seen.items() if until >= at}
        if shown.code_id in self._seen:
            raise RideRefused(Refusal.REPLAYED)
        self._seen[shown.code_id] = shown.shown_at + shown.grant.limits.shown_for + SKEW
