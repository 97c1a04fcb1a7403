"""A document that stands in the place of another is a version of it, and what was replaced is heard no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.news import Document, ReportIssued, ReportReplaced, ReportStatus
from hospital_bridge.facade import OperatorScope
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.results import arrival
from hospital_bridge.verticals.hospital.results.reading import Word
from tests.fixtures_store import Database
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import (
    ANNA,
    ISSUED,
    PDF,
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


def document(number: str, minute: int, status: ReportStatus = ReportStatus.FINAL) -> ReportIssued:
    told = replace(report(after=0), report_no=number, status=status, issued_at=ISSUED + timedelta(minutes=minute))
    pages = () if status is ReportStatus.CANCELLED else (Document(f"{number} {minute}", "application/pdf", PDF),)
    return replace(told, observations=(), documents=pages)


def in_place(scope: OperatorScope, number: str, other: str, minute: int) -> None:
    with scope.begin() as work:
        arrival.follow(work, ReportReplaced(number, other, record("100001"), ISSUED + timedelta(minutes=minute)))
    receive(scope, document(number, minute, ReportStatus.CORRECTED))


def stands(scope: OperatorScope, user: str) -> list[tuple[str, Word, str]]:
    return [
        (each.report.report_no, each.word, next((page.title for page in each.documents), ""))
        for each in reports_of(scope, user)
    ]


def test_a_chain_of_replacements_is_one_report_whose_last_document_stands(scope: OperatorScope) -> None:
    user, _ = patient(scope, ANNA, "100001")
    receive(scope, document("D1", 0))
    in_place(scope, "D2", "D1", 1)
    in_place(scope, "D3", "D2", 2)
    in_place(scope, "D3", "D2", 2)
    assert stands(scope, user) == [("D1", Word.CORRECTED, "D3 2")]


def test_a_hospital_that_always_names_the_first_one_ends_at_the_same(scope: OperatorScope) -> None:
    user, _ = patient(scope, ANNA, "100001")
    receive(scope, document("D1", 0))
    in_place(scope, "D2", "D1", 1)
    in_place(scope, "D3", "D1", 2)
    receive(scope, document("D2", 3, ReportStatus.CANCELLED))
    assert stands(scope, user) == [("D1", Word.CORRECTED, "D3 2")]


def test_what_is_said_of_a_replaced_document_afterwards_takes_nothing_back(scope: OperatorScope) -> None:
    user, _ = patient(scope, ANNA, "100001")
    receive(scope, document("D1", 0))
    in_place(scope, "D2", "D1", 1)
    receive(scope, document("D1", 3, ReportStatus.CANCELLED))
    assert stands(scope, user) == [("D1", Word.CORRECTED, "D2 1")]
    receive(scope, document("D2", 4, ReportStatus.CANCELLED))
    assert [word for _, word, _ in stands(scope, user)] == [Word.TAKEN_BACK]


def test_the_first_one_may_come_after_what_replaces_it(scope: OperatorScope) -> None:
    user, _ = patient(scope, ANNA, "100001")
    in_place(scope, "D2", "D1", 1)
    receive(scope, document("D1", 0))
    assert stands(scope, user) == [("D1", Word.CORRECTED, "D2 1")]
