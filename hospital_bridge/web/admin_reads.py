"""What the admin page reads and the two things that it does; opaque ids only, never personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Light(StrEnum):
    """A traffic light; pages always say the word beside the colour."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link of the operator (wallet, HIS, listener, jobs).

    `name` tells several of one kind apart; `remedy` is a message id, for a light that is not green;
    `told_down_at` is when others were told that it is down.
    """

    name: str
    kind: str
    light: Light
    last_success_at: datetime | None = None
    detail: str = ""
    remedy: str = ""
    waiting: int | None = None
    told_down_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One change at an outside system whose outcome is unknown; `proposal` is a message id."""

    effect_id: str
    kind: str
    since: datetime
    next_check_at: datetime | None
    attempts: int
    proposal: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeadJobRow:
    """One job that gave up and waits for a person, who may also dismiss it where it is about a received message."""

    job_id: str
    topic: str
    ref: str
    attempts: int
    died_at: datetime
    error: str = ""
    may_dismiss: bool = False


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act of the trail."""

    at: datetime
    actor: str
    action: str
    target: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SecurityRow:
    """One event that a guard of the house should see."""

    at: datetime
    kind: str
    source: str
    detail: str = ""


class Dismissal(StrEnum):
    """Why a received message is no longer to be applied: a choice, for what is typed may hold a patient's name."""

    BY_HAND = "by_hand"
    SENT_AGAIN = "sent_again"
    NOT_FOR_US = "not_for_us"
    TEST = "test"


class AdminReads(Protocol):
    """The read models of the admin page, each newest first and of one operator."""

    def links(self, operator_id: str) -> Sequence[LinkRow]: ...

    def unknown_effects(self, operator_id: str, limit: int) -> Sequence[EffectRow]: ...

    def dead_jobs(self, operator_id: str, limit: int) -> Sequence[DeadJobRow]: ...

    def audit(self, operator_id: str, limit: int) -> Sequence[AuditRow]: ...

    def security(self, operator_id: str, limit: int) -> Sequence[SecurityRow]: ...

    def replay_job(self, operator_id: str, job_id: str, actor: str) -> bool:
        """Let a dead job run again and record who asked; False when it is not dead (any more)."""

    def dismiss_job(self, operator_id: str, job_id: str, reason: Dismissal, actor: str) -> bool:
        """The message of a dead job is not needed any more, and who says so is recorded; False when it is not dead."""
