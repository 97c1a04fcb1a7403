"""What arrives from outside: each content is kept once, and applied in the order of its patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hospital_bridge.store.inbox import APPLY, BESIDE, HEADER_LENGTH, Envelope, InboxState, Kept, Standing, digest
from hospital_bridge.store.jobs import Lane

if TYPE_CHECKING:
    from adapters.feed import FeedItem
    from hospital_bridge.store.unit_of_work import Work

CONTROL_ID_REUSED = "MSH-10 was used before with other content"


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom an arrival is about, and so the streams in which it stands; all that `source` tells of nobody is one.

    `subjects` are the hospital's numbers of its patients, its own first, '' for nobody; `numbers` says whose numbers
    they are. Beyond the first it is applied when everything that came before it under any of them was.
    """

    family: str
    source: str
    numbers: str
    subjects: tuple[str, ...] = field(default=("",), repr=False)

    def streams(self, work: Work) -> Sequence[str]:
        """Each stream once; a patient is hidden in a blind index."""
        return list(dict.fromkeys(self._stream(work, subject) for subject in self.subjects))

    def _stream(self, work: Work, subject: str) -> str:
        if not subject:
            return f"{self.family}:{self.source}"
        return f"{self.family}:{work.seal.index(f'{self.family}.stream', f'{self.numbers}|{subject}')}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing from outside; `refusal` says why it is kept and never applied.

    Where `is_named_once` its name stands for one content, and another content under that name is quarantined.
    """

    envelope: Envelope
    raw: bytes = field(repr=False)
    received_at: datetime
    concern: Concern
    refusal: str = ""
    is_named_once: bool = True


Answer = Callable[[int, str, str], bytes]
"""Words the answer to the arrival of that place in its batch, which is kept under that id.

The text is why it is refused, '' where it is not.
"""


def take_in(work: Work, arrivals: Sequence[Arrival], answer: Answer) -> Sequence[bytes]:
    """Keep what is new with its answer and the job that applies it; the answers, a repeat's being the stored one."""
    work.seal.read_ahead(work.now.date())
    digests = [digest(arrival.raw) for arrival in arrivals]
    known = work.inbox.known((arrival.envelope, sha256) for arrival, sha256 in zip(arrivals, digests, strict=True))
    answers: list[bytes] = []
    kept: list[Kept] = []
    concerned: list[Concern] = []
    for place, (arrival, sha256) in enumerate(zip(arrivals, digests, strict=True)):
        standing, ack = known.standing(arrival.envelope, sha256)
        if standing is not Standing.REPEATED:
            state, reason = _received_as(work, arrival, standing)
            message_id = work.ids.new()
            ack = answer(place, message_id, reason)
            known.add(arrival.envelope, sha256, ack)
            kept.append(
                Kept(message_id, arrival.envelope, arrival.raw, sha256, ack, state, arrival.received_at, reason)
            )
            concerned.append(arrival.concern)
        answers.append(ack)
    _enqueue(work, kept, concerned)
    return answers


def keep_fetched(work: Work, feed: str, items: Sequence[FeedItem]) -> None:
    """Keep the things of a feed (`system.feed`) that are new, with the jobs that apply them.

    The hospital's clock may be coarse: other content of the same version is a later change and no fault.
    """
    peer = f"{work.operator_id}/{feed}"
    arrivals = [
        Arrival(
            Envelope(
                peer,
                sent_at=storable(item.version),
                control_id=storable(item.id),
                message_type=storable(item.kind),
                patient=item.subject,
            ),
            item.raw,
            work.now,
            Concern("feed", feed, feed.partition(".")[0], (item.subject,)),
            is_named_once=False,
        )
        for item in items
    ]
    take_in(work, arrivals, lambda _place, _message_id, _reason: b"")


def storable(text: str) -> str:
    """A field of an envelope as it can be kept: PostgreSQL keeps no NUL in text, and the bytes stand as they came."""
    return text.strip().replace("\x00", "")[:HEADER_LENGTH]


def _received_as(work: Work, arrival: Arrival, standing: Standing) -> tuple[InboxState, str]:
    if standing is Standing.CONTRADICTED and arrival.is_named_once:
        peer, control_id = arrival.envelope.peer, arrival.envelope.control_id
        work.security_events.record("hl7.control_id_reused", peer, control_id=control_id)
        return InboxState.QUARANTINED, CONTROL_ID_REUSED
    return (InboxState.REFUSED if arrival.refusal else InboxState.RECEIVED), arrival.refusal


def _enqueue(work: Work, kept: Sequence[Kept], concerned: Sequence[Concern]) -> None:
    jobs: list[tuple[str, str, str]] = []
    work.inbox.keep_all(kept)
    for message, concern in zip(kept, concerned, strict=True):
        if message.state is InboxState.RECEIVED:
            own, *others = concern.streams(work)
            ref = message.message_id
            jobs += [(APPLY, ref, own), *((BESIDE, ref, other) for other in others)]
    work.jobs.add_all(jobs, lane=Lane.TX)
