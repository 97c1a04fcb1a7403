"""The hospital's system takes its time: whoever cannot be served hears so at once, and everything else goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.hl7.pool import ClosableLink
from adapters.hl7.sender import MllpClient
from hospital_bridge.bootstrap import Outside, build, prepare_database
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.running import Running
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.settings import load
from tests.journeys.newcomers import Newcomers

PATIENTS = 12
THREADS = 8
PLACES = THREADS // 2
GENEROUS = 60
BUSY = "医院系统正忙"


@dataclass
class SlowRoad:
    """The way to the hospital: while it is closed, every question stays under way."""

    passable: threading.Event = field(default_factory=threading.Event)
    under_way: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def open_link(self, *where: object, **how: object) -> ClosableLink:
        return SlowLink(MllpClient(*where, **how), self)  # type: ignore[arg-type]  # called as MllpClient is


@dataclass
class SlowLink:
    link: MllpClient
    road: SlowRoad

    def exchange(self, raw: bytes) -> bytes:
        self.road.under_way.release()
        assert self.road.passable.wait(GENEROUS)
        return self.link.exchange(raw)

    def close(self) -> None:
        self.link.close()


@dataclass
class SlowHospital:
    """A bridge of eight web threads, and the patients before it."""

    road: SlowRoad
    phones: list[Phone]
    public_url: str


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowHospital]:
    clock, road = SystemClock(), SlowRoad()
    road.passable.set()
    with Town(clock) as town:
        addresses = town.addresses(*free_ports(2))
        settings = load(write_configuration(tmp_path, addresses, town.credentials, operator_id="demo"), installed())
        assert settings.bridge.web.threads == THREADS
        prepare_database(settings)
        bridge = build(settings, Outside(open_link=road.open_link))
        with Running(bridge, ("web",), "slow"):
            newcomers = Newcomers(town, clock, f"{settings.bridge.public_url}/p/demo")
            phones = [newcomers.phone() for _ in range(PATIENTS)]
            for phone in phones:
                phone.sign_in()
            yield SlowHospital(road, phones, settings.bridge.public_url)
            road.passable.set()
        bridge.close()


def looked(slow: SlowHospital, path: Callable[[int], str], meanwhile: Callable[[], None]) -> list[PageShown]:
    """What all patients are shown who look at once: those told so at once, then `meanwhile`, then the rest."""
    slow.road.passable.clear()
    with ThreadPoolExecutor(PATIENTS) as crowd:
        looks = [crowd.submit(phone.page, path(number)) for number, phone in enumerate(slow.phones)]
        told = as_completed(looks, GENEROUS)
        at_once = [next(told).result() for _ in range(PATIENTS - PLACES)]
        assert {(page.status, BUSY in page.words) for page in at_once} == {(503, True)}
        meanwhile()
        assert sum(look.done() for look in looks) == PATIENTS - PLACES, "the others still wait for the hospital"
        slow.road.passable.set()
        return [look.result(GENEROUS) for look in looks]


def test_twelve_patients_at_the_same_page_are_all_answered(slow: SlowHospital) -> None:
    def others_go_on() -> None:
        free = slow.phones[0]
        assert free.open(f"{slow.public_url}/live").status == 200
        assert [free.page(path).status for path in ("", "registrations")] == [200, 200]

    pages = looked(slow, lambda _: "departments", others_go_on)
    assert sorted(page.status for page in pages) == [200] * PLACES + [503] * (PATIENTS - PLACES)
    assert all(page.status == 200 for page in map(slow.phones[0].look, pages)), "a second look succeeds"


def test_twelve_patients_with_questions_of_their_own_are_all_answered(slow: SlowHospital) -> None:
    def notices_come_through() -> None:
        assert slow.phones[0].open(f"{slow.public_url}/live").status == 200
        assert slow.phones[0].open(f"{slow.public_url}/ready").status == 200

    pages = looked(slow, lambda _: "cards", notices_come_through)
    assert sorted(page.status for page in pages) == [200] * PLACES + [503] * (PATIENTS - PLACES)


def test_who_looks_again_shortly_after_costs_the_hospital_nothing(slow: SlowHospital) -> None:
    first, second = slow.phones[:2]
    practitioners = first.page("departments/0501")
    assert practitioners.status == 200
    slow.road.passable.clear()
    assert second.page("departments").status == 200
    assert _below_the_name(second.page("departments/0501")) == _below_the_name(practitioners)


def _below_the_name(page: PageShown) -> str:
    """What a page says to everybody alike: the switcher above it names the patient."""
    return page.words.split("切换", 1)[1]
