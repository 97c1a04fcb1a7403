"""Clinicians' systems hear of reports by signed webhooks on real sockets: thin, in order, and in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

import pytest

from adapters.http import HttpClient, Timeouts, UrllibTransport
from adapters.news import ReportStatus
from adapters.webhook import WebhookSender
from hospital_bridge.facade import OperatorScope
from hospital_bridge.settings import Webhook
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.jobs import Job, Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller, Ways
from hospital_bridge.telling.post import DELIVER, deliver
from hospital_bridge.telling.webhooks import Publisher, WebhookCarrier
from hospital_bridge.verticals.hospital import VERTICAL
from hospital_bridge.verticals.hospital.results import clinician, critical_watch, parked_desk, telling
from hospital_bridge.verticals.hospital.results.critical import Action
from hospital_bridge.verticals.hospital.store import critical_values
from hospital_bridge.workers.job_runner import Handlers, IoHandler, JobRunner
from notifications.signing import Secret
from tests.fixtures_store import Database
from tests.receiver import Receiver, receiving, status
from tests.steered import FakeClock
from tests.verticals.hospital.laboratory import ANNA, GLUCOSE, POTASSIUM, bind, hospital_scope, patient, receive, report

QUICK = Timeouts(connect=2, read=2, total=4)
EVENTS = frozenset({telling.AVAILABLE, telling.CORRECTED, telling.CRITICAL, telling.ESCALATED, telling.PARKED})


@dataclass
class Ward:
    """The hospital, a clinician's system, and a worker that runs when it is told to."""

    scope: OperatorScope
    receiver: Receiver
    runner: JobRunner

    def work(self) -> list[str]:
        """Run what is due; the events that the system has received by then."""
        while self.runner.run_once(Lane.IO):
            pass
        return [json.loads(sent.body)["type"] for sent in self.receiver.received]


@pytest.fixture
def ward(store: Store, database: Database, clock: FakeClock) -> Iterator[Ward]:
    with receiving() as receiver:
        networks = (ip_network("127.0.0.1/32"),)
        endpoint = Webhook(name="emr", url=receiver.url, secrets=(Secret(b"s" * 32),), events=EVENTS, networks=networks)
        teller = Teller.of("hospital", telling.NOTICES, Ways(Publisher((endpoint,), "https://bridge.example")))
        scope = replace(hospital_scope(store, database, clock), teller=teller)
        patient(scope, ANNA, "100001")
        sender = WebhookSender(HttpClient(UrllibTransport(QUICK)), clock.now)
        post = {DeliveryKind.WEBHOOK: WebhookCarrier({("h1", "emr"): endpoint}, sender, lambda: 0.5)}
        reactions = {each.topic: _run(scope, each.handler) for each in VERTICAL.reactions}
        handlers = Handlers(io={DELIVER: partial(deliver, post), **reactions})
        yield Ward(scope, receiver, JobRunner(store, handlers, "w", lambda: 0.5))


def _run(scope: OperatorScope, handler: object) -> IoHandler:
    def run(store: Store, job: Job) -> None:
        handler(scope.over(store), job.ref)  # type: ignore[operator]

    return run


def test_a_new_version_is_told_thinly_with_a_link(ward: Ward) -> None:
    receive(ward.scope, report(status=ReportStatus.PRELIMINARY), report(after=5), report(after=5))
    receive(ward.scope, report(replace(GLUCOSE, value="9.9"), after=9, status=ReportStatus.CORRECTED))
    assert ward.work() == ["report.available", "report.available", "report.corrected"]
    (first, *_) = ward.receiver.received
    data = json.loads(first.body)["data"]
    assert data["link"] == f"https://bridge.example/api/v1/h1/hospital/reports/{data['ref']}"
    for sent in ward.receiver.received:
        for word in (ANNA.name, GLUCOSE.name, "9.9", "100001"):
            assert word not in sent.body.decode()


def test_an_older_version_that_comes_late_is_not_told(ward: Ward) -> None:
    receive(ward.scope, report(after=5, status=ReportStatus.CORRECTED), report())
    assert ward.work() == ["report.available"]


def test_a_critical_value_is_told_and_passed_on_until_it_is_acknowledged(ward: Ward, clock: FakeClock) -> None:
    receive(ward.scope, report(POTASSIUM))
    heard = [ward.work()]
    for _ in range(3):
        clock.advance(timedelta(minutes=5))
        heard.append(ward.work())
    assert [sorted(each) for each in heard] == [
        ["report.available", "report.critical"],
        ["report.available", "report.critical", "report.critical.escalated"],
        ["report.available", "report.critical", *["report.critical.escalated"] * 2],
        ["report.available", "report.critical", *["report.critical.escalated"] * 2],
    ]
    with ward.scope.begin() as work:
        (value,) = critical_values.waiting(work)
    told = clinician.read_report(ward.scope, value.report_id, by="system:k")
    assert told["critical_values"][0]["passed_on_to"] == ["doctor", "ward"]
    with ward.scope.begin() as work:
        critical_watch.acknowledge(work, value.critical_id, by="s", action=Action.TREAT, read_back="6.8")
    clock.advance(timedelta(hours=1))
    assert ward.work() == heard[-1]


def test_a_critical_value_of_nobody_is_told_at_once_and_thinly(ward: Ward) -> None:
    stray = report(POTASSIUM, number="424242")
    receive(ward.scope, stray, stray)
    assert ward.work() == ["report.critical.parked"]
    (sent,) = ward.receiver.received
    data = json.loads(sent.body)["data"]
    (listed,) = parked_desk.list_parked(ward.scope)
    assert data == {
        "ref": listed.parked_id,
        "link": f"https://bridge.example/staff/h1/hospital/parked/{listed.parked_id}",
    }
    for word in (ANNA.name, POTASSIUM.name, POTASSIUM.value, "424242", stray.report_no, stray.practitioner_name):
        assert word not in sent.body.decode()


def test_a_report_of_nobody_without_a_critical_value_is_told_to_nobody(ward: Ward) -> None:
    receive(ward.scope, report(number="424242"))
    assert ward.work() == []


def test_a_critical_value_that_finds_its_patient_is_told_as_any_other(ward: Ward) -> None:
    receive(ward.scope, report(POTASSIUM, number="100002"))
    assert ward.work() == ["report.critical.parked"]
    with ward.scope.read() as work:
        anna = work.subjects.find("CN_ID", ANNA.id_number)
    assert anna is not None
    bind(ward.scope, anna, "100002")
    assert sorted(ward.work()[1:]) == ["report.available", "report.critical"]


def test_a_system_that_is_down_keeps_a_critical_value_from_nobody_else(ward: Ward, clock: FakeClock) -> None:
    """The value stands on the console whether or not a system takes the event, and is tried again."""
    ward.receiver.will(status(500))
    receive(ward.scope, report(POTASSIUM))
    ward.work()
    with ward.scope.read() as work:
        (value,) = critical_values.waiting(work)
    assert value.is_open
    ward.receiver.will(status(204))
    clock.advance(timedelta(minutes=30))
    assert "report.critical" in ward.work()[2:]
