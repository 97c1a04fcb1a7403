"""Who reads a person's results: themselves, a child's guardian, and whoever was granted it, as long as it stands."""

from __future__ import annotations

import pytest

from adapters.values import WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.slot import Relation, Right
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.results import reading, trend
from hospital_bridge.verticals.hospital.store import reports
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    BERT,
    GLUCOSE,
    bind,
    hospital_scope,
    patient,
    pdf,
    receive,
    report,
    reports_of,
)


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    return hospital_scope(store, database, clock)


@pytest.fixture
def anna(scope: OperatorScope) -> tuple[str, str]:
    return patient(scope, ANNA, "100001")


@pytest.fixture
def bert(scope: OperatorScope) -> str:
    return patient(scope, BERT)[0]


def test_only_who_was_granted_the_results_reads_them(scope: OperatorScope, anna: tuple[str, str], bert: str) -> None:
    receive(scope, report(GLUCOSE, documents=(pdf(),)))
    (shown,) = reports_of(scope, anna[0])
    report_id = shown.report.report_id
    for rights in (None, {Right.BOOK, Right.PAY}):
        if rights:
            with scope.money.store.begin("h1") as work:
                work.subjects.bind(bert, anna[1], Relation.GRANTED, frozenset(rights))
        assert reports_of(scope, bert) == []
        for look in (reading.open_report, _document, _trend):
            with pytest.raises(reports.NoSuchReport):
                look(scope, bert, report_id)
    with scope.money.store.begin("h1") as work:
        work.subjects.unbind(bert, anna[1])
        work.subjects.bind(bert, anna[1], Relation.GRANTED, frozenset({Right.RESULTS}))
    assert [each.report.report_id for each in reports_of(scope, bert)] == [report_id]
    assert _document(scope, bert, report_id).content == pdf().content
    with scope.money.store.begin("h1") as work:
        work.subjects.unbind(bert, anna[1])
    with pytest.raises(reports.NoSuchReport):
        reading.open_report(scope, bert, report_id)


def test_each_look_of_each_reader_leaves_its_record(scope: OperatorScope, anna: tuple[str, str]) -> None:
    receive(scope, report(GLUCOSE, documents=(pdf(),)))
    (shown,) = reports_of(scope, anna[0])
    report_id = shown.report.report_id
    for look in (reading.open_report, _document, _trend):
        look(scope, anna[0], report_id)
    with scope.read() as work:
        acts = work.work.audit.of(report_id)
    assert [(act.actor, act.action) for act in acts] == [
        (anna[0], "report.read"),
        (anna[0], "report.document_read"),
        (anna[0], "report.trend_read"),
    ]
    assert all(shown.report.newest_id in act.detail for act in acts)


def test_a_number_under_two_wallets_is_one_person(scope: OperatorScope, anna: tuple[str, str]) -> None:
    with scope.money.store.begin("h1") as work:
        second = work.wallet_users.keep("main", WalletAccount("2088999", "o"), "zh-CN")
        work.subjects.bind_self(second, anna[1])
    bind(scope, anna[1], "100001")
    receive(scope, report())
    assert [len(reports_of(scope, user)) for user in (anna[0], second)] == [1, 1]


def _document(scope: OperatorScope, user: str, report_id: str) -> reading.OpenedDocument:
    return reading.open_document(scope, user, report_id, 1)


def _trend(scope: OperatorScope, user: str, report_id: str) -> trend.Trend:
    return trend.trend_of(scope, user, report_id, 1)
