"""Effect: one intent to change the world outside, committed before the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hospital_bridge.payment.model.transition import follow

BACKOFF = tuple(timedelta(seconds=s) for s in (2, 5, 10, 30, 60, 120, 300))
"""How long an unknown outcome rests between queries; the last step repeats."""


class EffectState(StrEnum):
    """SENT and UNKNOWN both mean that the world may have changed."""

    INTENDED = "intended"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class EffectEvent(StrEnum):
    """What became of the call; NEVER_HAPPENED is a firm no of the world, not of the business."""

    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LOST_SIGHT = "lost_sight"
    NEVER_HAPPENED = "never_happened"


TRANSITIONS: Mapping[tuple[EffectState, EffectEvent], EffectState] = {
    (EffectState.INTENDED, EffectEvent.SENT): EffectState.SENT,
    (EffectState.INTENDED, EffectEvent.WITHDRAWN): EffectState.REFUSED,
    (EffectState.SENT, EffectEvent.CONFIRMED): EffectState.CONFIRMED,
    (EffectState.SENT, EffectEvent.REFUSED): EffectState.REFUSED,
    (EffectState.SENT, EffectEvent.LOST_SIGHT): EffectState.UNKNOWN,
    (EffectState.SENT, EffectEvent.NEVER_HAPPENED): EffectState.INTENDED,
    (EffectState.UNKNOWN, EffectEvent.CONFIRMED): EffectState.CONFIRMED,
    (EffectState.UNKNOWN, EffectEvent.REFUSED): EffectState.REFUSED,
    (EffectState.UNKNOWN, EffectEvent.LOST_SIGHT): EffectState.UNKNOWN,
    (EffectState.UNKNOWN, EffectEvent.NEVER_HAPPENED): EffectState.INTENDED,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One change at an outside system under one key; `config_digest` names the settings it was made under."""

    effect_id: str
    kind: str
    key: str
    state: EffectState
    intended_at: datetime
    config_digest: str = ""
    attempts: int = 0
    looks: int = 0
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    unknown_since: datetime | None = None
    next_check: datetime | None = None
    needs_person: bool = False
    native_code: str = ""
    reason: str = ""
    version: int = 1

    @property
    def is_over(self) -> bool:
        """A firm end was recorded."""
        return self.state in {EffectState.CONFIRMED, EffectState.REFUSED}

    @property
    def pause(self) -> timedelta:
        """How long to rest before the world is asked or told again."""
        tries = max(self.attempts + self.looks, 1)
        return BACKOFF[min(tries, len(BACKOFF)) - 1]

    def send(self, at: datetime) -> Effect:
        """The call is about to leave; `next_check` holds already, should we die during it."""
        state = follow(TRANSITIONS, self.state, EffectEvent.SENT)
        return replace(self, state=state, sent_at=at, attempts=self.attempts + 1, next_check=at + BACKOFF[0])

    @property
    def in_doubt_since(self) -> datetime:
        """Since when nobody knows; of one that was sent anew because it was not found, since its first sending."""
        if self.state is EffectState.UNKNOWN and self.attempts <= 1:
            return self.unknown_since or self.intended_at
        return (self.sent_at if self.state is EffectState.SENT else None) or self.intended_at

    def end(self, event: EffectEvent, at: datetime, *, reason: str = "", native_code: str = "") -> Effect:
        """A firm end: CONFIRMED, REFUSED or WITHDRAWN."""
        state = follow(TRANSITIONS, self.state, event)
        ended = replace(self, state=state, ended_at=at, reason=reason, native_code=native_code)
        return replace(ended, next_check=None, unknown_since=None, needs_person=False)

    def lose_sight(self, at: datetime, reason: str, native_code: str = "") -> Effect:
        """Nobody can say now whether the world changed; it is asked again at `next_check`."""
        lost = replace(self, state=follow(TRANSITIONS, self.state, EffectEvent.LOST_SIGHT), reason=reason)
        since = self.unknown_since or at
        return replace(
            lost, native_code=native_code, unknown_since=since, looks=self.looks + 1, next_check=at + self.pause
        )

    def await_person(self, at: datetime) -> Effect:
        """The outside cannot be asked, so a person decides."""
        return replace(self.lose_sight(at, "cannot be queried"), needs_person=True)

    def never_happened(self, at: datetime, *, pause: timedelta | None = None) -> Effect:
        """The world is unchanged: the same key may be sent again."""
        state = follow(TRANSITIONS, self.state, EffectEvent.NEVER_HAPPENED)
        return replace(self, state=state, unknown_since=None, needs_person=False, next_check=at + (pause or self.pause))
