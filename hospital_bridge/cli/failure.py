"""Failures as a person at a terminal reads them."""

from __future__ import annotations

from dataclasses import dataclass

from hospital_bridge.cli.language import translate

_WRONG = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """What to print, line by line, and how to leave."""

    lines: tuple[str, ...]
    exit_code: int


def told(error: Exception) -> Failure | None:
    """The message of a failure that we know; None for one that only a trace explains."""
    from hospital_bridge.errors import BridgeError
    from hospital_bridge.settings import EXIT_CODE, SettingsFaults

    if isinstance(error, SettingsFaults):
        found = tuple(fault.shown(translate) for fault in error.faults)
        count = translate("Faults: {count}. `hospital-bridge explain CODE` tells more about a code.")
        return Failure((*found, count.format(count=len(found))), EXIT_CODE)
    error = _coded(error)
    if isinstance(error, BridgeError):
        detail = f" {error.detail}" if error.detail else ""
        lines = (f"{translate(error.entry.title)}{detail} [{error.code}]", translate(error.entry.remedy))
        return Failure(lines, EXIT_CODE if error.code.startswith("HB-C") else _WRONG)
    return None


def _coded(error: Exception) -> Exception:
    """A failure of the database under its permanent code; what the driver says may hold values and stays unsaid."""
    from hospital_bridge.errors import BridgeError
    from hospital_bridge.store.engine import DatabaseAway, UnsafeDatabase
    from hospital_bridge.store.migrations.runner import OtherSchema

    if isinstance(error, DatabaseAway):
        return BridgeError("HB-D001")
    if isinstance(error, OtherSchema):
        return BridgeError("HB-D002")
    return BridgeError("HB-D003", str(error)) if isinstance(error, UnsafeDatabase) else error
