"""A cinema's wheel beside the bridge as a process of its own: installed, sold from, let in, and uninstalled."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.browser import Browser, PageShown
from hospital_bridge.sandbox.companies import Company, Files, Site
from hospital_bridge.sandbox.people import WANG_TAO
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage, StageFailed
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import CORE_VERSION_TABLE, HERE, _upgrade
from hospital_bridge.store.tables import core_metadata
from tests.conformance.planting import CINEMA, CINEMA_DISTRIBUTION
from tests.conformance.test_uninstalling import LATER
from tests.hospital_words import hospital_words

TABLE = '\n[operator.verticals.cinema]\nhalls = [{ id = "h2", name = "2号厅", rows = 4, seats = 6 }]\n'
STAFF = {"admin": ("admin", "林小满"), "usher": ("usher", "周晚晴"), "auditor": ("auditor", "何清")}
SOON = timedelta(minutes=30)


def _written(_site: Site) -> Files:
    return Files(TABLE)


HOUSE = Company(CINEMA, "光影影城", "Light and Shadow Cinema", STAFF, _written)


@dataclass
class Seen:
    """Whoever looks at a page keeps what it said."""

    pages: list[PageShown] = field(default_factory=list)

    def __call__(self, page: PageShown) -> PageShown:
        self.pages.append(page)
        return page


@pytest.fixture(scope="module")
def site_packages(cinema_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The wheel's files where the bridge's processes find them; this test takes them away."""
    site = tmp_path_factory.mktemp("environment") / "site-packages"
    shutil.copytree(cinema_site, site)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        yield site


@pytest.fixture(scope="module")
def stage(site_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with Stage(folder, SystemClock(), charset=UTF_8, ports=Ports(), company=HOUSE) as standing:
        yield standing


def put_on(stage: Stage, film: str) -> None:
    begins = (datetime.now(ZoneInfo("Asia/Shanghai")) + SOON).replace(tzinfo=None)  # noqa: TID251  # a process's clock
    stage.run("verticals", "run", "cinema", "screen", film, "h2", begins.isoformat(timespec="minutes"), "4500")


def buy(phone: Phone, seen: Callable[[PageShown], PageShown], film: str) -> PageShown:
    """Choose three seats, pay them in the wallet, and look at the ticket."""
    programme = seen(phone.page(""))
    seats = seen(phone.open(programme.link(film)))
    held = seen(phone.fill(seats, seats.form("/hold"), first="B2"))
    phone.pay(held)
    sold = seen(phone.wait(phone.look(held), lambda page: page.marks.get("state") == "sold"))
    return seen(phone.open(sold.link("/cards/cinema/")))


def code_on(ticket: PageShown) -> str:
    """The sixteen characters below the square, as an usher would type them."""
    words = ticket.words.split()
    at = next(n for n, word in enumerate(words) if len(word) == 4 and all(len(w) == 4 for w in words[n : n + 4]))
    return "".join(words[at : at + 4])


def test_a_stranger_s_wheel_sells_lets_in_once_and_is_taken_out_again(stage: Stage, site_packages: Path) -> None:
    listed = json.loads(stage.run("verticals", "--json"))["cinema"]
    assert (listed["package"], listed["version"], listed["operators"]) == (CINEMA_DISTRIBUTION, "0.3", [OPERATOR])
    put_on(stage, "星际归途")
    seen = Seen()
    _an_evening(stage, seen)
    assert {page.address: words for page in seen.pages if (words := hospital_words(page.words))} == {}
    stage.stop()
    _uninstall(stage, site_packages)
    _what_is_left(stage)
    _a_later_core(stage)


def _an_evening(stage: Stage, seen: Seen) -> None:
    phone = Phone(Browser(), SystemClock(), stage.window, WANG_TAO, vertical="cinema")
    seen(phone.open(f"{stage.window}/consent"))
    seen(phone.sign_in())
    code = code_on(buy(phone, seen, "星际归途"))
    assert "购票成功" in seen(phone.open(f"{stage.window}/messages")).words
    usher = stage.worker("usher")
    door = seen(usher.page("cards"))
    assert "核销成功" in seen(usher.press(door, "/redeem", code=code, place="h2")).words
    again = seen(usher.press(seen(usher.page("cards")), "/redeem", code=code, place="h2"))
    assert (again.status, "周晚晴" in again.words) == (409, True)
    seen(usher.page("cinema/tonight"))
    seen(stage.worker("auditor").page("audit"))


def _uninstall(stage: Stage, site_packages: Path) -> None:
    """Its name stays in the configuration for a moment, and the refusal says what to do."""
    shutil.rmtree(site_packages)
    with pytest.raises(StageFailed, match="no such vertical is installed"):
        stage.run("verticals")
    operator = stage.configuration.parent / "operators.d" / f"{OPERATOR}.toml"
    operator.write_text(operator.read_text(encoding="utf-8").replace(TABLE, ""), encoding="utf-8")


def _what_is_left(stage: Stage) -> None:
    stage.run("migrate")
    stage.start()
    entry = Browser().open(stage.window)
    assert (entry.status, "影片与选座" in entry.words, hospital_words(entry.words)) == (200, False, [])
    told = stage.run("verticals", "export", "cinema", str(stage.configuration.parent / "left"))
    assert "cinema_order: 1 rows" in told
    (row,) = (stage.configuration.parent / "left" / "cinema_order.jsonl").read_text(encoding="utf-8").splitlines()
    subject = json.loads(row)["subject_id"]
    person = json.loads(stage.run("subject", "export", subject))
    assert [order["first"] for order in person["left_behind"]["cinema_order"]] == ["B2"]
    stage.stop()


def _a_later_core(stage: Stage) -> None:
    """The core of a later year migrates a database in which the cinema's tables stand."""
    versions = stage.configuration.parent / "versions"
    shutil.copytree(HERE / "versions", versions, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(versions.glob("[0-9]*.py")).stem[:4]
    (versions / "9999_later.py").write_text(LATER.format(newest=newest), encoding="utf-8")
    engine = make_engine(f"sqlite:///{next(stage.configuration.parent.glob('data/*.db'))}")
    _upgrade(engine, CORE_VERSION_TABLE, versions, core_metadata(), None, "head")
    engine.dispose()
