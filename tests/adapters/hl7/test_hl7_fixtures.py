from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Malformed
from adapters.hl7.ack import Stamp, decide_ack
from adapters.hl7.message import Message

FIXTURES = Path(__file__).parents[3] / "fixtures" / "hl7"
STAMP = Stamp("OURS", datetime(2026, 11, 23, tzinfo=UTC), UTC)


def cases(*, malformed: bool) -> list[Any]:
    """Every fixture with its expectation, the readable ones or the others."""
    found = [(path, json.loads(path.with_suffix(".expected.json").read_text())) for path in FIXTURES.glob("*.hl7")]
    return [pytest.param(*case, id=case[0].stem) for case in sorted(found) if ("malformed" in case[1]) == malformed]


@pytest.mark.parametrize(("path", "expected"), cases(malformed=False))
def test_a_message_is_read_exactly(path: Path, expected: dict[str, Any]) -> None:
    raw = path.read_bytes()
    message = Message.parse(raw)
    assert bytes(message) == raw
    assert {
        "type": message.type,
        "control_id": message.control_id,
        "codec": message.codec,
        "segments": [segment.name for segment in message.segments()],
        "problems": [oddity.value for oddity in message.problems],
        "values": {address: message[address] for address in expected["values"]},
    } == {key: value for key, value in expected.items() if key != "ack"}


@pytest.mark.parametrize(("path", "expected"), cases(malformed=True))
def test_a_message_is_refused_with_its_reason(path: Path, expected: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refusal:
        Message.parse(path.read_bytes())
    assert refusal.value.text == expected["malformed"]


@pytest.mark.parametrize(("path", "expected"), [*cases(malformed=False), *cases(malformed=True)])
def test_a_stored_message_gets_the_answer_it_is_owed(path: Path, expected: dict[str, Any]) -> None:
    ack = decide_ack(path.read_bytes(), stored=True, stamp=STAMP)
    answer = Message.parse(ack.body)
    assert (ack.code, answer["MSA-1"]) == (expected["ack"], expected["ack"])
    assert answer["MSA-2"] == expected.get("control_id", answer["MSA-2"])


def test_every_expectation_has_its_message() -> None:
    messages = {path.stem for path in FIXTURES.glob("*.hl7")}
    assert messages == {path.name.removesuffix(".expected.json") for path in FIXTURES.glob("*.expected.json")}
    assert len(messages) > 30
