"""Seven o'clock: everybody wants a place at once, of a hospital whose system dies above four calls at the same time."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urljoin

from adapters.values import Identifier, VerifiedIdentity
from hospital_bridge.bootstrap import Bridge, build, prepare_database
from hospital_bridge.clock import SystemClock
from hospital_bridge.installed import installed
from hospital_bridge.running import Running
from hospital_bridge.sandbox.browser import Browser, NoSuchThing, PageShown
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.phone import Phone
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.settings import load
from tests.journeys.newcomers import Newcomers

DIES_ABOVE = 4
THINKS_SECONDS = 0.03
DOCTORS = ("D01011", "D01012", "D01013", "D01021", "D01022", "D02011", "D02012", "D03011", "D04012", "D05012")
BUSY, NO_ANSWER, TAKEN = "医院系统正忙", "医院系统暂时没有响应", "已被他人"
GENEROUS, LONG_WAITS = 60, 4
BEHIND_A_PROXY = 'trusted_proxies = ["127.0.0.1"]\n'
"""Each patient has an address of their own: limits hold for each."""

MANY_CONNECTIONS = "connections = 32\n"
"""So that nothing but the pace stands between the crowd and the hospital."""


class Rush:
    """The bridge and its world; `told` counts what patients were shown, `served` are those with a place."""

    def __init__(self, town: Town, bridge: Bridge, patients: int, at_once: int) -> None:
        self.town, self.bridge, self._at_once = town, bridge, at_once
        self.told: Counter[str] = Counter()
        self.served = 0
        self._lock = threading.Lock()
        clock, window = SystemClock(), f"{bridge.settings.bridge.public_url}/p/demo"
        self.newcomers = newcomers = Newcomers(town, clock, window)
        addresses = (str(ip_address("10.0.0.0") + number) for number in range(patients))
        self._phones = [
            Phone(Browser(timeout=GENEROUS, behind_proxy=address), clock, window, newcomers.known())
            for address in addresses
        ]
        self._all(Phone.sign_in)
        with bridge.store.begin("demo") as work:
            for phone in self._phones:
                who = phone.person
                identity = VerifiedIdentity(who.name, "CN_ID", who.id_number, who.birth_date, who.sex, who.phone)
                (record,) = town.hospital.patients.find("CN_ID", who.id_number)
                work.subjects.add_identifier(work.subjects.keep(identity), Identifier("MRN", record.mrn))

    def at_seven(self, tries: int) -> None:
        """Everybody tries to get a place, and tries again so often."""
        places = {id(phone): number for number, phone in enumerate(self._phones)}
        self._all(lambda phone: self._wants_a_place(phone, places[id(phone)], tries))

    def seen(self, path: str) -> PageShown:
        """What the first patient is shown there."""
        return self._phones[0].page(path)

    def pages_that_need_none(self) -> list[PageShown]:
        """What a patient and a monitor see that no hospital is asked for."""
        phone, root = self._phones[0], self.public_url
        return [*(phone.page(path) for path in ("", "registrations", "bills")), phone.open(f"{root}/ready")]

    @property
    def public_url(self) -> str:
        """The bridge's address."""
        return self.bridge.settings.bridge.public_url

    @property
    def booked(self) -> int:
        """Appointments in the hospital's own diary."""
        return len(self.town.hospital.diary.appointments())

    def _all(self, act: object) -> None:
        with ThreadPoolExecutor(self._at_once) as crowd:
            list(crowd.map(act, self._phones))  # type: ignore[arg-type]  # what one phone does

    def _wants_a_place(self, phone: Phone, number: int, tries: int) -> None:
        for again in range(tries):
            if self._tries(phone, number + again):
                with self._lock:
                    self.served += 1
                return

    def _tries(self, phone: Phone, number: int) -> bool:
        doctor = DOCTORS[number % len(DOCTORS)]
        times = self._note(phone.page(f"departments/{doctor[1:5]}/{doctor}"))
        offers = [urljoin(times.address, link.address) for link in times.links if "/confirm" in link.address]
        if not offers:
            return False
        confirm = self._note(phone.open(offers[number // len(DOCTORS) % len(offers)]))
        if confirm.status != 200:
            return False
        held = self._note(phone.send(confirm))
        if held.status != 200:
            return False
        for _ in range(LONG_WAITS):
            with contextlib.suppress(NoSuchThing):
                shown = phone.wait(held, lambda page: page.marks.get("state") != "holding")
                return shown.marks.get("state") == "booked"
        self._note(held, "still asked for")
        return False

    def _note(self, page: PageShown, meaning: str = "") -> PageShown:
        words = {"busy": BUSY, "no answer": NO_ANSWER, "taken": TAKEN}
        meaning = meaning or next((name for name, said in words.items() if said in page.words), "")
        with self._lock:
            self.told[f"{page.status} {meaning}".rstrip()] += 1
        return page


@contextmanager
def rush(folder: Path, patients: int, at_once: int, pace: str = "", his: str = "hl7v2") -> Iterator[Rush]:
    """A running bridge with so many signed-in patients before a frail hospital; `pace` is TOML of `[operator.his]`."""
    with Town(SystemClock(), his=his) as town, contextlib.ExitStack() as ending:
        town.hospital.endurance.most, town.hospital.endurance.thinks_seconds = DIES_ABOVE, THINKS_SECONDS
        main = write_configuration(folder, town.addresses(*free_ports(2)), town.credentials, operator_id="demo")
        file = folder / "operators.d" / "demo.toml"
        written = file.read_text(encoding="utf-8")
        if his == "hl7v2":
            written = written.replace("reply_timeout", f"{MANY_CONNECTIONS}reply_timeout")
        file.write_text(f"{written}\n{pace}", encoding="utf-8")
        shared = main.read_text(encoding="utf-8").replace("[bridge]\n", f"[bridge]\n{BEHIND_A_PROXY}", 1)
        main.write_text(shared, encoding="utf-8")
        settings = load(main, installed())
        prepare_database(settings)
        bridge = build(settings)
        ending.callback(bridge.close)
        ending.enter_context(Running(bridge, ("web", "worker"), "rush"))
        yield Rush(town, bridge, patients, at_once)
