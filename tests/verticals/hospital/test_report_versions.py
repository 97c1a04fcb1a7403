"""Versions of a report: whatever their order and however often they come, the hospital's newest stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.news import Document, ReportIssued, ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import store as hospital_store
from hospital_bridge.verticals.hospital.results import clinician, reading
from hospital_bridge.verticals.hospital.results.documents import LARGEST, is_pdf
from hospital_bridge.verticals.hospital.results.writing import fingerprint, read_whole, write_whole
from hospital_bridge.verticals.hospital.store import reports
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    GLUCOSE,
    ISSUED,
    PDF,
    POTASSIUM,
    hospital_scope,
    patient,
    pdf,
    receive,
    record,
    report,
    reports_of,
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock)


@pytest.fixture
def anna(scope: OperatorScope) -> tuple[str, str]:
    return patient(scope, ANNA, "100001")


def version(minutes: int, status: ReportStatus, value: str) -> ReportIssued:
    return report(replace(GLUCOSE, value=value), after=minutes, status=status)


VERSIONS = st.builds(version, st.integers(0, 3), st.sampled_from(ReportStatus), st.sampled_from(["5.1", "5.2", "5.9"]))


def seen_by_patient(scope: OperatorScope, user: str, report_no: str) -> tuple[str, tuple[str, ...], str]:
    (shown,) = [each for each in reports_of(scope, user) if each.report.report_no == report_no]
    opened = reading.open_report(scope, user, shown.report.report_id)
    return opened.word.value, tuple(each.value for each in opened.values), opened.report.newest_id


def seen_by_clinician(scope: OperatorScope, report_id: str) -> tuple[str, tuple[str, ...]]:
    told = clinician.read_report(scope, report_id, by="system:k")
    newest = told["versions"][0]
    return newest["status"], tuple(each["value"] for each in newest["values"])


def newest(told: list[ReportIssued], scope: OperatorScope) -> ReportIssued:
    """By the hospital's time, then by firmness, then by content: said here once more and otherwise."""
    with scope.read() as work:
        order = list(ReportStatus)
        return max(told, key=lambda each: (each.issued_at, order.index(each.status), reports.content_index(work, each)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_shuffle_and_doubling_ends_at_the_newest_for_both_readers(
    scope: OperatorScope, anna: tuple[str, str], data: st.DataObject
) -> None:
    with scope.read() as work:
        report_no = f"L{work.ids.new()}"
    stream = [replace(each, report_no=report_no) for each in data.draw(st.lists(VERSIONS, min_size=1, max_size=6))]
    receive(scope, *data.draw(st.permutations([*stream, *stream])))

    last = newest(stream, scope)
    word, values, newest_id = seen_by_patient(scope, anna[0], report_no)
    with scope.read() as work:
        (kept,) = reports.of_number(work, report_no)
        history = reports.history(work, kept)
        stands = reports.version(work, kept, newest_id)
    assert len(history) == len({fingerprint(each) for each in stream})
    taken_back = last.status in (ReportStatus.CANCELLED, ReportStatus.ENTERED_IN_ERROR)
    assert (stands.status, stands.issued_at, stands.observations) == (last.status, last.issued_at, last.observations)
    assert values == (() if taken_back else tuple(each.value for each in last.observations))
    assert (word == "taken_back") == taken_back
    expected = () if taken_back else tuple(each.value for each in last.observations)
    assert seen_by_clinician(scope, kept.report_id) == (last.status.value, expected)


def test_a_corrected_one_that_comes_before_its_original_stays(scope: OperatorScope, anna: tuple[str, str]) -> None:
    original, corrected = version(0, ReportStatus.FINAL, "15.1"), version(30, ReportStatus.CORRECTED, "5.1")
    receive(scope, corrected, original, original)
    assert seen_by_patient(scope, anna[0], "L1")[:2] == ("corrected", ("5.1",))


@pytest.mark.parametrize("value", ["5.1", "5.2", "5.3", "5.4", "5.5", "5.6"])
def test_of_two_versions_of_one_instant_the_firmer_stands(
    scope: OperatorScope, anna: tuple[str, str], value: str
) -> None:
    """Several values, for their blind indexes lie in any order."""
    receive(scope, version(0, ReportStatus.FINAL, "15.1"), version(0, ReportStatus.PRELIMINARY, value))
    assert seen_by_patient(scope, anna[0], "L1")[:2] == ("final", ("15.1",))


def test_values_are_taken_back_visibly(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, version(0, ReportStatus.FINAL, "15.1"), version(5, ReportStatus.ENTERED_IN_ERROR, "15.1"))
    assert seen_by_patient(scope, anna[0], "L1")[:2] == ("taken_back", ())


def test_remarks_are_for_both_readers_and_a_new_remark_is_a_version(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    remarked = replace(GLUCOSE, comment="已复查\n结果一致")
    receive(scope, report(remarked), report(remarked, after=5, comment="标本溶血，结果仅供参考"))
    (shown,) = reports_of(scope, anna[0])
    assert (shown.comment, shown.values[0].comment) == ("标本溶血，结果仅供参考", "已复查\n结果一致")
    newest, first = clinician.read_report(scope, shown.report.report_id, by="system:k")["versions"]
    assert (newest["comment"], first["comment"]) == ("标本溶血，结果仅供参考", "")
    assert newest["values"][0]["comment"] == "已复查\n结果一致"


def test_a_remark_is_taken_back_with_its_report(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(comment="标本溶血", status=ReportStatus.ENTERED_IN_ERROR))
    (shown,) = reports_of(scope, anna[0])
    (newest,) = clinician.read_report(scope, shown.report.report_id, by="system:k")["versions"]
    assert (shown.comment, newest["comment"]) == ("", "")


def test_a_document_that_was_only_pointed_at_is_called_so(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(documents=(Document("报告单", "application/pdf", b"", "http://lis.invalid/1.pdf"),)))
    (shown,) = reports_of(scope, anna[0])
    (told,) = clinician.read_report(scope, shown.report.report_id, by="system:k")["versions"][0]["documents"]
    assert told["fault"] == "not_sent"


def test_one_value_of_several_is_taken_back(scope: OperatorScope, anna: tuple[str, str]) -> None:
    wrong = replace(POTASSIUM, status=ReportStatus.ENTERED_IN_ERROR)
    receive(scope, report(GLUCOSE, wrong))
    assert seen_by_patient(scope, anna[0], "L1")[1] == ("5.1",)


def test_a_report_that_was_given_to_the_wrong_patient_is_taken_from_them(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    of_anna, of_a_stranger = report(), report(after=5, patient=record("900009", "测试丙"))
    receive(scope, of_a_stranger, of_anna)
    assert seen_by_patient(scope, anna[0], "L1")[:2] == ("taken_back", ())


def test_a_version_is_never_changed_and_never_deleted(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report())
    for statement in ("UPDATE hospital_report_version SET firmness = 0", "DELETE FROM hospital_report_version"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), scope.begin() as work:
            work.connection.exec_driver_sql(statement)


def test_a_document_is_kept_only_where_it_is_a_pdf(scope: OperatorScope, anna: tuple[str, str]) -> None:
    documents = (pdf(), pdf(b"GIF89a"), pdf(PDF + b" " * LARGEST))
    receive(scope, report(documents=documents))
    (shown,) = reports_of(scope, anna[0])
    opened = reading.open_report(scope, anna[0], shown.report.report_id)
    assert [each.fault for each in opened.documents] == ["", "not_a_pdf", "too_large"]
    assert reading.open_document(scope, anna[0], shown.report.report_id, 1).content == PDF
    for number in (2, 3, 4):
        with pytest.raises(reports.NoSuchReport):
            reading.open_document(scope, anna[0], shown.report.report_id, number)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%%EOF", b"<html>%PDF", b" " * 2000 + PDF])
def test_what_is_no_pdf(content: bytes) -> None:
    assert not is_pdf(content)


def test_nothing_clinical_lies_open_in_the_tables(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(GLUCOSE, POTASSIUM, documents=(pdf(),)), report(number="5", report_no="L2"))
    with scope.read() as work:
        names = ("hospital_report", "hospital_report_version", "hospital_report_document")
        kept_in = (*names, "hospital_parked_report", "hospital_critical_value")
        tables = [hospital_store.metadata.tables[name] for name in kept_in]
        rows = [tuple(row) for table in tables for row in work.connection.execute(select(table))]
    assert len(rows) == 5
    kept = (
        b"".join(bytes(cell) for row in rows for cell in row if isinstance(cell, bytes | memoryview))
        + repr(rows).encode()
    )
    for word in ("葡萄糖", "GLU", "6.8", "生化", "检验科", ANNA.name):
        assert word.encode() not in kept
        assert ascii(word)[1:-1].encode() not in kept
    assert b"%PDF" not in kept


def test_a_report_in_doubt_is_kept_whole() -> None:
    told = report(GLUCOSE, POTASSIUM, documents=(pdf(),), observed_at=None)
    assert read_whole(write_whole(told)) == told


def test_the_same_words_in_another_case_are_another_version(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(GLUCOSE), report(replace(GLUCOSE, units="MMOL/L"), issued_at=ISSUED + timedelta(0)))
    with scope.read() as work:
        (kept,) = reports.of_number(work, "L1")
        assert len(reports.history(work, kept)) == 2
