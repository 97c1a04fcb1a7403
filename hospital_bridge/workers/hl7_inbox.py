"""From the listener into the inbox: a batch becomes durable in one commit, then each sender is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from adapters.errors import Malformed
from adapters.hl7.ack import Stamp, answer, answer_unreadable
from adapters.hl7.message import Message, Oddity
from adapters.hl7.null import NULL, is_deleted, told
from hospital_bridge.store.arrivals import Arrival, Concern, storable, take_in
from hospital_bridge.store.inbox import Envelope
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.received import Received

RECORD_TYPES = ("MR", "PI", "PT", "PN")
"""HL7 table 0203: numbers by which a hospital knows its patient, and not the person's papers."""

_NEVER_ACCEPTED = (Oddity.NO_CONTROL_ID, Oddity.BATCH, Oddity.SEVERAL_MESSAGES)


@dataclass(frozen=True, slots=True)
class PeerRoute:
    """Whose messages a peer sends; `zone` is the one in which the answers tell the time."""

    operator_id: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class _Read:
    """A received message and what it says; without `message` the bytes are none, and the arrival's refusal why."""

    received: Received
    message: Message | None
    arrival: Arrival


class Hl7Inbox:
    """The listener's `Commit`: keeps raw bytes, enqueues their application, words the answers.

    `refusal` says why a readable message is not wanted ('' when it is), without personal data.
    """

    def __init__(
        self, store: Store, routes: Mapping[str, PeerRoute], refusal: Callable[[Message], str] = lambda _message: ""
    ) -> None:
        self._store = store.by_keys()
        self._routes = routes
        self._refusal = refusal

    def __call__(self, batch: Sequence[Received]) -> Sequence[bytes]:
        """The answer to each message in its order, once all of them are durable."""
        answers: dict[int, bytes] = {}
        operators = [self._routes[received.peer].operator_id for received in batch]
        for operator_id in dict.fromkeys(operators):
            places = [place for place, owner in enumerate(operators) if owner == operator_id]
            answers |= zip(places, self._take(operator_id, [self._read(batch[place]) for place in places]), strict=True)
        return [answers[place] for place in range(len(batch))]

    def _take(self, operator_id: str, messages: Sequence[_Read]) -> Sequence[bytes]:
        with self._store.begin(operator_id) as work:
            return take_in(
                work,
                [read.arrival for read in messages],
                lambda place, message_id, reason: self._answer(work, messages[place], message_id, reason),
            )

    def _answer(self, work: Work, read: _Read, message_id: str, reason: str) -> bytes:
        stamp = Stamp(control_id_of(message_id), work.now, self._routes[read.received.peer].zone)
        received = read.received
        if read.message is None:
            return answer_unreadable(received.raw, reason, stored=True, stamp=stamp, charset=received.charset).body
        mode = received.acknowledging
        return answer(read.message, stored=True, stamp=stamp, refusal=reason, mode=mode).body

    def _read(self, received: Received) -> _Read:
        try:
            message = Message.parse(received.raw, received.charset, received.limits)
        except Malformed as fault:
            nobodys = Concern("hl7", received.peer, received.peer)
            unnamed = Arrival(Envelope(received.peer), received.raw, received.received_at, nobodys, fault.text)
            return _Read(received, None, unnamed)
        arrival = Arrival(
            _envelope(received.peer, message),
            received.raw,
            received.received_at,
            Concern("hl7", received.peer, received.peer, (_first_number(message), *_others(message))),
            _never_accepted(message) or self._refusal(message),
        )
        return _Read(received, message, arrival)


def _never_accepted(message: Message) -> str:
    problems = message.problems
    return next((oddity.value for oddity in _NEVER_ACCEPTED if oddity in problems), "") if problems else ""


def _others(message: Message) -> tuple[str, ...]:
    """The other patients' numbers: of every further PID, and of MRG-1, whose numbers are merged or parted.

    A laboratory may name one of them by another of its numbers, so all that PID-3 of a merge has count too.
    """
    people = [pid["3.1"] for pid in message.segments("PID")[1:]]
    if merges := message.segments("MRG"):
        fields = (*(pid.field(3) for pid in message.segments("PID")), *(mrg.field(1) for mrg in merges))
        people += [number["1"] for field in fields for number in field.repetitions]
    return tuple(filter(None, dict.fromkeys(map(told, people))))


def _first_number(message: Message) -> str:
    """The first number of the first patient; what HL7's null deletes is none, and the one behind it counts."""
    first = message["PID-3.1"].strip()
    return first if first != NULL else record_number(message)


def _envelope(peer: str, message: Message) -> Envelope:
    named = ("" if is_deleted(message.header, field) else message.header[field] for field in ("3", "4", "7", "10"))
    application, facility, sent_at, control_id = map(storable, named)
    return Envelope(peer, application, facility, sent_at, control_id, storable(message.type), record_number(message))


def record_number(message: Message) -> str:
    """The hospital's number of whom the message is about: of PID-3 that of a record's type, or else the first."""
    people = message.segments("PID")
    numbers = [each for each in people[0].field(3).repetitions if told(each["1"])] if people else []
    chosen = next((number for number in numbers if number["5"] in RECORD_TYPES), numbers[0] if numbers else None)
    return told(chosen["1"]) if chosen else ""


def control_id_of(message_id: str) -> str:
    """MSH-10 of a message of ours that is made once, from the id of what it answers."""
    # MSH-10 takes 20 characters: the id's time and as much of its randomness as fits.
    return message_id[:12] + message_id[-8:]
