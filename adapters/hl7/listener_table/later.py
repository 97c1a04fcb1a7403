"""Rows about what comes after the first answer: the second one, and the end (HL7 v2.5.1 section 2.9.3)."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from adapters.errors import Malformed
from adapters.hl7.listener_table.row import ACCEPTED, Row, first, msa, unlike
from adapters.hl7.listener_table.wire import Closed, Silent, Target, Wire, heard, wire
from adapters.hl7.message import Message
from adapters.hl7.mllp import frame

SAME = "same"
"""Second answers come on the connection of the message."""
_AT_ONCE = 4
_CLEAN = ("closed", "ConnectionResetError", "BrokenPipeError", "SSLEOFError", "SSLZeroReturnError")


def _second_answer(target: Target) -> str:
    """What is applied gets AA after its CA where MSH-16 says AL or SU, and nothing more where it says NE or ER."""
    if target.answers == SAME:
        return first(*(_on_the_same(target, asked) for asked in ("AL", "SU", "NE", "ER")))
    with socket.create_server(("", int(target.answers))) as door:
        return first(*(_at_the_door(target, door, asked) for asked in ("AL", "SU", "NE", "ER")))


def _asking(target: Target, asked: str) -> tuple[str, str]:
    control_id = target.control_id(f"L1{asked}")
    return control_id, target.message(control_id, accept="AL", application=asked)


def _on_the_same(target: Target, asked: str) -> str:
    control_id, message = _asking(target, asked)
    with wire(target) as line:
        if seen := unlike(line.ask(message), control_id, ("CA",)):
            return seen
        return _second(line.answer() if asked in ("AL", "SU") else line.stray(), control_id, asked)


def _at_the_door(target: Target, door: socket.socket, asked: str) -> str:
    control_id, message = _asking(target, asked)
    with wire(target) as line:
        if seen := unlike(line.ask(message), control_id, ("CA",)):
            return seen
    is_owed = asked in ("AL", "SU")
    door.settimeout(target.wait if is_owed else target.silence)
    try:
        connection, _ = door.accept()
    except TimeoutError:
        return f"MSH-16 {asked!r}: no second answer came" if is_owed else ""
    with heard(connection, target) as line:
        answer = line.answer()
        if seen := _second(answer, control_id, asked):
            return seen
        if Message.parse(answer)["MSH-15"] == "AL":
            own = Message.parse(answer).control_id
            line.send(frame(f"MSH|^~\\&|PROBE|||||||ACK|{target.run}OK|P|2.5.1\rMSA|CA|{own}\r".encode()))
    return ""


def _second(answer: bytes | None, control_id: str, asked: str) -> str:
    """'' where the second answer is as it must be, or there is rightly none."""
    if asked in ("NE", "ER"):
        return "" if answer is None else f"MSH-16 {asked!r}: a second answer {msa(answer)[0]} came"
    if answer is None:
        return f"MSH-16 {asked!r}: no second answer came"
    try:
        message = Message.parse(answer)
    except Malformed as fault:
        return f"the second answer cannot be read: {fault.text}"
    if message.control_id in ("", control_id):
        return "the second answer has no MSH-10 of its own"
    if message["MSH-16"] in ("AL", "SU", "ER"):
        return f"the second answer asks for a third: MSH-16 {message['MSH-16']!r}"
    return unlike(answer, control_id, ("AA",))


def _drain(target: Target) -> str:
    """Messages are under way on several connections while the listener is told to stop."""
    before, during = ([target.control_id(f"L2{part}{place}") for place in range(_AT_ONCE)] for part in "ab")
    with ExitStack() as stack:
        lines = [stack.enter_context(wire(target)) for _ in range(_AT_ONCE)]
        for line, control_id in zip(lines, before, strict=True):
            if seen := unlike(line.ask(target.message(control_id)), control_id):
                return seen
        for line, control_id in zip(lines, during, strict=True):
            line.send(frame(target.message(control_id).encode()))
        if target.stop is not None:
            target.stop()
        ends = (_ended(target, line, each) for line, each in zip(lines, during, strict=True))
        seen = next((each for each in ends if each), "")
    return seen or _still_listens(target)


def _ended(target: Target, line: Wire, control_id: str) -> str:
    """'' where the message is answered whole or not at all, and then the connection ends."""
    try:
        answer = line.answer()
    except Closed as end:
        return "" if str(end) in _CLEAN else f"the connection broke off inside an answer: {end}"
    except Silent:
        return "a connection goes on after the stop, without an answer"
    if seen := unlike(answer, control_id, ACCEPTED):
        return seen
    return "" if line.closed_within(target.wait) else "a connection goes on after the stop"


def _still_listens(target: Target) -> str:
    try:
        with wire(target) as line:
            answer = line.ask(target.message(target.control_id("L2c")))
    except (OSError, Closed, Silent):
        return ""
    return f"a message after the stop was answered {msa(answer)[0]}"


LATER = (
    Row(
        "second-answer",
        "MSH-16 AL and SU: AA follows CA when the message is applied, with an MSH-10 of its own; NE and ER: none does.",
        _second_answer,
        "answers",
    ),
    Row(
        "drain",
        "Told to stop, it breaks off no answer, ends every connection and takes nothing more.",
        _drain,
        "stop",
    ),
)
"""The last one leaves nobody listening."""
