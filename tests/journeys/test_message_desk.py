"""From the wire to the desk: what a message did stands beside it, and a poison message is parked alone."""

from __future__ import annotations

import pytest

from adapters.his_hl7.his import Hl7His
from adapters.hl7.message import Message
from hospital_bridge.inbound import message_desk_of
from hospital_bridge.store.inbox_search import Sought, Standing
from hospital_bridge.web.message_reads import MessageRow
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge


def report(control_id: str, number: str, item: str = "GLU") -> bytes:
    return (
        f"MSH|^~\\&|LIS|H|HB|H|20261123083000||ORU^R01|{control_id}|P|2.5.1||||||UNICODE UTF-8\r"
        f"PID|||{number}^^^DEMOHIS^MR||王^弢||19850312|M\r"
        f"OBR|1||R-{control_id}|{item}^Glucose|||20261123080000|||||||||||||||20261123083000|||F\r"
        f"OBX|1|NM|{item}^Glucose||5.1|mmol/L|3.9-6.1||||F\rZZZ|left over\r"
    ).encode()


def standing(steered: SteeredBridge, control_id: str) -> MessageRow:
    (row,) = message_desk_of(steered.bridge).search(OPERATOR, Sought(control_id=control_id), 10).rows
    return row


def test_what_a_message_did_stands_beside_what_was_received(steered: SteeredBridge) -> None:
    steered.exchange(report("DID1", "771"))
    steered.work()
    desk = message_desk_of(steered.bridge)
    (row,) = desk.search(OPERATOR, Sought(patient_index=desk.patient_index(OPERATOR, "771")), 10).rows
    told = desk.show(OPERATOR, row.message_id)
    assert told is not None
    assert (row.standing, told.config_digest) == (Standing.APPLIED, steered.bridge.settings.digest)
    assert told.did[0] == "ReportIssued -> hospital"
    assert told.answer[-1].text == "MSA|AA|DID1"
    assert "771" not in repr(told)

    opened = desk.open(OPERATOR, row.message_id, "reader-1")
    assert opened is not None
    assert [line.name for line in opened.lines] == ["MSH", "PID", "OBR", "OBX", "ZZZ"]
    fields = {field.path: field.text for field in opened.news[0].fields}
    assert (fields["observations[1].value"], fields["patient.name"]) == ("5.1", "王弢")
    assert "ZZZ-1" in [place for place, _ in opened.unread] or "ZZZ(1)-1" in [place for place, _ in opened.unread]


def test_a_poison_message_is_parked_at_once_and_all_others_go_on(
    steered: SteeredBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Hl7His.read_news

    def poisoned(self: Hl7His, raw: bytes, charset: str | None) -> object:
        if Message.parse(raw).control_id == "POISON":
            raise ZeroDivisionError
        return reading(self, raw, charset)

    monkeypatch.setattr(Hl7His, "read_news", poisoned)
    steered.exchange(report("POISON", "772"))
    steered.exchange(report("SAME", "772"))
    steered.exchange(report("OTHER", "773"))
    steered.work()
    assert standing(steered, "OTHER").standing is Standing.APPLIED
    poison = standing(steered, "POISON")
    assert (poison.standing, poison.reason) == (Standing.PARKED, "ZeroDivisionError")
    assert standing(steered, "SAME").standing is Standing.APPLIED, "whoever waited behind it went on"
    told = message_desk_of(steered.bridge).show(OPERATOR, poison.message_id)
    assert told is not None
    assert len(told.tries) == 5

    monkeypatch.undo()
    assert message_desk_of(steered.bridge).replay(OPERATOR, poison.message_id, "admin-1")
    steered.work()
    assert standing(steered, "POISON").standing is Standing.APPLIED
    assert not message_desk_of(steered.bridge).replay(OPERATOR, poison.message_id, "admin-1")
