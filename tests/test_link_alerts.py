"""A link that goes down is told of once, and once when it is back: whoever else runs, and whatever restarts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from hospital_bridge.bootstrap import OperatorParts, build, prepare_database
from hospital_bridge.installed import installed
from hospital_bridge.link_watch import DOWN, NOT_HEARD, SILENT, UP, check_links, look_inside, tell_turns
from hospital_bridge.settings import Webhook, load
from hospital_bridge.settings.model import Alerts
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.inbox import Envelope, InboxState
from hospital_bridge.store.jobs import Job
from hospital_bridge.store.link_checks import LISTENER
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.store.webhooks import WEBHOOK_EVENT
from hospital_bridge.telling.messages import Ways
from hospital_bridge.telling.webhooks import Publisher
from notifications.signing import Secret
from tests.cli.test_map_preview import configuration
from tests.kept_logs import logging_kept
from tests.steered import FakeClock

__all__ = ["configuration"]

MINUTE = timedelta(minutes=1)
NO_JOB = cast("Job", None)
WATCH = Webhook(name="watch", url="https://watch.example/", secrets=(Secret(b"s" * 32),), events=frozenset({DOWN, UP}))


@pytest.fixture
def demo(configuration: Path) -> Iterator[tuple[Store, OperatorParts]]:
    """The demo hospital with nobody at its address, and a system that wants to be told of links."""
    settings = load(configuration, installed())
    prepare_database(settings)
    bridge = build(settings)
    (parts,) = bridge.operators.values()
    yield bridge.store, replace(parts, ways=Ways(Publisher((WATCH,))))
    bridge.close()


def turned(store: Store, checks: str) -> str:
    """`x` is a failed check and `.` a good one; what was told after each: D, U or nothing (-)."""
    told = ""
    for check in checks:
        with store.begin("h1") as work:
            work.link_checks.keep("his", "his", well=check == ".")
        with store.begin("h1") as work:
            turns = work.link_checks.turns(3, 2)
            assert work.link_checks.turns(3, 2) == [], "another process finds it told"
        told += "".join("U" if each.well else "D" for each in turns) or "-"
    return told


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        (".xx.xx.xx.", "----------"),
        ("xxxxxx", "--D---"),
        ("xxx......", "--D-U----"),
        ("xxx.x.x.x.x..", "--D---------U"),
        ("xxx..xxx..", "--D-U--D-U"),
    ],
)
def test_a_link_is_told_of_when_it_turned_and_not_when_it_flickers(store: Store, checks: str, told: str) -> None:
    assert turned(store, checks) == told


def test_what_was_told_stands_when_another_store_looks(store: Store, clock: FakeClock) -> None:
    assert turned(store, "xxx") == "--D"
    with store.read("h1") as work:
        assert [check.told_down_at for check in work.link_checks.all()] == [clock.now()]
        assert work.link_checks.turns(3, 2) == []


def events(store: Store) -> list[tuple[str, str]]:
    with store.read("demo") as work:
        rows = work.table(WEBHOOK_EVENT).all(order_by=[WEBHOOK_EVENT.c.event_id])
        assert len(work.deliveries.latest(100)) >= len(rows)
    return [(row.event_type, json.loads(row.body)["data"]["ref"]) for row in rows]


def test_a_hospital_that_does_not_answer_is_told_by_log_and_signed_event(demo: tuple[Store, OperatorParts]) -> None:
    store, parts = demo
    with logging_kept() as log:
        for _ in range(4):
            check_links(parts, store, NO_JOB)
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [
        (line["target"], line["reason"][:7]) for line in told if line["event"] == DOWN and line["target"] == "his"
    ] == [("his", "NotDone")]
    assert events(store).count((DOWN, "his")) == 1
    with store.begin("demo") as work:
        for _ in range(2):
            work.link_checks.keep("his", "his", well=True)
        tell_turns(parts, work)
        assert {row.kind for row in work.deliveries.latest(100)} == {DeliveryKind.WEBHOOK}
    assert events(store)[-1] == (UP, "his")


def test_a_sender_that_fell_silent_and_a_listener_that_stopped_are_told(store: Store, clock: FakeClock) -> None:
    class Parts:
        """The two things that are asked of an operator here."""

        settings = type("S", (), {"id": "h1", "peers": (), "alerts": Alerts()})

    peer = type("P", (), {"name": "lis", "expected_every": 600})
    Parts.settings.peers = (peer,)  # type: ignore[attr-defined]
    parts = cast("OperatorParts", Parts)

    def seen() -> dict[str, str]:
        with store.begin("h1") as work:
            return {answer.name: answer.fault for answer in look_inside(parts, work)}

    assert seen() == {"peer lis": "", "outcomes": ""}, "who never sent is not missed"
    with store.begin("h1") as work:
        work.inbox.keep(Envelope("h1/lis", control_id="1"), b"raw", b"", InboxState.APPLIED, work.now)
        work.link_checks.beat(LISTENER)
    assert seen() == {"peer lis": "", "listening": "", "outcomes": ""}
    clock.advance(11 * MINUTE)
    assert seen() == {"peer lis": SILENT, "listening": NOT_HEARD, "outcomes": ""}
