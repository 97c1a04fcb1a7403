"""Asks every outside system something that changes nothing, so that the admin page can say how it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Away, OutsideError
from adapters.ports import HisDirectory
from hospital_bridge.logs import logger
from hospital_bridge.store.figures import long_unknown_effects
from hospital_bridge.store.inbox_search import has_fallen_silent
from hospital_bridge.store.link_checks import LISTENER, LISTENING, OUTCOMES, SILENCE, WORKER
from hospital_bridge.telling.webhooks import WebhooksFacade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hospital_bridge.bootstrap import OperatorParts
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work

_log = logger(__name__)

CHECK_LINKS = "links.check"
DOWN, UP = "link.down", "link.up"
SILENT = "silent for longer than its expected_every"
NOT_HEARD = "no listener has been heard from for five minutes"
LONG_UNKNOWN = "an outcome is unknown for more than ten minutes"
LATE = timedelta(minutes=5)
NO_ORDER = "0" * 32
"""A merchant order number that is never given: the wallet's honest answer is that it does not know it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one link answered; `fault` is empty when it is well, or was not asked for its maintenance."""

    name: str
    kind: str
    fault: str
    in_maintenance: bool = False


def check_links(parts: OperatorParts, store: Store, _job: Job) -> None:
    """Job: ask each link once, keep how it answered and tell who turned; that it runs is the worker's sign of life."""
    with store.begin(parts.settings.id) as work:
        work.link_checks.beat(WORKER)
    answers = ask_links(parts)
    left_alone = any(answer.in_maintenance for answer in answers)
    # Looking for what did not come may take long in a large inbox: it holds up nobody who writes.
    with store.read(parts.settings.id) as work:
        answers += look_inside(parts, work, left_alone=left_alone)
    with store.begin(parts.settings.id) as work:
        for answer in answers:
            if answer.in_maintenance:
                work.link_checks.leave_alone(answer.name, answer.kind)
            else:
                work.link_checks.keep(answer.name, answer.kind, well=not answer.fault, detail=answer.fault)
        tell_turns(parts, work)


def tell_turns(parts: OperatorParts, work: Work) -> None:
    """Tell once of each link that went down, and once when it is back: in the log, and by a signed event."""
    alerts = parts.settings.alerts
    webhooks = WebhooksFacade(parts.ways.publisher, work)
    for turned in work.link_checks.turns(alerts.failed_checks, alerts.good_checks):
        event = UP if turned.well else DOWN
        _log.warning(event, operator_id=parts.settings.id, target=turned.name, kind=turned.kind, reason=turned.detail)
        webhooks.publish(event, f"link.{turned.name}"[:64], turned.name, f"/staff/{parts.settings.id}/")


def look_inside(parts: OperatorParts, work: Work, *, left_alone: bool = False) -> Iterator[Answer]:
    """What the bridge itself sees: senders that fell silent, a listener that does not run, outcomes long unknown.

    While a system is `left_alone` in its maintenance, that somebody is silent or something waits is no news.
    """
    for peer in parts.settings.peers:
        if peer.expected_every:
            silent = has_fallen_silent(work, f"{parts.settings.id}/{peer.name}", timedelta(seconds=peer.expected_every))
            yield Answer(f"{SILENCE} {peer.name}", SILENCE, SILENT if silent else "", in_maintenance=left_alone)
    beat = next((check for check in work.link_checks.all() if check.name == LISTENER), None)
    if parts.settings.peers and beat is not None:
        yield Answer(LISTENING, LISTENING, "" if work.now - beat.checked_at <= LATE else NOT_HEARD)
    unknown = long_unknown_effects(work)
    yield Answer(OUTCOMES, OUTCOMES, LONG_UNKNOWN if unknown else "", in_maintenance=left_alone)


def ask_links(parts: OperatorParts) -> list[Answer]:
    """Ask each link of the operator once."""
    return [_answer(name, kind, ask) for name, kind, ask in _questions(parts)]


def _questions(parts: OperatorParts) -> Iterator[tuple[str, str, Callable[[], object]]]:
    for account, wallet in parts.wallets.items():
        yield f"wallet {account}", "wallet", lambda wallet=wallet: wallet.query(NO_ORDER)  # type: ignore[misc]
    for name, system in parts.systems.items():
        if HisDirectory.__name__ in system.provides:
            yield name, "his", system.adapter.departments


def _answer(name: str, kind: str, ask: Callable[[], object]) -> Answer:
    try:
        ask()
    except Away:
        return Answer(name, kind, "", in_maintenance=True)
    except OutsideError as fault:
        return Answer(name, kind, f"{type(fault).__name__}: {fault.text}")
    return Answer(name, kind, "")
