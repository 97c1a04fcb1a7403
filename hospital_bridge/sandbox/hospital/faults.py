"""Faults as data: what goes wrong with which message, and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

from hospital_bridge.sandbox.hospital import codes


class FaultKind(StrEnum):
    """How the hospital misbehaves."""

    NO_REPLY = "no_reply"
    LATE = "late"
    RESET = "reset"
    GARBLED = "garbled"
    FOREIGN_ACK = "foreign_ack"
    REFUSE = "refuse"
    BUSY = "busy"
    ERROR = "error"
    WRONG_AMOUNT = "wrong_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; it strikes the next `times` messages of `trigger` (such as `SRM^S01`; `*` is any).

    `effect` says whether the hospital acts on the message before it fails: NO_REPLY with
    an effect is a lost reply, without one a lost request. REFUSE and BUSY never act.
    `code` and `text` belong to REFUSE, `seconds` to LATE, `extra_fen` to WRONG_AMOUNT.
    """

    trigger: str
    kind: FaultKind
    effect: bool = True
    times: int = 1
    code: str = codes.REFUSED
    text: str = "refused by the hospital"
    seconds: float = 0.0
    extra_fen: int = 1

    @property
    def acts(self) -> bool:
        """Whether the message takes effect."""
        return self.effect and self.kind not in (FaultKind.REFUSE, FaultKind.BUSY)


class FaultPlan:
    """The faults still to come; safe to steer while the hospital works."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let it strike after those that are waiting for the same trigger."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._waiting.clear()

    def waits_for(self, trigger: str) -> bool:
        """Whether one is still to strike that trigger."""
        with self._lock:
            return any(fault.trigger in (trigger, "*") for fault in self._waiting)

    def take(self, trigger: str) -> Fault | None:
        """The fault that strikes this message, one of its times used up; None for a message that goes well."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.trigger in (trigger, "*"):
                    left = fault.times - 1
                    self._waiting[index : index + 1] = [replace(fault, times=left)] if left else []
                    return fault
        return None
