"""Asks a vertical's guards; one that breaks closes the way and says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hospital_bridge.logs import logger
from hospital_bridge.slot import Guard, Guarded, GuardFailed, Veto, Vetoed

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

_log = logger(__name__)


def ask(guards: Iterable[Guard], on: Guarded, work: VerticalWork, asked: Any) -> None:
    """Raise Vetoed at the first no and GuardFailed where a guard cannot tell; asked before anything is written."""
    for guard in guards:
        if guard.on is on and (veto := _verdict(guard, work, asked)) is not None:
            raise Vetoed(veto)


def _verdict(guard: Guard, work: VerticalWork, asked: Any) -> Veto | None:
    try:
        return _clear(guard.decide(guard.load(work, asked)))
    except Exception as fault:
        _log.error("guard.failed", kind=".".join(guard.on.value), error=type(fault).__name__)
        raise GuardFailed(guard.on) from fault


def _clear(verdict: object) -> Veto | None:
    if verdict is None or isinstance(verdict, Veto):
        return verdict
    raise TypeError(f"a guard answers with a Veto or None, not with {type(verdict).__name__}")
