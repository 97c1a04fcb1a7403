"""Whose report it is: by record number and name, or a person decides; never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.news import ReportIssued, ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.results import matching, parked_desk, reading, tidying
from hospital_bridge.verticals.hospital.results.matching import Doubt, is_same_name
from hospital_bridge.verticals.hospital.store import parked_reports
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    BERT,
    GLUCOSE,
    POTASSIUM,
    bind,
    hospital_scope,
    patient,
    receive,
    record,
    report,
    reports_of,
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock)


def waiting(scope: OperatorScope) -> list[tuple[str, Doubt]]:
    with scope.read() as work:
        return [(each.report_no, each.doubt) for each in parked_reports.waiting(work, 50)]


def values_of(scope: OperatorScope, user: str) -> list[tuple[str, ...]]:
    shown = reports_of(scope, user)
    return [tuple(each.value for each in report.values) for report in shown]


def only_parked(scope: OperatorScope) -> str:
    with scope.read() as work:
        (parked,) = parked_reports.waiting(work, 50)
    return parked.parked_id


def test_an_unknown_patient_waits_and_is_matched_by_binding_the_number_later(scope: OperatorScope) -> None:
    receive(scope, report(), report())
    assert waiting(scope) == [("L1", Doubt.UNKNOWN_PATIENT)]
    user, subject = patient(scope, ANNA, "200002")
    assert values_of(scope, user) == []
    bind(scope, subject, "100001")
    assert values_of(scope, user) == [("5.1",)]
    assert waiting(scope) == []


def test_binding_the_number_under_another_name_attaches_nothing(scope: OperatorScope) -> None:
    receive(scope, report())
    user, _ = patient(scope, BERT, "100001")
    assert values_of(scope, user) == []
    assert waiting(scope) == [("L1", Doubt.UNKNOWN_PATIENT)]


def test_a_name_that_differs_waits(scope: OperatorScope) -> None:
    user, _ = patient(scope, BERT, "100001")
    receive(scope, report())
    assert (values_of(scope, user), waiting(scope)) == ([], [("L1", Doubt.NAME_DIFFERS)])


def test_a_name_in_another_spelling_is_the_same_name() -> None:
    assert is_same_name("测 试 安娜", "测试安娜")
    assert is_same_name("Ａnna Ｌi", "ANNA  LI")
    assert not is_same_name("", "")
    assert not is_same_name("测试安", "测试安娜")


def test_two_patients_with_one_number_wait_even_where_one_has_the_name(scope: OperatorScope) -> None:
    anna, _ = patient(scope, ANNA, "100001")
    bert, _ = patient(scope, BERT, "100001")
    receive(scope, report())
    assert (values_of(scope, anna), values_of(scope, bert)) == ([], [])
    assert waiting(scope) == [("L1", Doubt.TWO_PATIENTS)]


def test_a_number_that_was_unbound_belongs_to_nobody(scope: OperatorScope) -> None:
    _, subject = patient(scope, ANNA, "100001")
    with scope.begin() as work:
        (number,) = work.subjects.identifiers(subject)
        work.subjects.remove_identifier(subject, number)
        with pytest.raises(matching.InDoubt, match="unknown_patient"):
            matching.owner_of(work, record("100001"))


def test_a_person_decides_and_later_versions_of_that_report_follow(scope: OperatorScope) -> None:
    user, subject = patient(scope, BERT, "100001")
    receive(scope, report())
    parked_desk.match(scope, only_parked(scope), subject, by="staff-1")
    assert values_of(scope, user) == [("5.1",)]
    receive(scope, report(replace(GLUCOSE, value="5.9"), after=5, status=ReportStatus.CORRECTED))
    assert values_of(scope, user) == [("5.9",)]
    receive(scope, report(report_no="L2"))
    assert waiting(scope) == [("L2", Doubt.NAME_DIFFERS)], "another report is another decision"


def test_a_decision_is_about_the_patient_as_the_report_named_them(scope: OperatorScope) -> None:
    _, subject = patient(scope, BERT, "100001")
    receive(scope, report())
    parked_desk.match(scope, only_parked(scope), subject, by="staff-1")
    receive(scope, report(after=5, patient=record("100001", "测试丁")))
    assert waiting(scope) == [("L1", Doubt.NAME_DIFFERS)]


def test_a_refused_report_is_nobodys_and_stays_refused(scope: OperatorScope) -> None:
    user, _ = patient(scope, BERT, "100001")
    receive(scope, report())
    parked_desk.refuse(scope, only_parked(scope), by="staff-1")
    receive(scope, report())
    assert (values_of(scope, user), waiting(scope)) == ([], [])


def test_a_decision_can_be_made_once(scope: OperatorScope) -> None:
    _, subject = patient(scope, BERT, "100001")
    receive(scope, report())
    parked_id = only_parked(scope)
    parked_desk.refuse(scope, parked_id, by="staff-1")
    with pytest.raises(parked_reports.NoSuchParkedReport):
        parked_desk.match(scope, parked_id, subject, by="staff-2")


def test_who_looked_and_who_decided_stands_in_the_trail(scope: OperatorScope) -> None:
    _, subject = patient(scope, BERT, "100001")
    receive(scope, report())
    parked_id = only_parked(scope)
    opened = parked_desk.open_parked(scope, parked_id, by="staff-1")
    assert (opened.patient.name, [each.subject_id for each in opened.candidates]) == (ANNA.name, [subject])
    parked_desk.match(scope, parked_id, subject, by="staff-1")
    with scope.read() as work:
        acts = work.work.audit.of(parked_id)
    assert [(act.actor, act.action) for act in acts] == [("staff-1", "parked.opened"), ("staff-1", "report.matched")]
    assert all("测试" not in act.detail for act in acts)


def test_a_newer_version_in_doubt_takes_the_older_from_whoever_has_it(scope: OperatorScope) -> None:
    user, _ = patient(scope, ANNA, "100001")
    receive(scope, report(), report(after=5, patient=record("100001", "测试丁")))
    (shown,) = reports_of(scope, user)
    assert (shown.word, shown.values) == (reading.Word.TAKEN_BACK, ())
    parked_desk.refuse(scope, only_parked(scope), by="staff-1")
    assert values_of(scope, user) == [("5.1",)], "the newer one was nobody's: what was there stands again"


def test_critical_ones_come_first_and_unknown_patients_last(scope: OperatorScope) -> None:
    patient(scope, BERT, "100001")
    receive(scope, report(number="9", report_no="L2"), report(report_no="L1"))
    receive(scope, report(POTASSIUM, number="8", report_no="L3"))
    assert [number for number, _ in waiting(scope)] == ["L3", "L1", "L2"]


def test_what_waited_too_long_is_dropped(scope: OperatorScope, clock: FakeClock) -> None:
    receive(scope, report(number="9"))
    clock.advance(timedelta(days=29))
    tidying.forget_parked(scope, "h1")
    assert waiting(scope) != []
    clock.advance(timedelta(days=2))
    tidying.forget_parked(scope, "h1")
    assert waiting(scope) == []


@pytest.mark.parametrize("told", [report(patient=replace(record("1"), identifiers=()))])
def test_a_report_without_a_record_number_waits(scope: OperatorScope, told: ReportIssued) -> None:
    patient(scope, ANNA, "100001")
    receive(scope, told)
    assert waiting(scope) == [("L1", Doubt.UNKNOWN_PATIENT)]
