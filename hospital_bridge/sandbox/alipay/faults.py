"""Faults as data: what goes wrong, where, and how often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock

ANYWHERE = "*"
NOTICE = "notice"
BILL = "bill"


class Effect(StrEnum):
    """What goes wrong; `before` and `after` tell on which side of the change it does."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    DELAY_REPLY = "delay_reply"
    TEAR_REPLY = "tear_reply"
    UNKNOWN_BEFORE = "unknown_before"
    UNKNOWN_AFTER = "unknown_after"
    SYSTEM_ERROR_BEFORE = "system_error_before"
    SYSTEM_ERROR_AFTER = "system_error_after"
    BAD_GATEWAY_BEFORE = "bad_gateway_before"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    CALL_LIMITED = "call_limited"
    FLIP_SIGN = "flip_sign"
    FLIP_CONTENT = "flip_content"
    UNSIGNED = "unsigned"
    OTHER_CERTIFICATE = "other_certificate"
    NOT_JSON = "not_json"
    REFUND_PENDING = "refund_pending"
    LOSE_NOTICE = "lose_notice"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    FORGE = "forge"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_APP = "wrong_app"
    WRONG_SELLER = "wrong_seller"
    TRUNCATE = "truncate"
    EMPTY = "empty"
    WRONG_DAY = "wrong_day"


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault; `target` is a method, `notice`, `bill` or `*`; `times` None means for ever."""

    target: str
    effect: Effect
    times: int | None = 1
    seconds: float = 0.0


class FaultPlan:
    """The faults to come, taken in the order in which they were planned; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        with self._lock:
            self._planned.append(fault)

    def clear(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self._planned.clear()

    def planned(self) -> tuple[Fault, ...]:
        """What has not yet happened."""
        with self._lock:
            return tuple(self._planned)

    def take(self, target: str) -> Fault | None:
        """The next fault of that target, used up by one time."""
        with self._lock:
            for index, fault in enumerate(self._planned):
                if fault.target in (target, ANYWHERE):
                    self._use_up(index, fault)
                    return fault
        return None

    def _use_up(self, index: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times > 1:
            self._planned[index] = replace(fault, times=fault.times - 1)
        else:
            del self._planned[index]
