from __future__ import annotations

from typing import Any

import pytest

from adapters.hl7.ack import Ack, AckCode, Acknowledging, Stamp, answers, decide_ack, owes_application_answer
from adapters.hl7.conformance import check
from adapters.hl7.message import Message
from tests.adapters.hl7.hl7_messages import STAMP


def adt(accept: str = "", control_id: str = "M1", version: str = "2.5.1", application: str = "") -> bytes:
    header = f"MSH|^~\\&|HIS|H1|HB|H2|2026||ADT^A28^ADT_A05|{control_id}|T|{version}|||{accept}|{application}"
    return f"{header}\rPID|1\r".encode()


def owed(raw: bytes, *, stored: bool = True, refusal: str = "") -> Ack:
    return decide_ack(raw, stored=stored, stamp=STAMP, refusal=refusal)


@pytest.mark.parametrize(
    ("accept", "accepted", "failed", "rejected"),
    [
        ("", "AA", "AE", "AR"),
        ("NE", "AA", "AE", "AR"),
        ("nonsense", "AA", "AE", "AR"),
        ("AL", "CA", "CE", "CR"),
        ("ER", None, "CE", "CR"),
        ("SU", "CA", None, None),
    ],
)
def test_the_sender_chooses_its_mode(
    accept: str, accepted: str | None, failed: str | None, rejected: str | None
) -> None:
    raw = adt(accept)
    codes = [owed(raw).code, owed(raw, stored=False).code, owed(raw, refusal="no such event").code]
    assert codes == [accepted, failed, rejected]


@pytest.mark.parametrize(
    ("accept", "application", "mode", "when_accepted", "when_not"),
    [
        ("AL", "AL", "as_asked", True, True),
        ("AL", "SU", "as_asked", True, False),
        ("ER", "ER", "as_asked", False, True),
        ("SU", "AL", "as_asked", True, True),
        ("AL", "NE", "as_asked", False, False),
        ("AL", "", "as_asked", False, False),
        ("AL", "nonsense", "as_asked", False, False),
        ("", "AL", "as_asked", False, False),
        ("NE", "AL", "as_asked", False, False),
        ("AL", "AL", "original", False, False),
        ("NE", "AL", "enhanced", True, True),
    ],
)
def test_a_second_answer_is_owed_only_where_the_first_was_not_the_applications(
    accept: str, application: str, mode: str, *, when_accepted: bool, when_not: bool
) -> None:
    message = Message.parse(adt(accept, application=application))
    owes = [owes_application_answer(message, Acknowledging(mode), accepted=each) for each in (True, False)]
    assert owes == [when_accepted, when_not]


def test_an_answer_goes_back_the_way_the_message_came() -> None:
    assert owed(adt()).body == b"MSH|^~\\&|HB|H2|HIS|H1|20261123003000+0000||ACK^A28^ACK|OURS|T|2.5.1\rMSA|AA|M1\r"


def test_a_failure_says_that_sending_again_helps() -> None:
    answer = Message.parse(owed(adt(), stored=False).body)
    assert (answer["MSA-1"], answer["MSA-3"], answer["ERR-3"]) == ("AE", "not stored, send it again", "207")


def test_a_rejection_gives_its_reason() -> None:
    answer = Message.parse(owed(adt(), refusal="no one handles ADT|A28").body)
    assert (answer["MSA-1"], answer["MSA-3"], answer["ERR-3"]) == ("AR", "no one handles ADT A28", "200")


def test_an_old_version_gets_no_error_segment_that_it_would_not_know() -> None:
    assert [each.name for each in Message.parse(owed(adt(version="2.3"), stored=False).body).segments()] == [
        "MSH",
        "MSA",
    ]


@pytest.mark.parametrize("accept", ["", "AL"])
@pytest.mark.parametrize("how", [{}, {"stored": False}, {"refusal": "no one handles it"}])
def test_every_answer_keeps_the_standard(accept: str, how: dict[str, Any]) -> None:
    body = owed(adt(accept), **how).body
    assert body is not None
    assert [each for each in check(body) if each.place != "MSA-3"] == []


@pytest.mark.parametrize("control_id", ["a\\T\\b", " padded ", "x" * 300, "a^b~c&d"])
def test_the_control_id_comes_back_byte_for_byte(control_id: str) -> None:
    assert b"MSA|AA|" + control_id.encode() + b"\r" in owed(adt(control_id=control_id)).body


def test_a_control_id_in_gb18030_comes_back_byte_for_byte() -> None:
    raw = "MSH|^~\\&|弢|H1|HB|H2|2026||ADT^A28|弢玘|P|2.5.1||||||GB 18030-2000\r".encode("gb18030")
    body = owed(raw).body
    assert b"MSA|AA|\x8f|\xab^\r" in body
    assert (Message.parse(body)["MSH-5"], Message.parse(body)["MSH-18"]) == ("弢", "GB 18030-2000")


def test_a_delimiters_byte_inside_a_character_of_iso_2022_ends_no_field() -> None:
    control_id = b"\x1b$B\x30\x7c\x1b(B"
    raw = adt(control_id="M7").replace(b"M7", control_id)
    assert b"MSA|AA|" + control_id + b"\r" in decide_ack(raw, stored=True, stamp=STAMP, charset="ISO IR87").body


def test_a_control_id_is_found_even_where_the_delimiters_are_refused() -> None:
    answer = owed(b"MSH|^~^&|HIS|H1|HB|H2|2026||ADT^A28|M9|P|2.5.1\r")
    assert answer.code is AckCode.AR
    assert b"MSA|AR|M9|" in answer.body


def test_other_delimiters_are_answered_in_kind() -> None:
    answer = Message.parse(owed(b"MSH$%*!@$HIS$H1$HB$H2$2026$$ADT%A28$M$1$P$2.5.1\r".replace(b"M$1", b"M|1")).body)
    assert (answer["MSH-2"], answer["MSH-9.2"], answer["MSA-2"]) == ("%*!@", "A28", "M|1")


@pytest.mark.parametrize(
    "raw",
    [
        adt(control_id=""),
        adt(control_id="  "),
        adt(control_id='""'),
        b"BHS|^~\\&\r" + adt(),
        adt() + adt(control_id="M2"),
        b"",
    ],
)
def test_what_its_control_id_cannot_name_is_never_accepted(raw: bytes) -> None:
    assert owed(raw).code is AckCode.AR


def test_nothing_is_accepted_or_rejected_before_it_is_stored() -> None:
    assert owed(b"hello", stored=False).code is AckCode.AE


def test_an_answer_of_ours_has_an_id_that_fits() -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        Stamp("x" * 21, STAMP.at, STAMP.zone)


def test_a_reply_answers_the_message_that_it_names() -> None:
    reply = owed(adt(control_id="M1")).body
    assert answers(reply, adt(control_id="M1"))
    assert not answers(reply, adt(control_id="M2"))
    assert answers(b"unreadable", adt())
