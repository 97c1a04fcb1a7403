"""A hospital that merges record numbers, and what the people of the bridge see of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from adapters.news import News, RecordsMerged, RecordsUnmerged
from adapters.values import Identifier, VerifiedIdentity
from hospital_bridge.facade import OperatorScope
from hospital_bridge.store.jobs import Lane
from hospital_bridge.verticals.hospital import VERTICAL, claiming
from hospital_bridge.verticals.hospital.own_numbers import own_numbers
from hospital_bridge.verticals.hospital.record_numbers import MRN, NUMBER_BOUND
from hospital_bridge.verticals.hospital.results.reading import Word
from hospital_bridge.verticals.hospital.store import bills, parked_reports, visits
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.fixtures_store import Database
from tests.verticals.hospital import billing, laboratory
from tests.verticals.hospital.laboratory import patient, record, reports_of
from tests.verticals.hospital.test_visits import NEWS as VISIT

A, B, C = "100001", "100002", "100003"
SHANGHAI = ZoneInfo("Asia/Shanghai")
TOLD = laboratory.ISSUED


def merge(retired: str, survivor: str, *, minute: int = 0, in_use: bool = False) -> RecordsMerged:
    told_at = TOLD + timedelta(minutes=minute)
    return RecordsMerged(record(survivor), (Identifier(MRN, retired),), told_at, in_use=in_use)


def unmerge(parted: str, survivor: str, *, minute: int = 5) -> RecordsUnmerged:
    return RecordsUnmerged(record(survivor), (Identifier(MRN, parted),), TOLD + timedelta(minutes=minute))


def bill(number: str, bill_no: str, *, minute: int = 0) -> Any:
    return replace(billing.issued(bill_no, minute=minute), patient=record(number))


def visit(number: str, filler_id: str) -> Any:
    starts = TOLD + timedelta(hours=2)
    return replace(VISIT, filler_id=filler_id, patient=record(number), starts_at=starts, ends_at=starts)


class Hospital:
    """`hear` is what it says, `sees` what a person's pages show: bills, visits and readable reports by number."""

    def __init__(self, scope: OperatorScope, database: Database) -> None:
        self.scope = scope
        self.database = database
        handlers = {NUMBER_BOUND: lambda store, job: claiming.hand_over(scope.over(store), job.ref)}
        self._runner = JobRunner(scope.money.store, Handlers(io=handlers), "worker-1", chance=lambda: 0.5)

    def hear(self, *told: News) -> None:
        for news in told:
            self.tell(news)
            self.work()

    def tell(self, news: News) -> None:
        with self.scope.begin() as work:
            for inbound in VERTICAL.inbound:
                if isinstance(news, inbound.news):
                    inbound.apply(work, news)

    def work(self) -> None:
        while self._runner.run_once(Lane.IO):
            pass

    def person(self, identity: VerifiedIdentity, *numbers: str) -> tuple[str, str]:
        user, subject = patient(self.scope, identity, *numbers)
        self.work()
        return user, subject

    def sees(self, person: tuple[str, str]) -> str:
        user, subject = person
        with self.scope.read() as work:
            found = [each.bill_no for each in bills.open_to(work, [subject])]
            found += [each.filler_id for each in visits.of_subject(work, subject)]
        found += [each.report.report_no for each in reports_of(self.scope, user) if each.word is not Word.TAKEN_BACK]
        return " ".join(sorted(found))

    def numbers(self, subject: str) -> list[str]:
        with self.scope.read() as work:
            return [own.number for own in own_numbers(work, subject)]

    def waiting(self) -> list[str]:
        with self.scope.read() as work:
            return [each.report_no for each in parked_reports.waiting(work, 100)]

    def trail(self, *actions: str) -> list[str]:
        with self.database.owner.connect() as connection:
            rows = connection.execute(text("SELECT action FROM audit ORDER BY audit_id"))
            return [row.action for row in rows if row.action in actions or not actions]
