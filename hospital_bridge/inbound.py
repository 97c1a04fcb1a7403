"""From the inbox to the verticals: each received message goes to whoever declared that it wants its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from hospital_bridge.application_answers import AnswersOwed, answers_owed
from hospital_bridge.message_desk import MessageDesk
from hospital_bridge.slot import LookAgain
from hospital_bridge.store.inbox_search import job_of_message, waits_for_others
from hospital_bridge.store.jobs import Again, JobState
from hospital_bridge.systems import Sender, system_of_sender
from hospital_bridge.taking_up import ASIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from adapters.news import News
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.facade import OperatorScope
    from hospital_bridge.slot import Inbound
    from hospital_bridge.store.inbox_search import Kept
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Work
    from hospital_bridge.taking_up import IsIdle

LOOK_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells, with whoever wants to know it: each news, a vertical, its scope and what it does."""

    message: Kept
    raw: bytes = field(repr=False)
    wanted: Sequence[tuple[News, str, OperatorScope, Inbound]]


def read_messages(bridge: Bridge, work: Work, messages: Sequence[Kept]) -> Sequence[Told]:
    """What each tells; what applying them will ask for is asked for all of them at once."""
    told = [_read(bridge, work, message) for message in messages]
    together: dict[tuple[str, Inbound], list[News]] = {}
    for news, vertical, _, inbound in chain.from_iterable(each.wanted for each in told):
        together.setdefault((vertical, inbound), []).append(news)
    for (vertical, inbound), some in together.items():
        if inbound.read_ahead is not None:
            inbound.read_ahead(bridge.operators[work.operator_id].scopes[vertical].unit(work), some)
    return told


def _read(bridge: Bridge, work: Work, message: Kept) -> Told:
    sender = sender_of(bridge, message.peer)
    raw = work.inbox.opened(message)
    news = () if sender.reader is None else sender.reader.read_news(raw, sender.charset)
    return Told(message, raw, [(each, *who) for each in news for who in _wanting(bridge, work.operator_id, each)])


def apply_message(bridge: Bridge, work: Work, told: Told, stream: str, is_idle: IsIdle) -> str:
    """Let every vertical that wants the message change what it must; who took it, and what follows.

    A message that nobody wants is no failure: what a hospital sends is its own choice.
    """
    aside = _aside(stream, [inbound for *_, inbound in told.wanted])
    if aside and not is_idle(aside):
        raise Again(timedelta(), aside=aside)
    before = len(work.jobs.added)
    for news, _, scope, inbound in told.wanted:
        try:
            inbound.apply(scope.unit(work), news)
        except LookAgain as wait:
            raise Again(wait.after, aside=aside) from wait
    if answers := answers_to(bridge, told.message.peer):
        answers.owe(work, told.message.peer, told.message.message_id, told.raw, accepted=True)
    return _did([(news, vertical) for news, vertical, *_ in told.wanted], work.jobs.added[before:])


def apply_alone(bridge: Bridge, work: Work, job: Job) -> None:
    """Job: apply a message that could not be applied as it was taken up, in one transaction with its mark."""
    if waits_for_others(work, job):
        raise Again(LOOK_AGAIN)
    (told,) = read_messages(bridge, work, [work.inbox.get(job.ref)])
    did = apply_message(bridge, work, told, job.stream_key, work.jobs.is_idle)
    work.inbox.applied(job.ref, bridge.settings.digest, did)


def stand_beside(work: Work, job: Job) -> None:
    """Job: whatever comes behind a message that concerns this patient too waits until the message is applied.

    One that gave up, or that waits aside for something else, holds up nobody.
    """
    applying = job_of_message(work, job.ref)
    if applying is not None and applying.state is JobState.READY and not applying.stream_key.endswith(ASIDE):
        raise Again(LOOK_AGAIN)


def _did(took: Iterable[tuple[News, str]], follows: Iterable[tuple[str, str]]) -> str:
    """Who took which news, and what follows: a line for each, with opaque ids alone."""
    return "\n".join(
        [
            *(f"{type(news).__name__} -> {vertical}" for news, vertical in took),
            *(f"{topic} {ref}" for topic, ref in follows),
        ]
    )


def _aside(stream: str, inbounds: Sequence[Inbound]) -> str:
    """The stream where the message waits so that the patient's others go ahead; empty where it keeps its place.

    What waits there keeps its own order: of two messages of one instant the later to come counts.
    """
    may_step_aside = not any(inbound.in_order for inbound in inbounds) and not stream.endswith(ASIDE)
    return stream + ASIDE if inbounds and may_step_aside else ""


def sender_of(bridge: Bridge, peer: str) -> Sender:
    """The sender behind a peer of the inbox, which is `operator/name`."""
    operator_id, _, name = peer.partition("/")
    parts = bridge.operators.get(operator_id)
    if parts is None:
        return Sender(None, None)
    charset = next((told.charset or None for told in parts.settings.peers if told.name == name), None)
    system = parts.systems.get(system_of_sender(parts.settings, name))
    return Sender(system.news if system else None, charset)


def message_desk_of(bridge: Bridge) -> MessageDesk:
    """The desk of what was received, reading each message as it is applied."""
    return MessageDesk(bridge.store, partial(sender_of, bridge), partial(answers_to, bridge))


def answers_to(bridge: Bridge, peer: str) -> AnswersOwed | None:
    """How the peer is told what became of its messages; None where it takes no second answers."""
    operator_id, _, name = peer.partition("/")
    parts = bridge.operators.get(operator_id)
    told = next((each for each in parts.settings.peers if each.name == name), None) if parts else None
    if parts is None or told is None or told.answers is None:
        return None
    return answers_owed(told, told.answers, parts.settings.timezone, bridge.outside.open_link)


def _wanting(bridge: Bridge, operator_id: str, news: News) -> Iterator[tuple[str, OperatorScope, Inbound]]:
    for name, scope in bridge.operators[operator_id].scopes.items():
        for inbound in bridge.verticals[name].inbound:
            if isinstance(news, inbound.news):
                yield name, scope, inbound
