"""One exchange: whose answer counts, and what is never sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Refused
from adapters.his_hl7.client import Hl7Client
from adapters.his_hl7.his import Hl7His
from adapters.hl7.message import Message
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from tests.adapters.his_hl7.conftest import TUESDAY, StandingClock, demo_settings, identity

Reply = Callable[[bytes], bytes]


class DirectLink:
    """Hands messages to a simulated hospital without a socket and lets a test change its answers."""

    def __init__(self, change: Reply) -> None:
        self.hospital = SimulatedHospital(StandingClock())
        self._change = change
        self.closed = 0
        self.sent: list[Message] = []

    def exchange(self, raw: bytes) -> bytes:
        self.sent.append(Message.parse(raw))
        reply = self.hospital.handle(raw)
        assert reply is not None
        return self._change(reply)

    def close(self) -> None:
        self.closed += 1


def his_over(link: DirectLink, **changed: object) -> Hl7His:
    chosen = demo_settings(**changed)
    return Hl7His(Hl7Client(link, chosen, StandingClock().now, lambda: "0" * 31 + "1"), chosen)


def replaced(old: bytes, new: bytes) -> Reply:
    def change(reply: bytes) -> bytes:
        assert old in reply
        return reply.replace(old, new)

    return change


CONTROL_ID = b"0" * 19 + b"1"


def posting_rows(serial: bytes) -> Reply:
    rows = b"RDF|5|@FT1.2~@FT1.4~@FT1.6~@FT1.11~@ZRC.2\rRDT|" + serial + b"|20261123100000|PY|120.00|R1\r"
    return lambda reply: reply.replace(b"|NF|", b"|OK|") + rows


@pytest.mark.parametrize("named", [b"SOMEBODY-ELSES", b""])
def test_an_answer_to_another_message_ends_the_connection(named: bytes) -> None:
    link = DirectLink(replaced(b"MSA|AA|" + CONTROL_ID, b"MSA|AA|" + named))
    with pytest.raises(OutcomeUnknown):
        his_over(link).register_patient(identity(people.WU_TONG))
    with pytest.raises(NotDone):
        his_over(link).departments()
    assert link.closed == 2


def test_an_answer_that_is_no_hl7_is_malformed() -> None:
    link = DirectLink(lambda _: b"HTTP/1.1 502 Bad Gateway")
    with pytest.raises(Malformed):
        his_over(link).register_patient(identity(people.WU_TONG))


def test_a_list_that_goes_on_elsewhere_is_not_taken_for_the_whole() -> None:
    link = DirectLink(lambda reply: reply + b"DSC|page-2|I\r")
    with pytest.raises(Malformed, match="DSC-1"):
        his_over(link).departments()


def test_the_header_names_both_sides_and_the_character_set() -> None:
    link = DirectLink(lambda reply: reply)
    his_over(link, sending_facility="CLINIC", processing_id="T", time_zone="UTC").departments()
    (sent,) = link.sent
    addresses = ("MSH-3", "MSH-4", "MSH-5", "MSH-6", "MSH-7", "MSH-10", "MSH-11", "MSH-12", "MSH-18")
    assert [sent[address] for address in addresses] == [
        "HOSPITALBRIDGE",
        "CLINIC",
        "DEMOHIS",
        "DEMOHOSPITAL",
        "20261123020000+0000",
        CONTROL_ID.decode(),
        "T",
        "2.5.1",
        "UNICODE UTF-8",
    ]


def test_a_value_cannot_begin_a_segment_of_its_own() -> None:
    link = DirectLink(lambda reply: reply)
    sly = replace(identity(people.WU_TONG), name="吴\rMSA|AA|1\x0b\x1c")
    his_over(link).register_patient(sly)
    (sent,) = link.sent
    assert [segment.name for segment in sent.segments()] == ["MSH", "EVN", "PID", "PV1"]
    assert sent["PID-5.1"] == sly.name


@pytest.mark.parametrize("charset", ["UNICODE UTF-8", "GB 18030-2000"])
@given(name=strategies.text(strategies.characters(exclude_categories=["Cs"]), min_size=1))
@settings(deadline=None)
def test_any_name_arrives_as_it_was(charset: str, name: str) -> None:
    link = DirectLink(lambda reply: reply)
    his_over(link, charset=charset).register_patient(replace(identity(people.WU_TONG), name=name))
    (registered,) = link.hospital.patients.find("CN_ID", people.WU_TONG.id_number)
    assert registered.name == name


def test_a_name_that_the_character_set_lacks_is_not_sent() -> None:
    link = DirectLink(lambda reply: reply)
    with pytest.raises(Refused) as refusal:
        his_over(link, charset="8859/1").register_patient(identity(people.WU_TONG))
    assert link.sent == []
    assert people.WU_TONG.name not in refusal.value.text


def test_a_hospital_that_ignores_the_serial_does_not_mislead() -> None:
    day = TUESDAY - timedelta(days=1)
    assert his_over(DirectLink(posting_rows(b"S1"))).find_posting("S2", day) is None
    assert his_over(DirectLink(posting_rows(b"S2"))).find_posting("S2", day) is not None


def test_a_hospital_that_ignores_the_day_does_not_mislead() -> None:
    assert his_over(DirectLink(lambda reply: reply)).slots("0101", "D01011", TUESDAY)
    another_day = DirectLink(lambda reply: reply.replace(b"|20261124", b"|20261125"))
    assert his_over(another_day).slots("0101", "D01011", TUESDAY) == ()


def test_nothing_found_is_nothing_whatever_else_is_said() -> None:
    link = DirectLink(lambda reply: reply + b"PID|1||424242^^^HIS^MR\r")
    assert his_over(link).find_patients(identity(people.WU_TONG)) == ()
