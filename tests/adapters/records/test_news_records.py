"""Visits, bills and reports out of records, and what is told of one that contradicts itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.news import (
    AbnormalFlag,
    AppointmentCalledOff,
    BillIssued,
    BillWithdrawn,
    Left,
    RecordsMerged,
    RecordsUnmerged,
    ReportIssued,
    ReportKind,
    ReportStatus,
    VisitRegistered,
)
from adapters.records import Record, bills, merges, reports, stays, visits
from adapters.records.names import KINDS
from adapters.values import Identifier
from tests.adapters.records.record_cases import PATIENT, conventions

TABLES: dict[str, Any] = {
    "merge_states": {"M": "merged", "L": "linked", "U": "parted"},
    "visit_states": {"1": "stands", "2": "off", "0": "nothing"},
    "bill_states": {"0": "wanted", "1": "withdrawn", "8": "nothing"},
    "statuses": {"1": "final", "0": "nothing", "9": "cancelled", "2": "preliminary"},
    "item_statuses": {"F": "final", "C": "corrected", "X": "cancelled", "P": "nothing"},
    "flags": {"H": "high", "N": "negative", "HH": "critical_high"},
    "report_kinds": {"LIS": "lab", "PACS": "imaging"},
    "truths": {"1": True, "0": False},
}
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
VISIT = {
    **PATIENT,
    "filler_id": "V1",
    "visit_state": "1",
    "department_code": "0101",
    "department_name": "内科",
    "practitioner_name": "林 若海",
    "starts_at": "2026-11-24 09:00:00",
    "told_at": "2026-11-24 09:00:00",
}
MERGE = {**PATIENT, "retired_mrn": "100000", "merge_state": "M", "told_at": VISIT["told_at"]}
BILL = {
    **PATIENT,
    "bill_no": "B1",
    "bill_state": "0",
    "issued_at": "2026-11-24 09:00:00",
    "filler_id": "V1",
    "total": "30.00",
    "item_code": "250101015",
    "item_name": "血常规",
    "item_amount": "25.00",
    "item_insurance": "10",
    "quantity": "1",
}
GLUCOSE = {**BILL, "item_code": "250302001", "item_name": "葡萄糖", "item_amount": "5.00", "item_insurance": ""}
REPORT = {
    **PATIENT,
    "report_no": "R1",
    "title": "血常规",
    "issued_at": "2026-11-24 09:00:00",
    "report_status": "1",
    "report_kind": "LIS",
    "item_code": "WBC",
    "item_name": "白细胞",
    "value": "9.9",
    "units": "10^9/L",
    "reference_range": "3.5-9.5",
    "flag": "H",
    "critical": "0",
}


def visit(*rows: Record) -> Told:
    return visits.visit(rows[0], conventions(**TABLES))


def merge(*rows: Record) -> Told:
    return merges.merge(rows[0], conventions(**TABLES))


def bill(*rows: Record) -> Told:
    return bills.bill(rows, conventions(**TABLES))


def report(*rows: Record) -> Told:
    return reports.report(rows, conventions(**TABLES))


def test_a_visit_in_each_of_its_states() -> None:
    told = visit(VISIT)
    assert isinstance(told, VisitRegistered)
    assert (told.starts_at, told.ends_at, told.told_at) == (NINE, None, NINE)
    assert (told.practitioner_name, told.patient.first("MRN")) == ("林若海", "100001")
    assert visit({**VISIT, "visit_state": "2"}) == AppointmentCalledOff("", "V1")
    assert isinstance(visit({**VISIT, "visit_state": "0"}), Left)


def test_record_numbers_that_are_merged_linked_and_parted() -> None:
    gone, at = (Identifier("MRN", "100000"),), NINE
    told = merge(MERGE)
    assert isinstance(told, RecordsMerged)
    assert (told.survivor.first("MRN"), told.retired, told.told_at, told.in_use) == ("100001", gone, at, False)
    linked, parted = (merge({**MERGE, "merge_state": state}) for state in ("L", "U"))
    assert isinstance(linked, RecordsMerged)
    assert linked.in_use
    assert parted == RecordsUnmerged(told.survivor, gone, at)
    assert merge({key: value for key, value in MERGE.items() if key != "merge_state"}) == told


def test_a_bill_adds_up() -> None:
    told = bill(BILL, GLUCOSE)
    assert isinstance(told, BillIssued)
    assert (told.total_fen, told.insurance_fen, told.self_pay_fen) == (3_000, 1_000, 2_000)
    assert [item.name for item in told.items] == ["血常规", "葡萄糖"]
    whole = bill({**BILL, "item_amount": "", "item_insurance": "", "self_pay": "12.34"})
    assert isinstance(whole, BillIssued)
    assert (whole.insurance_fen, whole.items[0].priced) == (1_766, False)
    of_its_own = bill({**BILL, "item_account": "3.00"}, {**GLUCOSE, "item_account": "1.00"})
    assert isinstance(of_its_own, BillIssued)
    assert (of_its_own.insurance_fen, of_its_own.account_fen, of_its_own.self_pay_fen) == (1_000, 400, 1_600)
    of_the_bill = bill({**BILL, "total": "25.00", "account": "15.00"})
    assert isinstance(of_the_bill, BillIssued)
    assert (of_the_bill.account_fen, of_the_bill.self_pay_fen) == (1_500, 0)


def test_a_stay_open_and_settled() -> None:
    row = {**PATIENT, "stay_no": "ZY1", "ward": "三病区", "balance": "-12.50", "told_at": "2026-11-24 09:00:00"}
    told = stays.stay(row, conventions(**TABLES))
    assert (told.stay_no, told.ward, told.balance_fen, told.told_at) == ("ZY1", "三病区", -1_250, NINE)
    assert not told.is_settled
    settled = stays.stay({**row, "settled": "1", "surplus": "3.00"}, conventions(**TABLES))
    assert (settled.is_settled, settled.surplus_fen) == (True, 300)
    for wrong in ({"surplus": "3.00"}, {"balance": ""}, {"stay_no": ""}, {"settled": "1", "surplus": "-1"}):
        with pytest.raises(Malformed):
            stays.stay({**row, **wrong}, conventions(**TABLES))


def test_a_bill_that_is_wanted_no_more() -> None:
    told = bill({**BILL, "bill_state": "1"}, {**GLUCOSE, "bill_state": "1"})
    assert isinstance(told, BillWithdrawn)
    assert (told.bill_no, told.withdrawn_at) == ("B1", NINE)
    assert isinstance(bill({**BILL, "bill_state": "8"}), Left)


def test_a_report_in_values() -> None:
    told = report(REPORT, {**REPORT, "item_code": "HBS", "item_name": "乙肝表面抗原", "value": "阴性", "flag": "N"})
    assert isinstance(told, ReportIssued)
    first, second = told.observations
    assert (first.flag, first.low, first.high, first.flag_written) == (AbnormalFlag.HIGH, "3.5", "9.5", "H")
    assert second.flag is AbnormalFlag.NEGATIVE
    assert (told.kind, told.status) == (ReportKind.LAB, ReportStatus.FINAL)


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"critical": "1"}, AbnormalFlag.CRITICAL_HIGH),
        ({"critical": "1", "flag": "?"}, AbnormalFlag.CRITICAL),
        ({"flag": "HH"}, AbnormalFlag.CRITICAL_HIGH),
        ({"flag": ""}, AbnormalFlag.NONE),
    ],
)
def test_a_critical_value_is_told_by_its_flag_or_by_its_own_field(changed: Record, flag: AbnormalFlag) -> None:
    told = report({**REPORT, **changed})
    assert isinstance(told, ReportIssued)
    assert told.observations[0].flag is flag


@pytest.mark.parametrize(
    ("said", "items", "status"),
    [
        ({"report_status": "1"}, ("F", "C"), ReportStatus.CORRECTED),
        ({"report_status": "1"}, ("X", "X"), ReportStatus.CANCELLED),
        ({"report_status": "2"}, ("F",), ReportStatus.PRELIMINARY),
        ({}, ("F", "P"), ReportStatus.FINAL),
    ],
)
def test_a_report_is_as_firm_as_it_and_its_items_say(said: Record, items: Sequence[str], status: ReportStatus) -> None:
    whole = {**{key: value for key, value in REPORT.items() if key != "report_status"}, **said}
    told = report(*({**whole, "item_status": item} for item in items))
    assert isinstance(told, ReportIssued)
    assert told.status is status


def test_a_report_in_words_with_its_document() -> None:
    pdf = base64.b64encode(b"%PDF-1.4 synthetic").decode()
    blank = {"item_code": "", "item_name": "", "value": "", "flag": "", "report_kind": "PACS"}
    told = report({**REPORT, **blank, "impression": "未见异常", "document": pdf, "document_title": "胸片"})
    assert isinstance(told, ReportIssued)
    assert [(each.name, each.value) for each in told.observations] == [("诊断意见", "未见异常")]
    assert [(each.title, each.content) for each in told.documents] == [("胸片", b"%PDF-1.4 synthetic")]
    assert told.kind is ReportKind.IMAGING
    pointed = report({**REPORT, "document_link": "/1"})
    assert isinstance(pointed, ReportIssued)
    assert [(each.link, each.content) for each in pointed.documents] == [("/1", b"")]


def test_a_report_taken_back_needs_no_result() -> None:
    told = report({**PATIENT, "report_no": "R1", "title": "血常规", "issued_at": "20261124", "report_status": "9"})
    assert isinstance(told, ReportIssued)
    assert told.status is ReportStatus.CANCELLED
    assert isinstance(report({**REPORT, "report_status": "0"}), Left)


@pytest.mark.parametrize(
    ("read", "rows", "field"),
    [
        (merge, [{**MERGE, "retired_mrn": ""}], "retired_mrn"),
        (merge, [{**MERGE, "retired_mrn": "100001"}], "mrn"),
        (merge, [{**MERGE, "merge_state": "9"}], "merge_state"),
        (visit, [{**VISIT, "filler_id": ""}], "filler_id"),
        (visit, [{**VISIT, "visit_state": ""}], "visit_state"),
        (visit, [{**VISIT, "visit_state": "7"}], "visit_state"),
        (visit, [{**VISIT, "visit_state": "2", "filler_id": ""}], "filler_id"),
        (visit, [{**VISIT, "mrn": ""}], "mrn"),
        (bill, [BILL, {**GLUCOSE, "bill_state": "1"}], "bill_state"),
        (bill, [BILL], "total"),
        (bill, [BILL, {**GLUCOSE, "total": "31.00"}], "total"),
        (bill, [{**BILL, "item_amount": "", "total": ""}], "item_amount"),
        (bill, [{**BILL, "total": "", "item_insurance": "26.00"}], "insurance"),
        (bill, [{**BILL, "total": "", "account": "15.01"}], "insurance"),
        (bill, [{**BILL, "total": "", "account": "5.00", "self_pay": "15.00"}], "insurance"),
        (bill, [{**BILL, "total": "", "item_account": "-1.00"}], "item_account"),
        (bill, [{**BILL, "item_amount": "-25.00"}], "item_amount"),
        (bill, [{**BILL, "total": "", "at_window": "maybe"}], "at_window"),
        (bill, [BILL, {**GLUCOSE, "item_name": "", "item_code": ""}], "item_name"),
        (report, [{**REPORT, "flag": "?"}], "flag"),
        (report, [{**REPORT, "report_status": ""}], "report_status"),
        (report, [{**REPORT, "item_status": "Q"}], "item_status"),
        (report, [{**REPORT, "item_code": "", "item_name": ""}], "item_name"),
        (report, [{**REPORT, "document": "%%%"}], "document"),
        (report, [{**REPORT, "document": base64.b64encode(b"GIF89a").decode()}], "document"),
        (report, [{**REPORT, "title": ""}], "title"),
    ],
)
def test_what_contradicts_itself_is_no_news(read: Callable[..., Told], rows: Sequence[Record], field: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(*rows)
    assert caught.value.text.split()[0].rstrip(":") == field


def test_the_names_of_a_kind_are_those_that_are_read() -> None:
    for kind, whole in (("visit", VISIT), ("merge", MERGE), ("bill", BILL), ("report", REPORT)):
        assert set(whole) <= KINDS[kind].names
        assert KINDS[kind].lacking(whole) == []
    assert KINDS["report"].lacking({"report_no", "title", "issued_at"}) == [
        "report_status or item_status",
        "mrn or visit_card_no",
    ]
