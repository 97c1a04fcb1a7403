"""One simulated hospital behind one of its doors, and the adapter that a hospital's IT would have configured for it."""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

from adapters import registry
from adapters.feed import FeedItem
from adapters.hl7.message import Message
from adapters.http import UrllibTransport
from adapters.manifest import AdapterContext
from adapters.news import News
from adapters.ports import HisBilling, HisDirectory, HisFeeds, HisNews, HisScheduling
from adapters.values import (
    Booking,
    BookingRequest,
    EntryKind,
    Fen,
    PatientRecord,
    Posting,
    Slot,
    VerifiedIdentity,
)
from hospital_bridge.clock import uuid7
from hospital_bridge.installed import installed
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.calendar import ZONE
from hospital_bridge.sandbox.hospital.doors import DOORS as SANDBOX_DOORS
from hospital_bridge.sandbox.hospital.doors import Door
from hospital_bridge.sandbox.hospital.examinations import Panel
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.staff import Notice
from hospital_bridge.sandbox.people import Person
from hospital_bridge.settings import load
from tests.contracts.his.doors import HisDoor

DOCTOR, WANG_TAO = "D01011", "100001"
BOOK, CANCEL, POST, REGISTER = "SRM^S01", "SRM^S04", "DFT^P03", "ADT^A28"
_MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_OPERATOR = '[operator]\nid = "demo"\nname = "示例医院"\nphone = "010-00000000"\n\n'


class WholeHis(HisDirectory, HisScheduling, HisBilling, HisNews, HisFeeds, Protocol):
    """Every port of a hospital's; one that an adapter lacks stands as a gap in the table of doors."""


class StandingClock:
    """Stands still until a test moves it; who sleeps on it waits until the test lets go."""

    def __init__(self) -> None:
        self.instant = _MONDAY_MORNING
        self._changed = threading.Condition()
        self._let_go = 0

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        with self._changed:
            seen = self._let_go
            assert self._changed.wait_for(lambda: self._let_go > seen, timeout=60), seconds

    def let_go(self) -> None:
        """Wake all who sleep now."""
        with self._changed:
            self._let_go += 1
            self._changed.notify_all()


class Caught:
    """A listener that accepts what it hears."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    def exchange(self, raw: bytes) -> bytes:
        self.raw.append(raw)
        told = Message.parse(raw).control_id
        return f"MSH|^~\\&|||||20261123100000||ACK|1|P|2.5.1\rMSA|AA|{told}\r".encode()


class Site:
    """`his` is the adapter, `hasty` the same adapter with little patience; numbers that it gives out are new ones."""

    def __init__(self, name: str, door: HisDoor, folder: Path, **how: str) -> None:
        self.clock = StandingClock()
        self.hospital = SimulatedHospital(self.clock, charset=door.charset)
        open_door = partial(cast("Callable[..., Door]", SANDBOX_DOORS[name]), **how)
        self.door = open_door(self.hospital, self.clock, "127.0.0.1", 0)
        self.door.start()
        self._numbers = itertools.count(1)
        self._marks: dict[str, str] = {}
        self._fetched: set[FeedItem] = set()
        written = _choice(self.door.written("demo"), folder)
        self.manifest = registry.manifest(written.adapter)
        self.his = self._built(written.settings)
        self.hasty = self._built({**written.settings, **door.hasty})

    def close(self) -> None:
        self.clock.let_go()
        for adapter in (self.his, self.hasty):
            hang_up = getattr(adapter, "close", None)
            if hang_up is not None:
                hang_up()
        self.door.stop()

    def calm(self) -> None:
        """Nothing goes wrong any more, and nobody sleeps."""
        self.hospital.faults.clear()
        self.clock.let_go()

    # --- time

    @property
    def today(self) -> date:
        return self.clock.instant.astimezone(ZONE).date()

    @property
    def tomorrow(self) -> date:
        return self.today + timedelta(days=1)

    def at(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute, second), ZONE)

    # --- what is asked

    def number(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):07d}"

    def patient(self, person: Person = people.WANG_TAO) -> PatientRecord:
        return self.his.find_patients(identity(person))[0]

    def newcomer(self, name: str = "钱多多") -> Person:
        """Somebody whom no hospital knows yet."""
        born, serial = date(1991, 2, 3), 100 + next(self._numbers)
        number = people.id_number(born + timedelta(days=serial), people.WANG_TAO.sex, 1)
        return Person(name, people.WANG_TAO.sex, born + timedelta(days=serial), number, people.phone(serial))

    def slot(self, doctor: str = DOCTOR, *, left: int = 1) -> Slot:
        """A slot of the days to come with so many places."""
        days = (self.tomorrow + timedelta(days=later) for later in range(6))
        slots = (slot for day in days for slot in self.his.slots(doctor[1:5], doctor, day))
        return next(slot for slot in slots if slot.remaining >= left)

    def request(self, slot: Slot | None = None, person: Person = people.WANG_TAO) -> BookingRequest:
        return BookingRequest(self.number("P"), slot or self.slot(), self.patient(person))

    def booked(self, doctor: str = DOCTOR) -> Booking:
        return self.his.book(self.request(self.slot(doctor)))

    def posting(self, filler_id: str, amount_fen: int, *, bill_no: str = "", at: datetime | None = None) -> Posting:
        return Posting(
            serial=self.number("S"),
            kind=EntryKind.PAYMENT,
            amount_fen=Fen(amount_fen),
            patient=self.patient(),
            filler_id=filler_id,
            merchant_order_no=uuid7(self.clock.now(), next(self._numbers)),
            provider_trade_no=f"2026112322001400{next(self._numbers):012d}",
            occurred_at=at or self.clock.now(),
            bill_no=bill_no,
        )

    def bill(self, amount_fen: int, *, at: datetime | None = None) -> Posting:
        """The payment of a bill of that amount, which the hospital has just issued."""
        notice = self.hospital.staff.order(WANG_TAO, "V1", DOCTOR, [Panel("990000001", "检查", "HM", amount_fen)])
        return self.posting("V1", amount_fen, bill_no=notice.number, at=at)

    # --- what goes wrong

    def fault(self, trigger: str, kind: FaultKind, **how: Any) -> None:
        self.hospital.faults.add(Fault(trigger=trigger, kind=kind, seconds=60, **how))

    def adapter_for(self, kind: FaultKind) -> WholeHis:
        """The hasty one where no answer comes in time."""
        return self.hasty if kind in {FaultKind.NO_REPLY, FaultKind.LATE, FaultKind.FOREIGN_ACK} else self.his

    # --- what it tells

    def told(self, notice: Notice) -> tuple[News, ...]:
        """The news as the adapter reads them."""
        return tuple(news for raw in self.received(notice) for news in self.his.read_news(raw, None))

    def received(self, notice: Notice) -> list[bytes]:
        """What reaches the bridge of it, sent by the hospital or fetched."""
        caught, fetches = Caught(), "HisFeeds" in self.manifest.provides
        if fetches:
            self.fetched()
        self.door.tell(notice, caught)
        return caught.raw + (self.fetched() if fetches else [])

    def fetched(self) -> list[bytes]:
        """What is new in every feed, repeats left out."""
        raws: list[bytes] = []
        for feed in self.his.feeds():
            more = True
            while more:
                page = self.his.fetch(feed.name, self._marks.get(feed.name, ""))
                self._marks[feed.name], more = page.mark, page.more
                raws += (item.raw for item in page.items if item not in self._fetched)
                self._fetched.update(page.items)
        return raws

    def _built(self, settings: Mapping[str, Any]) -> WholeHis:
        context = AdapterContext(self.clock.now, UrllibTransport(), self._new_id)
        return cast("WholeHis", registry.build(self.manifest, settings, context))

    def _new_id(self) -> str:
        return uuid7(self.clock.now(), next(self._numbers))


def identity(person: Person, **changed: Any) -> VerifiedIdentity:
    whole = VerifiedIdentity(person.name, "CN_ID", person.id_number, person.birth_date, person.sex, person.phone)
    return replace(whole, **changed)


def wait_until(holds: Callable[[], bool]) -> None:
    """What the hospital does with a request that nobody waits for any more takes its own time."""
    turn = threading.Event()
    for _ in range(1000):
        if holds():
            return
        turn.wait(0.005)
    raise AssertionError("it never came about")


def _choice(files: Any, folder: Path) -> Any:
    """The adapter as the configuration names it."""
    (folder / "secrets").mkdir()
    (folder / "operators.d").mkdir()
    root = base64.b64encode(bytes(32)).decode()
    for name, secret in {**files.secrets, "root.key": root}.items():
        (folder / "secrets" / name).write_text(secret, encoding="utf-8")
    for path, text in files.others.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    main = folder / "bridge.toml"
    main.write_text(
        '[bridge]\ndata_dir = "data"\npublic_url = "http://127.0.0.1"\nroot_key = { file = "secrets/root.key" }\n',
        encoding="utf-8",
    )
    (folder / "operators.d" / "demo.toml").write_text(_OPERATOR + files.tables, encoding="utf-8")
    return load(main, installed()).operator("demo").his
