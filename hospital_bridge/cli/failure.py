"""Failures as a person at a terminal reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.cli.language import translate

if TYPE_CHECKING:
    from hospital_bridge.errors import BridgeError

_WRONG = 1
_CONFIGURATION = 78


@dataclass(frozen=True, slots=True)
class Failure:
    """What to print, line by line, and how to leave."""

    lines: tuple[str, ...]
    exit_code: int


def told(error: Exception) -> Failure | None:
    """The message of a failure that we know; None for one that only a trace explains."""
    from hospital_bridge.errors import BridgeError

    # First and by itself: a stranger in place of our packages must not be imported to say so.
    if isinstance(error, BridgeError):
        return _with_code(error)
    from hospital_bridge.settings import EXIT_CODE, SettingsFaults

    if isinstance(error, SettingsFaults):
        found = tuple(fault.shown(translate) for fault in error.faults)
        count = translate("Faults: {count}. `hospital-bridge explain CODE` tells more about a code.")
        return Failure((*found, count.format(count=len(found))), EXIT_CODE)
    coded = _coded(error)
    return None if coded is None else _with_code(coded)


def _with_code(error: BridgeError) -> Failure:
    detail = f" {error.detail}" if error.detail else ""
    lines = (f"{translate(error.entry.title)}{detail} [{error.code}]", translate(error.entry.remedy))
    return Failure(lines, _CONFIGURATION if error.code.startswith("HB-C") else _WRONG)


def _coded(error: Exception) -> BridgeError | None:
    """A failure of the database under its permanent code; what the driver says may hold values and stays unsaid."""
    from hospital_bridge.errors import BridgeError
    from hospital_bridge.store.busy import DatabaseBusy
    from hospital_bridge.store.engine import DatabaseAway, UnsafeDatabase
    from hospital_bridge.store.migrations.runner import OtherSchema

    if isinstance(error, DatabaseAway):
        return BridgeError("HB-D001")
    if isinstance(error, DatabaseBusy):
        return BridgeError("HB-D006")
    if isinstance(error, OtherSchema):
        return BridgeError("HB-D002")
    return BridgeError("HB-D003", str(error)) if isinstance(error, UnsafeDatabase) else None
