"""From the inbox to the verticals: each received message goes to whoever declared that it wants its kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import LookAgain
from hospital_bridge.store.jobs import Again
from hospital_bridge.systems import system_of_sender

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.news import News
    from adapters.ports import HisNews
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.facade import OperatorScope
    from hospital_bridge.slot import Inbound
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Work

ASIDE = ".aside"


def apply_message(bridge: Bridge, work: Work, job: Job) -> None:
    """Job: let every vertical that wants the message change what it must, in one transaction with its mark.

    A message that nobody wants is kept and marked all the same: what a hospital sends is its own choice.
    """
    sender = sender_of(bridge, work.inbox.get(job.ref).peer)
    told = () if sender.reader is None else sender.reader.read_news(work.inbox.raw(job.ref), sender.charset)
    wanted = [(news, *who) for news in told for who in _wanting(bridge, work.operator_id, news)]
    aside = _aside(job, [inbound for _, _, inbound in wanted])
    if aside and not work.jobs.is_idle(aside):
        raise Again(timedelta(), aside=aside)
    for news, scope, inbound in wanted:
        try:
            inbound.apply(scope.unit(work), news)
        except LookAgain as wait:
            raise Again(wait.after, aside=aside) from wait
    work.inbox.applied(job.ref, bridge.settings.digest)


def _aside(job: Job, inbounds: Sequence[Inbound]) -> str:
    """The stream where the message waits so that the patient's others go ahead; empty where it keeps its place.

    What waits there keeps its own order: of two messages of one instant the later to come counts.
    """
    may_step_aside = not any(inbound.in_order for inbound in inbounds) and not job.stream_key.endswith(ASIDE)
    return job.stream_key + ASIDE if inbounds and may_step_aside else ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who reads what a peer sends, and in which character set where it does not say.

    Without a reader what it sends tells nothing.
    """

    reader: HisNews | None
    charset: str | None


def sender_of(bridge: Bridge, peer: str) -> Sender:
    """The sender behind a peer of the inbox, which is `operator/name`."""
    operator_id, _, name = peer.partition("/")
    parts = bridge.operators[operator_id]
    charset = next((told.charset or None for told in parts.settings.peers if told.name == name), None)
    system = parts.systems.get(system_of_sender(parts.settings, name))
    return Sender(system.news if system else None, charset)


def _wanting(bridge: Bridge, operator_id: str, news: News) -> Iterator[tuple[OperatorScope, Inbound]]:
    for name, scope in bridge.operators[operator_id].scopes.items():
        for inbound in bridge.verticals[name].inbound:
            if isinstance(news, inbound.news):
                yield scope, inbound
