"""Asks every outside system something that changes nothing, so that the admin page can say how it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import OutsideError
from adapters.ports import HisDirectory
from hospital_bridge.store.link_checks import WORKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hospital_bridge.bootstrap import OperatorParts
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store

CHECK_LINKS = "links.check"
NO_ORDER = "0" * 32
"""A merchant order number that is never given: the wallet's honest answer is that it does not know it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one link answered; `fault` is empty when it is well."""

    name: str
    kind: str
    fault: str


def check_links(parts: OperatorParts, store: Store, _job: Job) -> None:
    """Job: ask each link once and keep how it answered; that it runs at all is the worker's sign of life."""
    with store.begin(parts.settings.id) as work:
        work.link_checks.beat(WORKER)
    answers = ask_links(parts)
    with store.begin(parts.settings.id) as work:
        for answer in answers:
            work.link_checks.keep(answer.name, answer.kind, well=not answer.fault, detail=answer.fault)


def ask_links(parts: OperatorParts) -> list[Answer]:
    """Ask each link of the operator once."""
    return [Answer(name, kind, _fault(ask)) for name, kind, ask in _questions(parts)]


def _questions(parts: OperatorParts) -> Iterator[tuple[str, str, Callable[[], object]]]:
    for account, wallet in parts.wallets.items():
        yield f"wallet {account}", "wallet", lambda wallet=wallet: wallet.query(NO_ORDER)  # type: ignore[misc]
    for name, system in parts.systems.items():
        if HisDirectory.__name__ in system.provides:
            yield name, "his", system.adapter.departments


def _fault(ask: Callable[[], object]) -> str:
    try:
        ask()
    except OutsideError as fault:
        return f"{type(fault).__name__}: {fault.text}"
    return ""
