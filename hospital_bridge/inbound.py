"""From the inbox to the verticals: each received message goes to whoever declared that it wants its kind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import LookAgain
from hospital_bridge.store.jobs import Again

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.news import News
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
    peer = work.inbox.get(job.ref).peer
    told = _news(bridge, work.operator_id, work.inbox.raw(job.ref), charset_of(bridge, peer))
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


def charset_of(bridge: Bridge, peer: str) -> str | None:
    """What the peer sends where its messages do not say."""
    operator_id, _, name = peer.partition("/")
    peers = bridge.operators[operator_id].settings.peers
    return next((told.charset or None for told in peers if told.name == name), None)


def _news(bridge: Bridge, operator_id: str, raw: bytes, charset: str | None) -> Sequence[News]:
    """What the message tells, in the words of the operator's own adapter; an operator without one hears nothing."""
    reader = bridge.operators[operator_id].news
    return () if reader is None else reader.read_news(raw, charset)


def _wanting(bridge: Bridge, operator_id: str, news: News) -> Iterator[tuple[OperatorScope, Inbound]]:
    for name, scope in bridge.operators[operator_id].scopes.items():
        for inbound in bridge.verticals[name].inbound:
            if isinstance(news, inbound.news):
                yield scope, inbound
