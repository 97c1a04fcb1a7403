"""From the listener into the inbox: a batch becomes durable in one commit, then each sender is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from adapters.errors import Malformed
from adapters.hl7.ack import Stamp, decide_ack
from adapters.hl7.message import Message, Oddity
from hospital_bridge.store.inbox import APPLY, HEADER_LENGTH, Envelope, InboxState, Standing
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.received import Received

CONTROL_ID_REUSED = "MSH-10 was used before with other content"

RECORD_TYPES = ("MR", "PI", "PT", "PN")
"""HL7 table 0203: numbers by which a hospital knows its patient, and not the person's papers."""

_NEVER_ACCEPTED = (Oddity.NO_CONTROL_ID, Oddity.BATCH, Oddity.SEVERAL_MESSAGES)


@dataclass(frozen=True, slots=True)
class PeerRoute:
    """Whose messages a peer sends; `zone` is the one in which the answers tell the time."""

    operator_id: str
    zone: tzinfo


class Hl7Inbox:
    """The listener's `Commit`: keeps raw bytes, enqueues their application, words the answers.

    `refusal` says why a readable message is not wanted ('' when it is), without personal data.
    """

    def __init__(
        self, store: Store, routes: Mapping[str, PeerRoute], refusal: Callable[[Message], str] = lambda _message: ""
    ) -> None:
        self._store = store
        self._routes = routes
        self._refusal = refusal

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        """The answer to each message in its order, once all of them are durable."""
        answers: dict[int, bytes] = {}
        for operator_id in dict.fromkeys(self._routes[received.peer].operator_id for received in batch):
            with self._store.begin(operator_id) as work:
                for place, received in enumerate(batch):
                    if self._routes[received.peer].operator_id == operator_id:
                        answers[place] = self._take(work, received)
        return [answers[place] for place in range(len(batch))]

    def _take(self, work: Work, received: Received) -> bytes:
        message, fault = _read(received)
        envelope = _envelope(received.peer, message)
        standing, stored_answer = work.inbox.standing(envelope, received.raw)
        if standing is Standing.REPEATED:
            return stored_answer
        if standing is Standing.CONTRADICTED:
            work.security_events.record("hl7.control_id_reused", received.peer, control_id=envelope.control_id)
            return self._keep(work, received, envelope, InboxState.QUARANTINED, CONTROL_ID_REUSED)
        if message is None or (fault := _never_accepted(message) or self._refusal(message)):
            return self._keep(work, received, envelope, InboxState.REFUSED, fault)
        return self._keep(work, received, envelope, InboxState.RECEIVED, "", _stream(work, received.peer, message))

    def _keep(
        self, work: Work, received: Received, envelope: Envelope, state: InboxState, reason: str, stream: str = ""
    ) -> bytes:
        stamp = Stamp(_control_id(work), work.now, self._routes[received.peer].zone)
        ack = decide_ack(received.raw, stored=True, stamp=stamp, charset=received.charset, refusal=reason)
        message_id = work.inbox.keep(envelope, received.raw, ack.body, state, received.received_at, reason)
        if state is InboxState.RECEIVED:
            work.jobs.add(APPLY, message_id, lane=Lane.TX, stream=stream)
        return ack.body


def _read(received: Received) -> tuple[Message | None, str]:
    try:
        return Message.parse(received.raw, received.charset), ""
    except Malformed as fault:
        return None, fault.text


def _never_accepted(message: Message) -> str:
    return next((oddity.value for oddity in _NEVER_ACCEPTED if oddity in message.problems), "")


def _envelope(peer: str, message: Message | None) -> Envelope:
    if message is None:
        return Envelope(peer)
    named = (message["MSH-3"], message["MSH-4"], message["MSH-7"], message["MSH-10"], message.type)
    return replace(Envelope(peer, *map(_storable, named)), patient=record_number(message))


def record_number(message: Message) -> str:
    """The hospital's number of whom the message is about: of PID-3 that of a record's type, or else the first."""
    people = message.segments("PID")
    numbers = people[0].field(3).repetitions if people else []
    chosen = next((number for number in numbers if number["5"] in RECORD_TYPES), numbers[0] if numbers else None)
    return chosen["1"].strip() if chosen else ""


def _storable(field: str) -> str:
    # PostgreSQL keeps no NUL in text; the bytes themselves are kept as they came.
    return field.strip().replace("\x00", "")[:HEADER_LENGTH]


def _stream(work: Work, peer: str, message: Message) -> str:
    """One stream for each patient of a peer, told by a blind index; without a patient the peer's own."""
    patient = message["PID-3.1"].strip()
    return f"hl7:{work.seal.index('hl7.stream', f'{peer}|{patient}')}" if patient else f"hl7:{peer}"


def _control_id(work: Work) -> str:
    # MSH-10 takes 20 characters: the id's time and as much of its randomness as fits.
    made = work.ids.new()
    return made[:12] + made[-8:]
