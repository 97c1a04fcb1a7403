"""How gently a hospital's system is treated, after every check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPace:
    """One operation of the hospital's ports.

    `calls_at_once` bounds it; `timeout` of zero leaves the adapter its own. An answer may be shown for `shown_for`,
    and for `stale_for` where the hospital cannot be asked. After `failures` in a row it rests for `rest`.
    """

    calls_at_once: int
    timeout: timedelta
    shown_for: timedelta
    stale_for: timedelta
    failures: int
    rest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """When the system is not to be asked, by the operator's clock; one that ends before it begins ends the next day.

    `weekdays` (0 is Monday) are those on which it begins. `stop_before` it nothing new begins.
    """

    begins: time
    ends: time
    weekdays: frozenset[int]
    stop_before: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceSettings:
    """`calls_at_once` bounds all operations together, and all processes where the database can count them.

    Who finds no place waits for `queue`.
    """

    calls_at_once: int
    queue: timedelta
    operations: Mapping[str, OperationPace]
    maintenance: tuple[MaintenanceWindow, ...] = ()
    across_processes: bool = True
