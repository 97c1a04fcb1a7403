"""Rows about messages and the answers they are owed (HL7 v2.5.1 sections 2.9.2, 2.9.3, 2.10 and 2.14)."""

from __future__ import annotations

from adapters.errors import Malformed
from adapters.hl7.listener_table.row import ACCEPTED, REFUSED, Row, first, msa, unlike
from adapters.hl7.listener_table.wire import Closed, Target, wire
from adapters.hl7.message import Message
from adapters.hl7.mllp import frame

_NAMES = "弢^玘"
"""In GB18030 each ends in the byte of a delimiter (`reference/his.md` section 3)."""


def _taken(target: Target, place: str, raw: bytes, codes: tuple[str, ...] = ACCEPTED) -> str:
    """'' where these bytes, framed, get one of the codes for this run's message of that place."""
    with wire(target) as line:
        line.send(frame(raw))
        return unlike(line.answer(), target.control_id(place), codes)


def _terminated(target: Target, place: str, terminator: str) -> str:
    message = target.message(target.control_id(place)).replace("\r", terminator)
    return _taken(target, place, message.encode())


def _line_feeds(target: Target) -> str:
    return first(_terminated(target, "A1a", "\n"), _terminated(target, "A1b", "\r\n"))


def _blank_lines(target: Target) -> str:
    return _terminated(target, "A2", "\r\r")


def _no_last_return(target: Target) -> str:
    return _taken(target, "A3", target.message(target.control_id("A3")).rstrip("\r").encode())


def _gb18030(target: Target) -> str:
    message = target.message(target.control_id("A4"), f"NK1|1|{_NAMES}", charset="GB 18030-2000")
    return _taken(target, "A4", message.encode("gb18030"))


def _own_delimiters(target: Target) -> str:
    control_id = target.control_id("A5")
    usual = target.message(control_id)
    odd = usual.translate(str.maketrans("|^~&", "#@*%"))
    with wire(target) as line:
        answer = line.ask(odd)
    try:
        reply = Message.parse(answer)
    except Malformed as fault:
        return f"the answer cannot be read: {fault.text}"
    return "" if (reply["MSA-1"] in ACCEPTED and reply["MSA-2"] == control_id) else unlike(answer, control_id)


def _never_accepted(target: Target, raw: bytes) -> str:
    """'' where these bytes get any answer but an acceptance, or end the connection."""
    with wire(target) as line:
        line.send(frame(raw))
        try:
            code = msa(line.answer())[0]
        except Closed:
            return "the connection ended without an answer"
        return f"answered {code}" if code not in REFUSED else ""


def _no_hl7(target: Target) -> str:
    return first(_never_accepted(target, b"hello"), _never_accepted(target, b"MSH"))


def _no_control_id(target: Target) -> str:
    return _never_accepted(target, target.message("").encode())


def _batch(target: Target) -> str:
    inner = target.message(target.control_id("A8"))
    return _never_accepted(target, f"BHS|^~\\&|PROBE\r{inner}BTS|1\r".encode())


def _verbatim(target: Target) -> str:
    """MSH-10 with escapes, blanks and more than twenty characters comes back byte for byte."""
    wanted = f"{target.run} A\\T\\9/é-0123456789".encode()
    message = target.message("@@").encode().replace(b"@@", wanted)
    with wire(target) as line:
        line.send(frame(message))
        named = msa(line.answer())[1]
    return "" if named == wanted else f"MSH-10 {wanted!r} came back as {named!r}"


def _accept_mode(target: Target) -> str:
    expected = {"": ("AA",), "NE": ("AA",), "AL": ("CA",), "SU": ("CA",), "??": ("AA",)}
    return first(*(_mode(target, number, accept, codes) for number, (accept, codes) in enumerate(expected.items())))


def _mode(target: Target, number: int, accept: str, codes: tuple[str, ...]) -> str:
    control_id = target.control_id(f"B1{number}")
    with wire(target) as line:
        seen = unlike(line.ask(target.message(control_id, accept=accept)), control_id, codes)
    return f"MSH-15 {accept!r}: {seen}" if seen else ""


def _failure_mode(target: Target) -> str:
    """A message that nobody can name is refused as MSH-15 asks."""
    asked = ((accept, target.message("", f"NTE|1||{accept}", accept=accept)) for accept in ("AL", "ER", "SU"))
    return first(*(_refused_as(target, accept, frame(message.encode())) for accept, message in asked))


def _refused_as(target: Target, accept: str, wire_bytes: bytes) -> str:
    with wire(target) as line:
        line.send(wire_bytes)
        answer = line.stray() if accept == "SU" else line.answer()
    code = "nothing" if answer is None else msa(answer)[0]
    return "" if code in (("nothing",) if accept == "SU" else ("CR", "CE")) else f"MSH-15 {accept!r}: answered {code}"


def _too_many_segments(target: Target) -> str:
    many = target.message(target.control_id("B5"), *["NTE|1||x"] * target.segment_limit)
    return first(
        _never_accepted(target, many.encode()), _taken(target, "B6", target.message(target.control_id("B6")).encode())
    )


def _errors_only(target: Target) -> str:
    with wire(target) as line:
        line.send(frame(target.message(target.control_id("B2a"), accept="ER").encode()))
        stray = line.stray()
        if stray is not None:
            return f"MSH-15 'ER': an accepted message was answered {msa(stray)[0]}"
        return unlike(line.ask(target.message(target.control_id("B2b"))), target.control_id("B2b"))


def _asked(target: Target, message: str) -> bytes:
    """The answer on a connection of its own: whoever sends again has often lost the first one."""
    with wire(target) as line:
        return line.ask(message)


def _repeated(target: Target) -> str:
    """What was acknowledged and is sent again gets the very answer that it got: it was not taken twice."""
    control_id = target.control_id("B3")
    message = target.message(control_id)
    answers = [_asked(target, message), _asked(target, message)]
    return first(
        *(unlike(each, control_id) for each in answers),
        "" if answers[0] == answers[1] else "the same message was acknowledged anew, as if it were another",
    )


def _contradicted(target: Target) -> str:
    """The same MSH-10 with other content is not the same message, so it cannot get the stored answer."""
    control_id = target.control_id("B4")
    answers = [_asked(target, target.message(control_id, f"NTE|1||{words}")) for words in ("one", "another")]
    if answers[0] == answers[1]:
        return "other content under the same MSH-10 got the first one's answer and is lost"
    return unlike(answers[0], control_id)


ANSWERING = (
    Row("line-feeds", "Segments that end in LF or in CR and LF are read.", _line_feeds),
    Row("blank-lines", "An empty line between segments is no fault.", _blank_lines),
    Row("no-last-return", "The last segment may lack its terminator.", _no_last_return),
    Row("gb18030", "GB18030 text whose characters end in the bytes of delimiters is read.", _gb18030),
    Row("own-delimiters", "Whoever sends other delimiters is answered in them.", _own_delimiters),
    Row("no-hl7", "What is no HL7 is answered AR, AE, CR or CE.", _no_hl7),
    Row("no-control-id", "A message without MSH-10 is refused with an answer.", _no_control_id),
    Row("batch", "A batch in one frame is refused with an answer: one message a frame.", _batch),
    Row("msa-2", "MSA-2 is MSH-10 byte for byte.", _verbatim),
    Row("accept-mode", "MSH-15 AL and SU get CA; NE, none and unknown values get AA.", _accept_mode),
    Row(
        "failure-mode", "What is refused is answered CR or CE to MSH-15 AL and ER, and not at all to SU.", _failure_mode
    ),
    Row("errors-only", "MSH-15 ER: an accepted message gets no answer.", _errors_only),
    Row("segments", "A message with more segments than the limit is refused.", _too_many_segments, "segment_limit"),
    Row("repeated", "A message that comes again gets the stored answer again.", _repeated),
    Row("contradicted", "Other content under a used MSH-10 never gets the stored answer.", _contradicted),
)
