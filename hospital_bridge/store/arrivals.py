"""What arrives from outside: each content is kept once, and taken up in the order of its coming."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hospital_bridge.store.inbox import HEADER_LENGTH, TAKE_UP, Envelope, InboxState, Kept, digest
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.known_messages import Standing, known_of

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
    """Keep what is new with its answer, to be taken up by one job; the answers, a repeat's being the stored one."""
    work.seal.read_ahead(work.now.date())
    batch = _Batch(work, arrivals, answer, [digest(arrival.raw) for arrival in arrivals])
    place = work.jobs.streams.next_place(TAKE_UP)
    kept = batch.keep_new(place.seq)
    if len(kept) < len(arrivals):
        kept |= batch.keep_others(place.seq, kept)
    waits = [each.message_id for each in kept.values() if each.streams]
    if waits:
        work.jobs.add_at(place, TAKE_UP, waits[0], lane=Lane.TX, stream=TAKE_UP)
    else:
        work.jobs.streams.give_back(TAKE_UP, place.seq)
    return batch.answers


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


class _Batch:
    """What arrived together; the answer to each stands in `answers` when it is kept or known."""

    def __init__(self, work: Work, arrivals: Sequence[Arrival], answer: Answer, digests: Sequence[str]) -> None:
        self._work = work
        self._arrivals = arrivals
        self._answer = answer
        self._digests = digests
        self.answers = [b""] * len(arrivals)

    def keep_new(self, place: int) -> dict[int, Kept]:
        """Keep those whose name no message had before, by their numbers in the batch."""
        first = {arrival.envelope.key: number for number, arrival in reversed([*enumerate(self._arrivals)])}
        unnamed = {number for number, arrival in enumerate(self._arrivals) if not arrival.envelope.control_id}
        offered = {number: self._kept(number, Standing.NEW) for number in sorted(unnamed.union(first.values()))}
        new = self._work.inbox.keep_new(list(offered.values()), place)
        kept = {number: each for number, each in offered.items() if each.message_id in new}
        for number, each in kept.items():
            self.answers[number] = each.ack
        return kept

    def keep_others(self, place: int, kept: Mapping[int, Kept]) -> dict[int, Kept]:
        """Answer a repeat as it was answered, and keep other content under a name that was used."""
        others = [number for number in range(len(self._arrivals)) if number not in kept]
        named = [(self._arrivals[number].envelope, self._digests[number]) for number in others]
        known = known_of(self._work, named)
        more: dict[int, Kept] = {}
        for number, (envelope, sha256) in zip(others, named, strict=True):
            standing, ack = known.standing(envelope, sha256)
            if standing is not Standing.REPEATED:
                more[number] = self._kept(number, standing)
                ack = more[number].ack
                known.add(envelope, sha256, ack)
            self.answers[number] = ack
        self._work.inbox.keep_all(list(more.values()), place)
        return more

    def _kept(self, number: int, standing: Standing) -> Kept:
        arrival, message_id = self._arrivals[number], self._work.ids.new()
        state, reason = self._received_as(arrival, standing)
        return Kept(
            message_id,
            arrival.envelope,
            arrival.raw,
            self._digests[number],
            self._answer(number, message_id, reason),
            state,
            arrival.received_at,
            reason,
            arrival.concern.streams(self._work) if state is InboxState.RECEIVED else (),
        )

    def _received_as(self, arrival: Arrival, standing: Standing) -> tuple[InboxState, str]:
        if standing is Standing.CONTRADICTED and arrival.is_named_once:
            peer, control_id = arrival.envelope.peer, arrival.envelope.control_id
            self._work.security_events.record("hl7.control_id_reused", peer, control_id=control_id)
            return InboxState.QUARANTINED, CONTROL_ID_REUSED
        return (InboxState.REFUSED if arrival.refusal else InboxState.RECEIVED), arrival.refusal
