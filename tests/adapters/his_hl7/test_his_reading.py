"""What hospitals really write into fields, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters import texts
from adapters.errors import Malformed
from adapters.his_hl7.mapping import billing, directory, patients, scheduling
from adapters.his_hl7.mapping.names import person_name, xpn
from adapters.hl7.message import Message
from adapters.values import EntryKind, Fen, Identifier, Sex
from hospital_bridge.sandbox import people
from tests.adapters.his_hl7.conftest import demo_settings, identity

SHANGHAI = ZoneInfo("Asia/Shanghai")
SETTINGS = demo_settings()
SLOT = (
    "QAK|1|OK",
    "SCH|||||SL1||||||||||||||||||||",
    "RGS|1",
    "AIS|1||GH01|202611240800|||30|min",
    "AIG|1||SL1|QUOTA||3",
    "AIP|1||D1",
    "AIL|1||0101",
)
ROWS = (
    "QAK|1|OK",
    "RDF|5|@FT1.2~@FT1.4~@FT1.6~@FT1.11~@ZRC.2",
    "RDT|S1|20261123100000|PY|120.00|R1",
)


def message(*segments: str) -> Message:
    header = "MSH|^~\\&|HIS||US||20261123100000+0800||X^Y^Z|1|P|2.5.1||||||UNICODE UTF-8"
    return Message.parse("\r".join((header, "MSA|AA|1", *segments, "")).encode())


def changed(lines: tuple[str, ...], old: str, new: str) -> Message:
    assert any(old in line for line in lines)
    return message(*(line.replace(old, new) for line in lines))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("202611240800", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124080000", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124080000883", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124080000.883+0800", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124000000+0000", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124000000Z", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("2026-11-24 08:00:00", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("2026-11-24T08:00", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("20261124", datetime(2026, 11, 23, 16, 0, tzinfo=UTC)),
    ],
)
def test_times_as_they_are_met(text: str, expected: datetime) -> None:
    assert texts.instant(text, SHANGHAI, "AIS-4") == expected


@pytest.mark.parametrize("text", ["", "2026", "20261324", "20261124250000", "明天", "20261124080000+9900"])
def test_what_is_no_time_names_its_field(text: str) -> None:
    with pytest.raises(Malformed, match="AIS-4"):
        texts.instant(text, SHANGHAI, "AIS-4")


@pytest.mark.parametrize("text", ["19850312", "1985-03-12", "19850312000000", "1985-03-12 23:59:59"])
def test_a_birth_date_is_a_day_in_no_zone(text: str) -> None:
    assert texts.day(text, "PID-7") == date(1985, 3, 12)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("王弢", "王弢"),
        ("王^弢", "王弢"),
        ("WANG TAO^王弢", "王弢"),
        ("王弢^WANG TAO", "王弢"),
        ("WANG^TAO~王弢^^^^^^L^I", "王弢"),
        ("王  弢", "王弢"),
        ("Smith^John", "Smith John"),
        ("", ""),
    ],
)
def test_names_as_they_are_met(field: str, name: str) -> None:
    pid = message(f"PID|1||1||{field}").segments("PID")[0]
    assert person_name(pid.field(5).repetitions) == name


def test_a_name_says_its_script() -> None:
    assert xpn("李玘")[7] == "I"
    assert xpn("Smith John")[7] == "A"


def found(pid: str) -> list[Identifier]:
    records = patients.read_patients(message("QAK|1|OK", pid), identity(people.WANG_TAO), SETTINGS)
    return [number for record in records for number in record.identifiers]


def test_identifier_types_follow_the_map_and_unlisted_ones_stay() -> None:
    number = people.WANG_TAO.id_number
    assert found(f"PID|1||1^^^HIS^MR~{number}^^^^1~77^^^^UPID~88||王弢") == [
        Identifier("MRN", "1"),
        Identifier("CN_ID", number),
        Identifier("UPID", "77"),
        Identifier("MRN", "88"),
    ]


def test_a_record_of_another_document_is_not_shown() -> None:
    assert found(f"PID|1||1^^^HIS^MR~{people.LI_QI.id_number}^^^^NNCHN||李玘") == []
    assert found("PID|1||1^^^HIS^MR||王弢") == [Identifier("MRN", "1")]


@pytest.mark.parametrize(
    ("written", "sex"), [("F", Sex.FEMALE), ("女", Sex.FEMALE), ("1", Sex.MALE), ("9", Sex.UNKNOWN)]
)
def test_sex_follows_the_map_and_is_else_unknown(written: str, sex: Sex) -> None:
    answer = message("QAK|1|OK", f"PID|1||1||王弢|||{written}")
    (record,) = patients.read_patients(answer, identity(people.WANG_TAO), SETTINGS)
    assert (record.sex, record.birth_date) == (sex, None)


def slots(answer: Message, prices: dict[str, Fen] | None = None) -> int:
    prices = {"GH01": Fen(5000)} if prices is None else prices
    return len(scheduling.read_slots(answer, "0101", "D1", prices, SETTINGS))


def test_a_slot_as_it_should_be() -> None:
    assert slots(message(*SLOT)) == 1
    assert slots(message(*SLOT), {"GH01": Fen(0)}) == 1
    assert slots(changed(SLOT, "SL1||||||||||||||||||||", "SL1||||||||||||||||||||Blocked")) == 0
    assert slots(message("QAK|1|NF")) == 0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("SCH|||||SL1", "SCH|||||", "SCH-5"),
        ("202611240800", "yesterday", "AIS-4"),
        ("|30|min", "|half|min", "AIS-7"),
        ("|30|min", "|30|sprint", "AIS-8"),
        ("|QUOTA||3", "|QUOTA||many", "AIG-6"),
        ("|QUOTA||3", "|QUOTA||", "AIG-6"),
        ("GH01", "GH99", "AIS-3"),
        ("AIL|1||0101", "AIL|1||", "AIL-3"),
        ("QAK|1|OK", "QAK|1|", "QAK-2"),
    ],
)
def test_an_odd_slot_names_its_field(old: str, new: str, field: str) -> None:
    with pytest.raises(Malformed, match=field):
        slots(changed(SLOT, old, new))


def test_an_oversold_slot_has_nothing_left() -> None:
    (slot,) = scheduling.read_slots(changed(SLOT, "||3", "||-2"), "0101", "D1", {"GH01": Fen(1)}, SETTINGS)
    assert slot.remaining == 0


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        ("SCH|P2|A1", "SCH-1"),
        ("SCH|P1|", "SCH-2"),
        ("SCH|P1|" + "A" * 65, "SCH-2"),
        ("SCH|P1|A1" + "|" * 23 + "Maybe", "SCH-25"),
        ("NTE|1", "SCH-1"),
    ],
)
def test_an_odd_booking_is_not_taken_for_ours(schedule: str, field: str) -> None:
    with pytest.raises(Malformed, match=field):
        scheduling.read_booked(message(schedule), "P1", "C1")


def test_a_bookings_state_may_be_left_out() -> None:
    assert scheduling.read_booked(message("SCH|P1|A1"), "P1", "C1").filler_id == "A1"


def test_a_price_that_cannot_be_read_names_its_field() -> None:
    with pytest.raises(Malformed, match="PRC-5"):
        directory.read_prices(message("MFE|MAD", "CDM|GH01||x", "PRC|GH01||||free"))


def test_inactive_entries_of_master_files_are_left_out() -> None:
    assert directory.read_prices(message("MFE|MAD", "CDM|GH01||x|||||I", "PRC|GH01||||1.00")) == {}
    assert directory.read_departments(message("MFE|MAD", "LOC|1", "LDP|1|0101^内科||||I")) == ()
    assert directory.read_practitioners(message("MFE|MAD", "STF|D1||张三||||I|0101"), "0101") == ()


def test_a_department_with_two_places_is_one() -> None:
    entries = ("MFE|MAD", "LOC|1|东楼", "LDP|1|0101^内科", "MFE|MAD", "LOC|2|西楼", "LDP|2|0101^内科")
    (department,) = directory.read_departments(message(*entries))
    assert (department.code, department.place) == ("0101", "东楼")


def test_a_row_of_the_list_as_it_should_be() -> None:
    (entry,) = billing.read_postings(message(*ROWS), SETTINGS)
    assert (entry.serial, entry.kind, entry.amount_fen) == ("S1", EntryKind.PAYMENT, 12_000)
    assert (entry.receipt_no, entry.control_id) == ("R1", "")
    assert entry.occurred_at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_a_refund_may_be_written_as_a_negative_amount() -> None:
    (entry,) = billing.read_postings(changed(ROWS, "PY|120.00", "CD|-120.00"), SETTINGS)
    assert (entry.kind, entry.amount_fen) == (EntryKind.REFUND, 12_000)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("PY|120.00", "PY|120.005", "FT1.11"),
        ("PY|120.00", "PY|-120.00", "FT1.11"),
        ("PY|120.00", "PY|", "FT1.11"),
        ("|PY|", "|XX|", "FT1.6"),
        ("RDT|S1", "RDT|", "FT1.2"),
        ("20261123100000", "now", "FT1.4"),
        ("~@ZRC.2", "", "ZRC.2"),
        ("|R1", "|" + "R" * 65, "ZRC-2"),
        ("QAK|1|OK", "QAK|1|", "QAK-2"),
    ],
)
def test_an_odd_row_names_its_field(old: str, new: str, field: str) -> None:
    with pytest.raises(Malformed, match=field):
        billing.read_postings(changed(ROWS, old, new), SETTINGS)
