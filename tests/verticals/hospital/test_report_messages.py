"""Whoever may read a report is told that there is one: once for each version, and never what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.news import ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.slot import Relation, Right
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.results import clinic, clinician, critical_watch, telling
from hospital_bridge.verticals.hospital.results.critical import Action
from hospital_bridge.verticals.hospital.store import critical_values, reports
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    BERT,
    GLUCOSE,
    POTASSIUM,
    hospital_scope,
    patient,
    receive,
    record,
    report,
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock, hold_items=["HIV"])


@pytest.fixture
def anna(scope: OperatorScope) -> tuple[str, str]:
    return patient(scope, ANNA, "100001")


def the_report(scope: OperatorScope) -> str:
    with scope.read() as work:
        (found, *_) = reports.of_number(work, "L1")
    return found.report_id


def tell_again(scope: OperatorScope) -> None:
    """As after each look of a doctor: who was told already is not told twice."""
    with scope.begin() as work:
        telling.tell_patient(work, reports.get(work, the_report(scope)))


def told(scope: OperatorScope, user: str) -> list[str]:
    with scope.money.store.read("h1") as work:
        messages = work.messages.inbox(user)
    assert all(message.parameters == {} for message in messages), "nothing clinical, for there is nothing at all"
    return sorted(message.event for message in messages)


def test_each_version_that_stands_is_told_once(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(status=ReportStatus.PRELIMINARY))
    tell_again(scope)
    receive(scope, report(after=5), report(after=5), report(after=3, status=ReportStatus.PRELIMINARY))
    assert told(scope, anna[0]) == ["report.ready", "report.ready"]
    receive(scope, report(replace(GLUCOSE, value="9"), after=9, status=ReportStatus.CORRECTED))
    assert told(scope, anna[0]) == ["report.changed", "report.ready", "report.ready"]


def test_nobody_is_told_of_a_critical_value_before_a_clinician_has_acknowledged_it(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(POTASSIUM))
    assert told(scope, anna[0]) == []
    with scope.begin() as work:
        (value,) = critical_values.waiting(work)
        critical_watch.acknowledge(work, value.critical_id, by="staff-1", action=Action.TREAT, read_back="6.8")
    assert told(scope, anna[0]) == ["report.ready"]


def test_a_sensitive_report_is_put_before_a_doctor_and_told_after_the_look(
    scope: OperatorScope, anna: tuple[str, str]
) -> None:
    receive(scope, report(replace(GLUCOSE, code="HIV")))
    report_id = the_report(scope)
    assert (told(scope, anna[0]), [each.report.report_id for each in waiting(scope)]) == ([], [report_id])
    clinician.mark_seen(scope, report_id, by="staff-1")
    assert (told(scope, anna[0]), waiting(scope)) == (["report.ready"], [])


def test_who_loses_a_report_to_somebody_else_is_told(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(), report(after=5, patient=record("900009", "测试丙")))
    assert told(scope, anna[0]) == ["report.changed", "report.ready"]


def test_everybody_with_the_right_is_told_and_nobody_else(scope: OperatorScope, anna: tuple[str, str]) -> None:
    bert, _ = patient(scope, BERT)
    with scope.money.store.begin("h1") as work:
        work.subjects.bind(bert, anna[1], Relation.GRANTED, {Right.PAY})
    receive(scope, report())
    assert (told(scope, anna[0]), told(scope, bert)) == (["report.ready"], [])
    with scope.money.store.begin("h1") as work:
        work.subjects.bind(bert, anna[1], Relation.GRANTED, {Right.RESULTS})
    tell_again(scope)
    assert told(scope, bert) == ["report.ready"]


def waiting(scope: OperatorScope) -> list[clinic.Opened]:
    return list(clinic.held(scope))
