"""A patient: signs in, binds a card, books, changes their mind; each step is tried until the bridge answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from adapters.errors import OutsideError
from adapters.values import Department, Practitioner, Slot
from hospital_bridge.identity.sign_in import PURPOSES, complete_sign_in
from hospital_bridge.verticals.hospital import booking, cards, leaving
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.store import slot_holds
from tests.simulation.bill_life import BillLife
from tests.simulation.fate import SimCrash
from tests.simulation.names import ACCOUNT, LOOKS_ON, OPERATOR
from tests.simulation.news_life import NewsLife
from tests.simulation.stay_life import StayLife

if TYPE_CHECKING:
    from hospital_bridge.sandbox.people import Person
    from tests.simulation.process import Process
    from tests.simulation.simulation import Simulation

T = TypeVar("T")
Living = Generator[float, None, None]
"""A life in seconds to wait between its acts."""

PATIENCE = 800
DAYS = 2
CHOICE = 2
"""Among how many of the next slots a patient chooses: few, so that patients meet."""
FREE = "0901"
PAID = ("0101", "0102", "0201")


class BridgeAway(Exception):
    """No process is up; the phone shows an error and is tried again."""


class Offer(NamedTuple):
    """What a patient has chosen."""

    department: Department
    practitioner: Practitioner
    slot: Slot


class Patient:
    """One person with a wallet; `visits` registrations one after another."""

    def __init__(self, simulation: Simulation, person: Person, user_id: str) -> None:
        self._simulation = simulation
        self._rng = simulation.rng
        self._moods = simulation.options.moods
        self._person = person
        self._user_id = user_id
        self._seen: set[str] = set()
        self._name = f"patient {person.id_number[-4:]}"

    def live(self) -> Living:
        """The whole visit to the service window."""
        acting = yield from self._until("signs in", self._sign_in)
        yield from self._bind_card(acting)
        if self._simulation.options.bills:
            self._simulation.spawn(LOOKS_ON, BillLife(self._simulation, self._person, acting.wallet_user_id).live())
        if self._simulation.options.news:
            self._simulation.spawn(LOOKS_ON, NewsLife(self._simulation, self._person).live())
        if self._simulation.options.stays:
            self._simulation.spawn(LOOKS_ON, StayLife(self._simulation, self._person, acting.wallet_user_id).live())
        for _ in range(self._simulation.options.visits):
            yield self._rng.random() * 120
            yield from self._book(acting)

    def meet_orders(self) -> None:
        """The wallet's side: each order that asks for money is paid soon, late or never."""
        for trade_no in self._simulation.outside.waiting_trades(self._user_id):
            if trade_no not in self._seen:
                self._seen.add(trade_no)
                self._decide(trade_no)

    # --- steps ---

    def _sign_in(self, process: Process) -> Acting:
        code = self._simulation.outside.consent(self._user_id)
        bridge = process.bridge
        wallet = bridge.operators[OPERATOR].wallets[ACCOUNT]
        done = complete_sign_in(bridge.store, OPERATOR, ACCOUNT, wallet, code, purposes=PURPOSES, locale="zh-CN")
        if not done.subject_id:
            raise AssertionError(f"nobody doubts {self._name}: {done.doubt}")
        return Acting(done.wallet_user_id, done.subject_id)

    def _bind_card(self, acting: Acting) -> Living:
        found = yield from self._until("looks at cards", lambda p: cards.cards_of(p.scope, acting))
        if found.candidates:
            token = found.candidates[0].token
            yield from self._until("binds a card", lambda p: cards.bind(p.scope, acting, token))
            return
        yield from self._until("asks for a card", lambda p: cards.ask_new_record(p.scope, acting))
        for _ in range(PATIENCE):
            if (yield from self._until("waits for a card", lambda p: has_card(p, acting))):
                return
            yield 5.0
        self._simulation.demand([f"{self._name} never got a record number"])

    def _book(self, acting: Acting) -> Living:
        department = FREE if self._rng.random() < self._moods.chooses_free else self._rng.choice(PAID)
        offer = yield from self._until("looks for a slot", lambda p: self._offer(p, department))
        if offer is None:
            return
        if self._rng.random() < self._moods.walk_ins:
            self._simulation.outside.walk_in(offer.slot.slot_id)
        for _ in range(2 if self._rng.random() < self._moods.taps_twice else 1):
            registration = yield from self._until("books", lambda p: self._hold(p, acting, offer))
            if registration and self._rng.random() < self._moods.cancels:
                self._simulation.spawn(f"{self._name} cancels", self._cancel(acting.wallet_user_id, registration))

    def _offer(self, process: Process, department_code: str) -> Offer | None:
        """One of the next slots; few, so that patients meet."""
        directory, scheduling = process.scope.port("HisDirectory"), process.scope.port("HisScheduling")
        department = next(found for found in directory.departments() if found.code == department_code)
        practitioner = directory.practitioners(department_code)[-1]
        now = process.scope.now()
        for ahead in range(DAYS):
            day = (now + timedelta(days=ahead)).astimezone(process.scope.timezone).date()
            slots = scheduling.slots(department_code, practitioner.code, day)
            if free := [slot for slot in slots if slot.remaining and slot.starts_at > now][:CHOICE]:
                return Offer(department, practitioner, self._rng.choice(free))
        return None

    def _hold(self, process: Process, acting: Acting, offer: Offer) -> str:
        names = {"department_name": offer.department.name, "practitioner_name": offer.practitioner.name}
        try:
            return booking.hold(process.scope, acting, offer.slot, **names, place=offer.department.place)
        except slot_holds.SoldOut:
            return ""

    def _cancel(self, wallet_user_id: str, registration: str) -> Living:
        yield self._rng.uniform(*self._rng.choice(self._moods.cancels_within))
        if self._rng.random() < self._moods.pays_while_cancelling:
            self._pay_at_once()
        for _ in range(self._rng.randint(1, 2)):
            yield from self._until("cancels", lambda p: leaving.cancel(p.scope, wallet_user_id, registration))
            yield self._rng.random() * 20

    def _pay_at_once(self) -> None:
        for trade_no in self._simulation.outside.waiting_trades(self._user_id):
            self._pay(trade_no, self._rng.uniform(0, 2))

    def _decide(self, trade_no: str) -> None:
        if self._rng.random() >= self._moods.pays:
            return
        late = self._rng.random() < self._moods.pays_late
        delay = self._rng.uniform(850, 970) if late else self._rng.uniform(0, self._moods.pays_within)
        self._pay(trade_no, delay)

    def _pay(self, trade_no: str, delay: float) -> None:
        self._simulation.agenda.add(delay, f"{self._name} pays", lambda: self._simulation.outside.pay(trade_no))

    def _until(self, words: str, act: Callable[[Process], T]) -> Generator[float, None, T]:
        """Try until the bridge answers, as a person with a phone does."""
        while True:
            try:
                process = self._reach_bridge()
                done = act(process)
                process.must_live()
            except (OutsideError, SimCrash, BridgeAway) as trouble:
                self._simulation.note(f"{self._name} {words}: {type(trouble).__name__}")
                yield 3 + self._rng.random() * 10
            else:
                self._simulation.note(f"{self._name} {words}")
                return done

    def _reach_bridge(self) -> Process:
        process = self._simulation.bridges.any()
        if process is None:
            raise BridgeAway
        return process


def has_card(process: Process, acting: Acting) -> bool:
    """Whether a record number is bound."""
    with process.scope.read() as work:
        return bool(work.subjects.identifiers(acting.subject_id))
