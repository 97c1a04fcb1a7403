"""Acknowledgements: which one a message is owed, and its bytes (HL7 v2.5.1 sections 2.9.2, 2.9.3 and 2.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum, StrEnum

from adapters.errors import Malformed
from adapters.hl7.build import MAX_CONTROL_ID, UTF_8, VERSION, timestamp
from adapters.hl7.charset import decode
from adapters.hl7.header import header_fields
from adapters.hl7.message import Message, Oddity

_UNANSWERABLE = {
    Oddity.NO_CONTROL_ID: "MSH-10 is missing",
    Oddity.BATCH: "one message a frame and no batch",
    Oddity.SEVERAL_MESSAGES: "one message a frame",
}
_NO_HEADER = (b"",) * 19
"""The fields that an answer repeats, by their numbers."""
_BEFORE_ERROR_CODES = ("2.1", "2.2", "2.3", "2.4")


class AckCode(StrEnum):
    """HL7 table 0008."""

    AA = "AA"
    AE = "AE"
    AR = "AR"
    CA = "CA"
    CE = "CE"
    CR = "CR"


class Verdict(Enum):
    """What became of a message; FAILED alone means that sending it again may help."""

    ACCEPTED = 0
    FAILED = 1
    REJECTED = 2


class Acknowledging(StrEnum):
    """In which mode a sender is answered: as its MSH-15 asks, or in one of the two whatever it asks.

    ORIGINAL is for those that ask for enhanced mode and understand AA alone, ENHANCED for those that do not ask.
    """

    AS_ASKED = "as_asked"
    ORIGINAL = "original"
    ENHANCED = "enhanced"

    def condition(self, asked: str) -> str:
        """The accept condition that holds where MSH-15 says this."""
        if self is Acknowledging.ENHANCED:
            return asked if asked in ("AL", "ER", "SU") else "AL"
        return "" if self is Acknowledging.ORIGINAL else asked


@dataclass(frozen=True, slots=True)
class Stamp:
    """The identity of the answer itself: its MSH-10 (at most 20 characters) and MSH-7."""

    control_id: str
    at: datetime
    zone: tzinfo

    def __post_init__(self) -> None:
        if not 1 <= len(self.control_id) <= MAX_CONTROL_ID:
            raise ValueError(f"MSH-10 takes 1 to {MAX_CONTROL_ID} characters, not {len(self.control_id)}")


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer owed to a message; `code` None and an empty `body` where the sender wants none."""

    code: AckCode | None
    body: bytes


_ORIGINAL = {Verdict.ACCEPTED: AckCode.AA, Verdict.FAILED: AckCode.AE, Verdict.REJECTED: AckCode.AR}
_ENHANCED = {Verdict.ACCEPTED: AckCode.CA, Verdict.FAILED: AckCode.CE, Verdict.REJECTED: AckCode.CR}
_SILENT: dict[Verdict, AckCode | None] = dict.fromkeys(Verdict)

DECISIONS: dict[str, dict[Verdict, AckCode | None]] = {
    "": {**_ORIGINAL},
    "NE": {**_ORIGINAL},
    "AL": {**_ENHANCED},
    "ER": {**_ENHANCED, Verdict.ACCEPTED: None},
    "SU": {**_SILENT, Verdict.ACCEPTED: AckCode.CA},
}
"""MSH-15 (table 0155) -> verdict -> code; an unknown value counts as absent."""


def decide_ack(
    raw: bytes,
    *,
    stored: bool,
    stamp: Stamp,
    charset: str | None = None,
    refusal: str = "",
    mode: Acknowledging = Acknowledging.AS_ASKED,
) -> Ack:
    """The answer to a received message, whatever its bytes; never raises on them.

    `stored` says that the raw bytes are durable: without that nothing is ever accepted. `refusal`
    is our reason to reject a message that is well formed (an event that no one handles); it must
    hold no personal data. A message that cannot be told by its MSH-10 is never accepted.
    """
    try:
        message = Message.parse(raw, charset)
    except Malformed as fault:
        return answer_unreadable(raw, fault.text, stored=stored, stamp=stamp, charset=charset)
    return answer(message, stored=stored, stamp=stamp, refusal=refusal, mode=mode)


def answer(
    message: Message,
    *,
    stored: bool,
    stamp: Stamp,
    refusal: str = "",
    mode: Acknowledging = Acknowledging.AS_ASKED,
) -> Ack:
    """The same for a message that was read already."""
    reason = refusal or _unanswerable(message.problems)
    code = DECISIONS.get(mode.condition(message["MSH-15"].strip()), DECISIONS[""])[_verdict(reason, stored=stored)]
    return _answer(bytes(message), message.codec, message, code, reason, stamp)


def answer_unreadable(raw: bytes, fault: str, *, stored: bool, stamp: Stamp, charset: str | None = None) -> Ack:
    """The answer to bytes that are no message, by the fault that was found in them."""
    return _answer(raw, decode(raw, charset).codec, None, _ORIGINAL[_verdict(fault, stored=stored)], fault, stamp)


def owes_application_answer(message: Message, mode: Acknowledging, *, accepted: bool) -> bool:
    """Whether a second answer is owed, once it is known what became of a message that got an accept acknowledgement.

    In original mode the first is the only one, which the standard counts as the application's (section 2.9.3).
    """
    asked = message["MSH-16"].strip()
    is_enhanced = (
        DECISIONS.get(mode.condition(message["MSH-15"].strip()), DECISIONS[""])[Verdict.ACCEPTED] != AckCode.AA
    )
    return is_enhanced and asked in ("AL", "SU" if accepted else "ER")


def application_answer(message: Message, *, accepted: bool, stamp: Stamp, reason: str = "") -> bytes:
    """The second answer: a message of its own that asks its receiver for CA and never for a third.

    `reason` says why it was not accepted, without personal data.
    """
    code = AckCode.AA if accepted else AckCode.AR
    reply = _Reply(header_fields(bytes(message), message.codec), message)
    return reply.body(code, reason, stamp, (b"AL", b"NE"))


def answers(reply: bytes, sent: bytes) -> bool:
    """Whether a reply is for the message that was sent, by MSA-2; one that names no message is."""
    try:
        named = Message.parse(reply)["MSA-2"]
    except Malformed:
        return True
    return named in ("", Message.parse(sent).control_id)


def _unanswerable(problems: Sequence[Oddity]) -> str:
    """Why a message cannot be accepted, '' where it can."""
    if not problems:
        return ""
    return next((text for oddity, text in _UNANSWERABLE.items() if oddity in problems), "")


def _verdict(reason: str, *, stored: bool) -> Verdict:
    if not stored:
        return Verdict.FAILED
    return Verdict.REJECTED if reason else Verdict.ACCEPTED


def _answer(raw: bytes, codec: str, message: Message | None, code: AckCode | None, reason: str, stamp: Stamp) -> Ack:
    if code is None:
        return Ack(None, b"")
    text = "not stored, send it again" if code in (AckCode.AE, AckCode.CE) else reason
    return Ack(code, _Reply(header_fields(raw, codec), message).body(code, text, stamp))


class _Reply:
    """An acknowledgement in the sender's own delimiters, character set and version."""

    def __init__(self, header: tuple[bytes, ...], message: Message | None) -> None:
        self._header = header
        self._echo = header + _NO_HEADER[len(header) :]
        self._type = _ack_type(message)
        self._separator = header[1] if header and header[1] not in b"^~\\&" else b"|"
        self._encoding = (self._echo[2] if message else b"") or b"^~\\&"

    def body(self, code: AckCode, text: str, stamp: Stamp, asks: tuple[bytes, bytes] = (b"", b"")) -> bytes:
        """MSH, MSA and, where the version knows error codes and something is wrong, ERR; it asks MSH-15 and -16."""
        lines = [self._msh(stamp, asks), self._line("MSA", code.encode(), self._echo[10], _plain(text))]
        if code not in (AckCode.AA, AckCode.CA) and not self._echo[12].decode("latin-1").startswith(
            _BEFORE_ERROR_CODES
        ):
            error = b"207" if code in (AckCode.AE, AckCode.CE) else b"101" if "missing" in text else b"200"
            lines.append(self._line("ERR", b"", b"", error, b"E"))
        return b"".join(line + b"\r" for line in lines)

    def _msh(self, stamp: Stamp, asks: tuple[bytes, bytes]) -> bytes:
        echo = self._echo
        return self._line(
            "MSH",
            self._encoding,
            *(echo[5], echo[6], echo[3], echo[4]),
            timestamp(stamp.at, stamp.zone).encode(),
            b"",
            self._type,
            stamp.control_id.encode(),
            echo[11] or b"P",
            echo[12] or VERSION.encode(),
            *(b"", b""),
            *asks,
            echo[17],
            echo[18] or (b"" if self._header else UTF_8.encode()),
        )

    def _line(self, name: str, *fields: bytes) -> bytes:
        filled = [name.encode(), *fields]
        while not filled[-1]:
            filled.pop()
        return self._separator.join(filled)


def _ack_type(message: Message | None) -> bytes:
    trigger = message["MSH-9.2"] if message else ""
    component = message.delimiters.component if message else ""
    if not component or not (trigger.isascii() and trigger.isalnum()):
        return b"ACK"
    return component.join(("ACK", trigger, "ACK")).encode()


def _plain(text: str) -> bytes:
    return "".join(sign if sign.isalnum() or sign in " .,-" else " " for sign in text).encode("ascii", "replace")
