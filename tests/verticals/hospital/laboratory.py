"""A laboratory of a test: reports of two patients, and a hospital's scope to receive them in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.news import AbnormalFlag, Document, Observation, ReportIssued, ReportKind, ReportStatus
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import Relation
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.hospital import cards, claiming, store
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.results import arrival, reading, telling
from hospital_bridge.verticals.hospital.results.reading import Shown
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from tests.fixtures_store import Database
from tests.steered import FakeClock

ANNA = VerifiedIdentity("测试安娜", "CN_ID", "999999198503120016", date(1985, 3, 12), Sex.FEMALE, "10000000001")
BERT = VerifiedIdentity("测试伯特", "CN_ID", "999999197001010010", date(1970, 1, 1), Sex.MALE, "10000000002")
ISSUED = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GLUCOSE = Observation(
    "GLU", "葡萄糖", "5.1", "mmol/L", "3.9-6.1", AbnormalFlag.NORMAL, ReportStatus.FINAL, low="3.9", high="6.1"
)
POTASSIUM = Observation(
    "K", "钾", "6.8", "mmol/L", "3.5-5.3", AbnormalFlag.CRITICAL_HIGH, ReportStatus.FINAL, low="3.5", high="5.3"
)


def hospital_scope(store_: Store, database: Database, clock: FakeClock, **settings: Any) -> OperatorScope:
    """The hospital h1 with its own tables."""
    database.add_tables(store.metadata)
    money = MoneyContext("h1", store_, ZoneInfo("Asia/Shanghai"), wallets={}, counters={})
    chosen = HospitalSettings().load(settings)
    return OperatorScope(money, chosen, clock, {}, teller=Teller.of("hospital", telling.NOTICES))


def patient(scope: OperatorScope, identity: VerifiedIdentity, *numbers: str) -> tuple[str, str]:
    """A wallet user who has bound these record numbers: wallet user id and subject id."""
    with scope.money.store.begin("h1") as work:
        user = work.wallet_users.keep("main", WalletAccount(f"2088{identity.phone}", "o"), "zh-CN")
        subject = work.subjects.keep(identity)
        work.subjects.bind(user, subject, Relation.SELF)
    for number in numbers:
        bind(scope, subject, number)
    return user, subject


def bind(scope: OperatorScope, subject: str, number: str) -> None:
    """The person binds that record number, and the job that follows is run."""
    with scope.begin() as work:
        cards.keep_number(work, subject, number)
        index = work.seal.index(MRN, number)
    claiming.hand_over(scope, index)


def reports_of(scope: OperatorScope, user: str) -> list[Shown]:
    """What a wallet user's list shows of everybody for whom they act."""
    with scope.read() as work:
        people = [each.subject_id for each in work.subjects.people_of(user)]
    return [shown for person in people for shown in reading.list_reports(scope, user, person)]


def record(number: str, name: str = ANNA.name) -> PatientRecord:
    """A patient as the laboratory names them."""
    return PatientRecord((Identifier(MRN, number),), name, date(1985, 3, 12), Sex.FEMALE)


def report(*observations: Observation, number: str = "100001", after: int = 0, **changes: Any) -> ReportIssued:
    """A final report of that record number, `after` minutes later than the first."""
    told = ReportIssued(
        report_no="L1",
        placer_order_no="O1",
        patient=record(number),
        filler_id="V1",
        kind=ReportKind.LAB,
        title="生化",
        status=ReportStatus.FINAL,
        issued_at=ISSUED + timedelta(minutes=after),
        observed_at=ISSUED,
        practitioner_code="D1",
        practitioner_name="林若海",
        department_name="检验科",
        observations=observations or (GLUCOSE,),
    )
    return replace(told, **changes)


def pdf(content: bytes = PDF) -> Document:
    """A document as a laboratory would send it."""
    return Document("报告单", "application/pdf", content)


def receive(scope: OperatorScope, *told: ReportIssued) -> None:
    """The messages arrive, one after the other, each in its own transaction."""
    for each in told:
        with scope.begin() as work:
            arrival.receive(work, each)
