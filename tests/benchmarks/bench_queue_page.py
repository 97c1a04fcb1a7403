"""A hall of phones looks at the queue: replies/s of the patient's page over a real socket, unchanged and changed.

One phone on one kept connection, one bridge in this process on the embedded database, fifty people in the line. Before
each look at a changed page a doctor calls: what the call costs is not counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from adapters.news import VisitRegistered
from adapters.values import Identifier, PatientRecord, Sex
from hospital_bridge.sandbox.browser import Browser
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.story.world import ALL_HOURS
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits import registering
from hospital_bridge.verticals.hospital.visits.check_in import check_in
from hospital_bridge.verticals.hospital.visits.visit import Visit
from queueing.commands import Act, Command
from queueing.line import DeskState
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge, WorkingClock, steered_bridge

Row = dict[str, object]

LOOKS, CROWD = 300, 50


def run() -> list[Row]:
    """Replies/s; `ratio` is to the least that the same server answers on the same connection."""
    with tempfile.TemporaryDirectory() as folder, steered_bridge(Path(folder)) as steered:
        hall = _hall(steered)
        with closing(hall.phone):
            hall.ask(hall.page, HTTPStatus.OK)
            rates = {
                "alive": _rate(lambda: hall.ask("/live", HTTPStatus.OK)),
                "queue page, nothing has changed (304)": _rate(lambda: hall.ask(hall.page, HTTPStatus.NOT_MODIFIED)),
                "queue page, somebody was called (200)": _rate(lambda: hall.ask(hall.page, HTTPStatus.OK), hall.call),
            }
    return [
        {
            "name": name,
            "value": round(rate),
            "unit": "replies/s",
            "ratio": round(rate / rates["alive"], 2),
            "against": "the least that the server can answer",
        }
        for name, rate in rates.items()
    ]


@dataclass
class _Hall:
    """A patient's phone at its queue page, and the desk that calls."""

    steered: SteeredBridge
    phone: HTTPConnection
    page: str
    cookie: str
    desk_id: str
    tag: str = ""
    calls: int = 0

    def ask(self, path: str, expected: HTTPStatus) -> None:
        """One look, as the page's own script asks."""
        headers = {"Cookie": self.cookie, "HX-Request": "true", "If-None-Match": self.tag}
        self.phone.request("GET", path, headers=headers)
        answer = self.phone.getresponse()
        answer.read()
        if answer.status != expected:
            raise RuntimeError(f"{path}: {answer.status} instead of {expected}")
        if path == self.page:
            self.tag = answer.headers["ETag"]

    def call(self) -> None:
        """The desk calls the next, or takes its call back: what this patient is told changes with each."""
        act = (Act.CALL_NEXT, Act.UNDO)[self.calls % 2]
        self.calls += 1
        with self.steered.bridge.operators[OPERATOR].scopes["hospital"].begin() as work:
            work.lines.act(Command(act, f"bench.{self.calls}", "bench", desk_id=self.desk_id))


def _hall(steered: SteeredBridge) -> _Hall:
    """A patient who has checked in behind a crowd that came an hour before to the same practitioner."""
    browser = Browser()
    bridge = steered.bridge.settings.bridge.public_url
    patient = Phone(browser, WorkingClock(steered), f"{bridge}/p/{OPERATOR}", steered.newcomers.known())
    patient.sign_in()
    patient.bind_card()
    patient.wait_for(patient.pay(patient.book(ALL_HOURS)), "done")
    address = urlsplit(patient.page("today").link("我的排队"))
    scope = steered.bridge.operators[OPERATOR].scopes["hospital"]
    with scope.begin() as work:
        mine = visits.get(work, address.path.rsplit("/", 1)[1])
        for number in range(CROWD):
            registering.registered(work, _somebody(mine, number))
    steered.clock.advance(timedelta(hours=1))
    with scope.begin() as work:
        check_in(work, mine, "bench")
        [desk] = [desk for desk in work.lines.desks() if mine.line_id in desk.lines]
        work.lines.set_desk(desk.desk_id, DeskState.OPEN, "bench")
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    return _Hall(steered, HTTPConnection(address.netloc, timeout=10), address.path, cookie, desk.desk_id)


def _somebody(mine: Visit, number: int) -> VisitRegistered:
    """Who was registered at the hospital's window and waits at once."""
    record = PatientRecord((Identifier("MR", f"B{number:05d}"),), f"测试{number}", None, Sex.FEMALE)
    place = (mine.department_code, mine.department_name, mine.practitioner_code, mine.practitioner_name, mine.place)
    return VisitRegistered(f"BENCH{number}", "", record, *place, mine.starts_at, None)


def _rate(ask: Callable[[], None], before: Callable[[], None] = lambda: None) -> float:
    spent = 0.0
    for _ in range(LOOKS):
        before()
        started = perf_counter()
        ask()
        spent += perf_counter() - started
    return LOOKS / spent
