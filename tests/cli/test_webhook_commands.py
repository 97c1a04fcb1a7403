"""Webhooks at the command line: an endpoint is tried, and what it did not take is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Oracle

from hospital_bridge.bootstrap import build
from hospital_bridge.installed import installed as parts
from hospital_bridge.settings import load
from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.jobs import JOB
from hospital_bridge.telling.post import DELIVER
from notifications.delivery import begun, given_up
from notifications.signing import Secret
from tests.cli.conftest import Command
from tests.cli.test_commands import EMPTY_OPERATOR
from tests.receiver import Receiver, receiving, status
from tests.settings.written import BRIDGE, ENVIRONMENT, write

SECRET = Secret(b"s" * 32).reveal()
EMR = """
[[operator.webhooks]]
name = "emr"
url = "{url}"
secrets = [{{ file = "emr.secret" }}]
events = ["report.available"]
networks = ["{network}"]
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def folder(run: Command, tmp_path: Path, receiver: Receiver) -> Path:
    """A bridge whose operator tells one system."""
    configure(tmp_path, receiver)
    done = run("migrate")
    assert done.exit_code == 0, done.output
    return tmp_path


def configure(folder: Path, receiver: Receiver, network: str = "127.0.0.1") -> None:
    operator = EMPTY_OPERATOR + EMR.format(url=receiver.url, network=network)
    write(folder, {"bridge.toml": BRIDGE, "operators.d/east.toml": operator, "emr.secret": SECRET})


def given_up_event(folder: Path) -> DeliveryRow:
    bridge = build(load(folder / "bridge.toml", parts(), ENVIRONMENT))
    with bridge.store.begin("east") as work:
        row = work.deliveries.add(NewDelivery(DeliveryKind.WEBHOOK, "e", "emr", "s", 5, begun(work.now)))
        work.deliveries.change(row, given_up(row.standing), "HTTP 500")
    bridge.close()
    return row


def test_an_endpoint_is_tried_with_a_signed_event_that_says_nothing(
    run: Command, folder: Path, receiver: Receiver
) -> None:
    done = run("webhooks", "ping", "emr")
    assert (done.exit_code, done.stdout) == (0, "HTTP 204\n")
    [sent] = receiver.received
    told = Oracle(SECRET).verify(sent.body, sent.headers)
    assert (told["type"], told["data"]) == ("bridge.ping", {})


def test_what_an_endpoint_answers_is_said(run: Command, folder: Path, receiver: Receiver) -> None:
    receiver.will(status(401))
    done = run("webhooks", "ping", "emr")
    assert (done.exit_code, done.stdout) == (1, "HTTP 401\n")
    configure(folder, receiver, network="10.0.0.0/8")
    done = run("webhooks", "ping", "emr")
    assert (done.exit_code, done.stdout) == (1, "the receiver's address is not in `networks`\n")


def test_an_endpoint_that_nobody_named_is_refused_with_those_that_exist(run: Command, folder: Path) -> None:
    done = run("webhooks", "ping", "lis")
    assert (done.exit_code, "There is no endpoint lis; choose among: emr." in done.output) == (2, True)


def test_what_did_not_arrive_is_listed_and_sent_again_once(run: Command, folder: Path) -> None:
    assert run("webhooks", "list").exit_code == 0
    row = given_up_event(folder)
    listed = run("webhooks", "list")
    assert (listed.exit_code, "to emr: dead after 0 attempts: HTTP 500" in listed.stdout) == (1, True)
    [told] = json.loads(run("webhooks", "list", "--json").stdout)
    assert told["delivery"] == row.delivery_id
    assert "Events that a system did not take: 1" in run("doctor").stdout

    again = run("webhooks", "replay", row.delivery_id)
    assert (again.exit_code, again.stdout) == (0, "It is sent again by the running bridge.\n")
    assert run("webhooks", "replay", row.delivery_id).exit_code == 1
    assert (run("webhooks", "list").exit_code, job_topics(folder)) == (0, [DELIVER])


def job_topics(folder: Path) -> list[str]:
    bridge = build(load(folder / "bridge.toml", parts(), ENVIRONMENT))
    with bridge.store.read("east") as work:
        topics = [row.topic for row in work.table(JOB).all()]
    bridge.close()
    return topics
