"""One run: chaos with the safety invariants after every step, then health until all is quiet, then liveness."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random

from tests.simulation.bridges import Bridges
from tests.simulation.clockwork import ON_TIME, Agenda, CountingIds, Trace, VirtualClock
from tests.simulation.fate import DiesByChance, Fate, SimCrash
from tests.simulation.finance_life import Cashier, decide
from tests.simulation.ground import Ground
from tests.simulation.liveness import Liveness
from tests.simulation.names import LOOKS_ON, WORKS
from tests.simulation.network import Road
from tests.simulation.notices import NoticePost
from tests.simulation.observer import Observer
from tests.simulation.options import Options, Weather
from tests.simulation.outside import OutsideWorld
from tests.simulation.patient import Living, Patient
from tests.simulation.peers import Intent
from tests.simulation.process import Process
from tests.simulation.safety import Safety
from tests.simulation.violation import Violation

DEEPEST = 4
"""How many calls may wait inside one another for their replies, as threads of one machine would."""
LEASE_CARE = timedelta(seconds=10)
OUTAGE = 420.0
GRACE = timedelta(minutes=31)
QUIET = timedelta(days=3)
OBSERVER_REALM = 9


class Simulation:
    """One seed's world; `run` plays it to its end or raises Violation."""

    def __init__(self, options: Options, ground: Ground, fate: Fate | None = None) -> None:
        self.options = options
        self.rng = Random(options.seed)
        self.clock = VirtualClock(options.start)
        self.agenda = Agenda(self.clock)
        self.trace = Trace()
        self.steps = 0
        self.fate: Fate = fate or DiesByChance(self.rng, options.crash_rate)
        self._ground = ground
        self._depth = 0
        self._patients: list[Patient] = []
        self._changed = False
        self._violation: Violation | None = None
        self._open_outside()

    def _open_outside(self) -> None:
        self._database = self._ground.database
        self._database.renew()
        root_key = self._ground.settings.bridge.root_key
        ids = CountingIds(self.clock, OBSERVER_REALM)
        self.observer = Observer(self._database.observing, self.clock, ids, root_key)
        self.outside = OutsideWorld(self.options, self.clock, self.rng)
        self.wallet_road = Road(self, self.options.wallet, self.rng)
        self.his_road = Road(self, self.options.his, self.rng)
        self.browsing_road = Road(self, Weather(no_connection=min(self.options.his.no_connection, 0.02)), self.rng)
        self._notices = NoticePost(self)
        self.outside.open_wallet(self._notices, self._ground.wallet_keys())
        self.bridges = Bridges(self, self._ground.settings, self._database.engine)
        self._safety = Safety(self.observer, self.outside)
        self._liveness = Liveness(self.observer, self.outside)

    # --- the run ---

    def run(self) -> str:
        """Play everything; the digest of what happened."""
        try:
            self._play()
        finally:
            self.clear_away()
        return self.trace.digest

    def _play(self) -> None:
        self.bridges.start()
        self._invite_patients()
        self._plan_outages()
        self._run_for(self.options.chaos)
        self._heal()
        self._run_for(GRACE + timedelta(minutes=15))
        self.demand(self._liveness.overdue())
        self.spawn("timer", self.bridges.ask_for_reconciliations(self.outside.days()))
        self._run_for(QUIET)
        self.demand(self._liveness.violations())
        self.demand(self._liveness.unreconciled(self.outside.days()))

    def _invite_patients(self) -> None:
        half = self.options.chaos.total_seconds() / 2
        for person, user_id in self.outside.settle_people():
            patient = Patient(self, person, user_id)
            self._patients.append(patient)
            self.spawn(LOOKS_ON, patient.live(), after=self.rng.random() * half)
        for number in range(self.options.cashiers):
            self.spawn(LOOKS_ON, Cashier(self, f"cashier-{number}").live())

    def _plan_outages(self) -> None:
        roads = {"wallet": [self.wallet_road], "his": [self.his_road, self.browsing_road]}
        for peer in self.options.outages:
            start = self.rng.random() * self.options.chaos.total_seconds()
            for road in roads[peer]:
                self.agenda.add(start, f"{peer} is down", road.block)
                self.agenda.add(start + OUTAGE, f"{peer} is back", road.unblock)

    def _heal(self) -> None:
        """Nothing fails any more; who has not come to the end of their visit still does."""
        self.note("all are well again")
        self.fate = self.fate.healed()
        for road in (self.wallet_road, self.his_road, self.browsing_road, self._notices.road):
            road.heal()
        self.outside.heal()
        self.spawn("staff", self.bridges.replay_dead_jobs(), after=60)
        if self.options.cashiers:
            self.spawn("chief", decide(self, agrees=True), after=60)

    def _run_for(self, span: timedelta) -> None:
        self.agenda.run_until(self.clock.now() + span, self.step)

    # --- steps ---

    def step(self, name: str, action: Callable[[], None]) -> None:
        """One event, and what must hold after it."""
        if name == ON_TIME:
            action()
            return
        self.steps += 1
        self.note(name)
        try:
            action()
        except SimCrash as crash:
            self.note(f"died: {crash}")
        self.demand(())
        if self._changed or name != LOOKS_ON:
            if self._changed or not name.endswith(WORKS):
                self.demand(self._safety.violations())
            self._changed = False
            self._let_others_react()

    def _let_others_react(self) -> None:
        for patient in self._patients:
            patient.meet_orders()
        self.bridges.wake()
        self._notices.wake()

    def note(self, words: str) -> None:
        """One line of the trace."""
        self.trace.note(self.clock.now(), words)

    def spawn(self, name: str, living: Living, after: float = 0.0) -> None:
        """Let a life begin; each of its yields is the pause to its next act."""

        def act() -> None:
            pause = next(living, None)
            if pause is not None:
                self.agenda.add(pause, name, act)

        self.agenda.add(after, name, act)

    def let_pass(self, process: Process, seconds: float) -> None:
        """Time passes while a call waits for its reply, and others act meanwhile."""
        end = self.clock.now() + timedelta(seconds=seconds)
        if self._depth >= DEEPEST:
            self.agenda.let_arrive_until(end, self.step)
            return
        self._depth += 1
        try:
            while (now := self.clock.now()) < end:
                self.agenda.run_until(min(end, now + LEASE_CARE), self.step)
                process.must_live()
                if self.clock.now() < end and not self.options.stalls:
                    process.renew()
        finally:
            self._depth -= 1

    def check_intent(self, process: Process, intent: Intent | None) -> None:
        """I8: before a call that changes the world its intent is committed, and no transaction is open."""
        process.must_live()
        broken = []
        if process.in_transaction:
            broken.append(f"I8 a transaction is open while the outside is called for {intent}")
        if intent is not None and not self.observer.rows(_standing(intent)):
            broken.append(f"I8 no intent {intent.key} was committed before the call")
        self.demand(broken)

    def demand(self, broken: Iterable[str]) -> None:
        """Nothing may be broken, here or ever before."""
        # Kept as well as raised: the workers would take what is raised below them for a job's failure.
        if self._violation is None and any(found := list(broken)):
            self._violation = Violation(found, self.options, self.steps, self.trace.lines)
        if self._violation is not None:
            raise self._violation

    def strikes(self, point: str) -> bool:
        """Whether a process dies at that point."""
        self._changed = True
        return self.fate.strikes(point)

    def clear_away(self) -> None:
        self.observer.close()
        self._database.close()


def _standing(intent: Intent) -> str:
    match = f"key LIKE '{intent.key}%'" if intent.prefix else f"key = '{intent.key}'"
    return f"SELECT 1 FROM effect WHERE {match} AND state IN ('sent', 'unknown') AND next_check IS NOT NULL"  # noqa: S608
