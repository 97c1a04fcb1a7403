"""Asks every outside system something that changes nothing, so that the admin page can say how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hospital_bridge.bootstrap import OperatorParts
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store

CHECK_LINKS = "links.check"
NO_ORDER = "0" * 32
"""A merchant order number that is never given: the wallet's honest answer is that it does not know it."""


def check_links(parts: OperatorParts, store: Store, _job: Job) -> None:
    """Job: ask each link once and keep how it answered."""
    answers = [(name, kind, _answer(ask)) for name, kind, ask in _questions(parts)]
    with store.begin(parts.settings.id) as work:
        for name, kind, fault in answers:
            work.link_checks.keep(name, kind, well=not fault, detail=fault)


def _questions(parts: OperatorParts) -> Iterator[tuple[str, str, Callable[[], object]]]:
    for account, wallet in parts.wallets.items():
        yield f"wallet {account}", "wallet", lambda wallet=wallet: wallet.query(NO_ORDER)  # type: ignore[misc]
    if parts.his is not None:
        yield "his", "his", parts.his.departments


def _answer(ask: Callable[[], object]) -> str:
    try:
        ask()
    except OutsideError as fault:
        return f"{type(fault).__name__}: {fault.text}"
    return ""
