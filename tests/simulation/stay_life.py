"""Stays of one patient: deposits from the phone, what the hospital charges, and a settlement, told in any order."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from adapters.errors import OutsideError
from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.verticals.hospital.stays import depositing
from hospital_bridge.verticals.hospital.store import stays
from tests.simulation.bill_life import DOCTOR, press
from tests.simulation.fate import SimCrash
from tests.simulation.news_life import tell

if TYPE_CHECKING:
    from hospital_bridge.sandbox.hospital.staff import Notice
    from hospital_bridge.sandbox.people import Person
    from tests.simulation.patient import Living
    from tests.simulation.simulation import Simulation

DEPOSITS = (100, 250, 300)
"""Yuan; the settlement comes to less than the smallest, or to more than most."""
CHARGES = ((8_000, 0), (36_543, 20_000), (61_017, 0))
"""Total and the insurance's part, in fen."""
ACTS = 4
PRESSES = 3
LONGEST = 240.0


class StayLife:
    """The stays of one patient, one after another."""

    def __init__(self, simulation: Simulation, person: Person, wallet_user_id: str) -> None:
        self._simulation = simulation
        self._rng = simulation.rng
        self._staff = simulation.outside.hospital.staff
        self._mrn = simulation.outside.hospital.patients.find("CN_ID", person.id_number)[0].mrn
        self._wallet_user_id = wallet_user_id

    def live(self) -> Living:
        """Admitted, now and then a deposit, charged, and settled or cancelled while a deposit may be under way."""
        for _ in range(self._simulation.options.stays):
            yield self._rng.random() * 90
            admitted = self._staff.admit(self._mrn, DOCTOR)
            self._simulation.spawn("the ward", self._tell(admitted))
            for _ in range(ACTS):
                yield self._rng.random() * LONGEST
                self._deposit(admitted.number)
                if self._rng.random() < 0.4:
                    self._simulation.spawn("the ward", self._tell(self._charged(admitted.number)))
            yield self._rng.random() * LONGEST
            yield from self._end(admitted.number)

    def _charged(self, stay_no: str) -> Notice:
        total, insurance = self._rng.choice(CHARGES)
        return self._staff.charge_stay(stay_no, total, insurance)

    def _tell(self, notice: Notice) -> Living:
        """Once or twice, later than what comes after it where chance will."""
        for _ in range(self._rng.randint(1, 2)):
            yield self._rng.random() * 60
            yield from tell(self._simulation, notice)

    def _end(self, stay_no: str) -> Living:
        if self._rng.random() < 0.1:
            self._simulation.spawn("the ward", self._tell(self._staff.cancel_admission(stay_no)))
            return
        self._simulation.spawn("the ward", self._tell(self._charged(stay_no)))
        self._simulation.spawn("the ward", self._tell(self._staff.discharge(stay_no)))
        if self._rng.random() < 0.5:
            self._deposit(stay_no)
            yield self._rng.random() * 20
        settled = self._staff.settle_stay(stay_no)
        yield from self._tell(settled)
        for _ in range(PRESSES):
            yield self._rng.random() * 60
            press(self._simulation, self._wallet_user_id, f"JS{stay_no[2:]}")
        with suppress(Declined):
            yield from tell(self._simulation, self._staff.tell_stay(stay_no))
        if self._rng.random() < 0.4:
            yield self._rng.random() * LONGEST
            yield from self._correct(stay_no)

    def _correct(self, stay_no: str) -> Living:
        """It came to less: more comes back, whatever became of the first surplus."""
        hospital = self._simulation.outside.hospital
        stay = hospital.admissions.get(stay_no)
        if hospital.cashier.surplus_fen(stay):
            less = stay.insurance_fen + stay.self_pay_fen // 2
            yield from self._tell(self._staff.correct_settlement(stay_no, less, stay.insurance_fen))

    def _deposit(self, stay_no: str) -> None:
        """A press that fails is pressed again later, or never."""
        process = self._simulation.bridges.any()
        if process is None:
            return
        yuan = self._rng.choice(DEPOSITS)
        with suppress(SimCrash, OutsideError, stays.NoSuchStay):
            with process.scope.read() as work:
                stay = stays.find(work, stay_no)
            if stay is not None:
                not_taken = depositing.pay(process.scope, self._wallet_user_id, stay.stay_id, yuan)
                self._simulation.note(f"presses to deposit {yuan} yuan onto {stay_no}: {not_taken or 'ordered'}")
