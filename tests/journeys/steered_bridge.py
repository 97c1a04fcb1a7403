"""The bridge in this process, over real sockets, with a clock that the test moves and jobs that run when it says.

The pages are served as always; between two looks of a patient the jobs that are due run, and a second passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hospital_bridge.bootstrap import Bridge, Outside, build, prepare_database
from hospital_bridge.handlers import handlers_of
from hospital_bridge.installed import installed
from hospital_bridge.payment import ledger
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.running import Running
from hospital_bridge.sandbox.alipay.trade import Trade
from hospital_bridge.sandbox.browser import PageShown
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from hospital_bridge.sandbox.town import Town, free_ports
from hospital_bridge.settings import load
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.jobs import Lane
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.job_runner import JobRunner
from hospital_bridge.workers.received import Received
from tests.journeys.newcomers import Newcomers
from tests.steered import CountedIds, FakeClock

OPERATOR = "demo"
PEER = f"{OPERATOR}/demo-his"
MOST_JOBS = 200
MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
REST = timedelta(minutes=30)
DAWN = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class WorkingClock:
    """Time that passes for a patient who waits: the jobs that are due run, then it is a second later."""

    bridge: SteeredBridge

    def now(self) -> datetime:
        return self.bridge.clock.now()

    def sleep(self, seconds: float) -> None:
        self.bridge.work()
        self.bridge.clock.advance(timedelta(seconds=1))


@dataclass
class SteeredBridge:
    """One bridge, its town, and the hands on both."""

    bridge: Bridge
    town: Town
    clock: FakeClock
    runner: JobRunner
    newcomers: Newcomers = field(init=False)

    def __post_init__(self) -> None:
        window = f"{self.bridge.settings.bridge.public_url}/p/{OPERATOR}"
        self.newcomers = Newcomers(self.town, WorkingClock(self), window)

    def work(self) -> None:
        """Run every job that is due."""
        for _ in range(MOST_JOBS):
            if not sum(self.runner.run_once(lane) for lane in (Lane.IO, Lane.TX)):
                return
        raise AssertionError(f"still working after {MOST_JOBS} rounds")

    def exchange(self, raw: bytes) -> bytes:
        """What the listener answers to a message of the hospital; its jobs are then due."""
        inbox = Hl7Inbox(self.bridge.store, {PEER: PeerRoute(OPERATOR, SHANGHAI)})
        (answer,) = inbox([Received(PEER, raw, self.clock.now())])
        return answer

    def pass_time(self, whole: timedelta, step: timedelta = timedelta(seconds=10)) -> None:
        """Let so much time pass, with the jobs running all along."""
        end = self.clock.now() + whole
        while self.clock.now() < end:
            self.work()
            self.clock.advance(step)
        self.work()

    def trade_of(self, page: PageShown) -> Trade | None:
        """The wallet's trade of a registration; AssertionError when there is more than one."""
        with self.bridge.store.read(OPERATOR) as work:
            orders = {p.merchant_order_no for p in work.payments.all() if p.sale_ref == registration_id(page)}
        trades = [trade for trade in self.town.wallet.trades if trade.out_trade_no in orders]
        assert len(trades) <= 1
        return trades[0] if trades else None

    def is_booked(self, page: PageShown) -> bool:
        """Whether the hospital keeps a place for the registration."""
        appointment = self.town.hospital.diary.by_placer(registration_id(page))
        return appointment is not None and appointment.status is AppointmentStatus.BOOKED

    def posted(self, page: PageShown) -> list[tuple[str, int]]:
        """Kind and sum of every posting at the hospital for the registration."""
        appointment = self.town.hospital.diary.by_placer(registration_id(page))
        entries = self.town.hospital.cashier.of_appointment(appointment.filler_id) if appointment else []
        return [(entry.kind.value, entry.amount_fen) for entry in entries]

    def begin_anew(self) -> None:
        """No faults, the login limits of the last test forgotten, and a night with the clinic's whole day before it."""
        self.town.hospital.faults.clear()
        self.town.wallet.faults.clear()
        self.clock.advance(REST)
        now = self.clock.now().astimezone(SHANGHAI)
        if now.hour >= DAWN:
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), SHANGHAI)
            self.clock.advance(midnight - now)

    def must_be_at_rest(self) -> None:
        """After healthy minutes nothing is unknown, dead or waiting, and the three books agree to the fen."""
        self.begin_anew()
        self.pass_time(REST, timedelta(minutes=1))
        with self.bridge.store.read(OPERATOR) as work:
            assert ledger.verify(work) == []
            assert [effect for effect in work.effects.all() if not effect.is_over] == []
            assert work.jobs.dead() == []
        day = self.town.wallet.today()
        self.town.wallet.close_day(day)
        run = reconcile_day(self.bridge.operators[OPERATOR].money, "main", day)
        assert (run.state, run.reason, run.unexplained_fen) == ("done", "", 0)
        with self.bridge.store.read(OPERATOR) as work:
            held = [one for one in work.differences.of("main", day) if one.finding is Finding.SALE_TIMING]
        assert held == [], "what the hospital lacks is held for two days before it counts"


def registration_id(page: PageShown) -> str:
    """The registration that a page is about."""
    return page.address.split("?")[0].rsplit("/", 1)[1]


@contextmanager
def steered_bridge(folder: Path, urls: tuple[str, str] = ("", "")) -> Iterator[SteeredBridge]:
    """A bridge on the embedded database, or where it and its owner log in, its pages served, its jobs at rest."""
    clock = FakeClock(MORNING)
    with Town(clock) as town:
        web_port, listener_port = free_ports(2)
        addresses = town.addresses(web_port, listener_port)
        main = write_configuration(
            *(folder, addresses, town.credentials),
            operator_id=OPERATOR,
            database_url=urls[0],
            owner_database_url=urls[1],
        )
        _answer_soon(folder / "operators.d" / f"{OPERATOR}.toml")
        settings = load(main, installed())
        prepare_database(settings)
        bridge = build(settings, Outside(clock=clock, ids=CountedIds(clock), database_time=False))
        runner = JobRunner(bridge.store, handlers_of(bridge), "steered")
        with Running(bridge, ("web",), "steered"):
            yield SteeredBridge(bridge, town, clock, runner)
        bridge.close()


def _answer_soon(operator: Path) -> None:
    """A hospital that stays silent is given up after a moment of real time."""
    text = operator.read_text(encoding="utf-8")
    assert "reply_timeout = 5.0" in text
    operator.write_text(text.replace("reply_timeout = 5.0", "reply_timeout = 0.3"), encoding="utf-8")
