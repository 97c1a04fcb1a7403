from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.hl7.build import Header, SegmentText, build, segment
from adapters.hl7.conformance import Severity, check

FIXTURES = Path(__file__).parents[3] / "fixtures" / "hl7"
HEADER = Header("HB1", datetime(2026, 11, 23, tzinfo=UTC), UTC, "HB", "WINDOW", "HIS", "H1")
EVN = segment("EVN", {2: "20261123083000+0800"})
PID = segment("PID", {3: ("100", "", "", "HIS", "MR"), 5: ("张", "三"), 8: "M"})
PV1 = segment("PV1", {2: "O"})


def found(message_type: str, *segments: SegmentText) -> list[tuple[str, str, str]]:
    findings = check(build(message_type, HEADER, *segments).encode())
    return [(finding.severity.value, finding.place, finding.text) for finding in findings]


def test_a_right_message_has_nothing_against_it() -> None:
    assert found("ADT^A28^ADT_A05", EVN, PID, PV1) == []


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*__*.hl7")), ids=lambda path: path.stem)
def test_any_message_can_be_asked_about(path: Path) -> None:
    assert all("张" not in finding.text and finding.line >= 1 for finding in check(path.read_bytes()))


@pytest.mark.parametrize(
    "name",
    [
        "adt_a28__new_patient",
        "qbp_q22__by_id_number",
        "rsp_k22__two_records",
        "srm_s01__book",
        "srr_s01__slot_taken",
        "dft_p03__registration_paid",
        "ack__accepted",
    ],
)
def test_the_fixtures_of_our_own_kinds_conform(name: str) -> None:
    errors = [each for each in check((FIXTURES / f"{name}.hl7").read_bytes()) if each.severity is Severity.ERROR]
    assert errors == []


@pytest.mark.parametrize("name", ["adt_a40__two_numbers_become_one", "mdm_t02__embedded_pdf", "oml_o21__priced_orders"])
def test_what_a_hospital_sends_by_the_standard_conforms_whatever_hl7apy_lacks(name: str) -> None:
    raw = (FIXTURES.parent / "his_hl7" / f"{name}.hl7").read_bytes()
    assert [each for each in check(raw) if each.severity is Severity.ERROR] == []


def test_an_event_of_another_structures_name_is_told_its_own() -> None:
    wrong = ("error", "MSH-9.3", "the structure of ADT^A40 is ADT_A39")
    assert wrong in found("ADT^A40^ADT_A40", EVN, PID, segment("MRG", {1: ("9", "", "", "HIS", "MR")}))


def test_required_fields_and_segments_are_missed() -> None:
    assert found("ADT^A28^ADT_A05", EVN, segment("PID", {1: "1"})) == [
        ("error", "PID-3", "required and missing"),
        ("error", "PID-5", "required and missing"),
        ("error", "end", "PV1 is required before this"),
    ]


def test_a_segment_in_the_wrong_place_is_named() -> None:
    assert ("error", "EVN", "not allowed in this place") in found("ADT^A28^ADT_A05", PID, EVN, PV1)
    assert ("error", "ZZZ", "") not in found("ADT^A28^ADT_A05", EVN, segment("ZZZ", {1: "x"}), PID, PV1)
    assert ("error", "AIS", "not part of this structure") in found("ADT^A28^ADT_A05", EVN, PID, PV1, segment("AIS", {}))


def test_repeated_groups_are_followed() -> None:
    answer = segment("MSA", {1: "AA", 2: "1"}), segment("QAK", {1: "T", 2: "OK"}), segment("QPD", {1: "Q22", 2: "T"})
    assert found("RSP^K22^RSP_K22", *answer, PID, PID) == []
    assert ("error", "QAK", "not allowed in this place") in found("RSP^K22^RSP_K22", *answer, PID, answer[1])


def test_a_value_outside_its_table_is_told_without_the_value() -> None:
    odd = segment("PID", {3: "1", 5: "x", 8: "男"})
    assert found("ADT^A28^ADT_A05", EVN, odd, PV1) == [("warning", "PID-8", "a value outside table 0001")]


def test_a_wrong_structure_is_named_with_the_right_one() -> None:
    assert ("error", "MSH-9.3", "the structure of ADT^A28 is ADT_A05") in found("ADT^A28^ADT_A01", EVN, PID, PV1)


def test_what_cannot_be_read_is_one_finding() -> None:
    assert [(each.severity, each.text) for each in check(b"hello")] == [(Severity.ERROR, "no MSH segment")]


def test_an_unknown_version_is_said_to_be_unchecked() -> None:
    raw = build("ADT^A28^ADT_A05", HEADER, EVN, PID, PV1).encode().replace(b"|2.5.1|", b"|2.3.z|")
    assert [each.text for each in check(raw)] == ["unknown structure or version; the order of segments is unchecked"]
