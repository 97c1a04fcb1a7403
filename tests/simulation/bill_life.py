"""Bills of one patient: a doctor orders, the bridge hears of it, the patient pays, somebody pays at the window."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.errors import OutsideError
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, GLUCOSE, Panel
from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.verticals.hospital.bills import paying
from hospital_bridge.verticals.hospital.store import bills
from tests.simulation.fate import SimCrash
from tests.simulation.news_life import tell

if TYPE_CHECKING:
    from hospital_bridge.sandbox.hospital.staff import Notice
    from hospital_bridge.sandbox.people import Person
    from tests.simulation.patient import Living
    from tests.simulation.simulation import Simulation

DOCTOR = "D01011"
PANELS = (BLOOD_COUNT, replace(GLUCOSE, price_fen=GLUCOSE.price_fen + 37))
PRESSES = 3
FREE = Panel("1", "义诊", "CH", 100, 100)


class BillLife:
    """The bills of one patient, one after another."""

    def __init__(self, simulation: Simulation, person: Person, wallet_user_id: str) -> None:
        self._simulation = simulation
        self._rng = simulation.rng
        self._person = person
        self._wallet_user_id = wallet_user_id

    def live(self) -> Living:
        """As many bills as the options say, each told, looked at and perhaps settled at the window."""
        for _ in range(self._simulation.options.bills):
            yield self._rng.random() * 90
            panel = self._rng.choice((*PANELS, FREE))
            notice = self._order(panel)
            # A hospital's book does not show whether nothing was paid here already.
            if panel is not FREE and self._rng.random() < self._simulation.options.moods.settles_at_window:
                self._simulation.spawn("the window", self._settle(notice.number))
            for _ in range(self._rng.randint(1, 2)):
                yield from tell(self._simulation, notice)
            for _ in range(PRESSES):
                yield self._rng.random() * 60
                press(self._simulation, self._wallet_user_id, notice.number)

    def _order(self, panel: Panel) -> Notice:
        hospital = self._simulation.outside.hospital
        patient = hospital.patients.find("CN_ID", self._person.id_number)[0]
        return hospital.staff.order(patient.mrn, "", DOCTOR, [panel])

    def _settle(self, bill_no: str) -> Living:
        yield self._rng.random() * 200
        with suppress(Declined):
            yield from tell(self._simulation, self._simulation.outside.hospital.staff.settle_at_window(bill_no))


def press(simulation: Simulation, wallet_user_id: str, bill_no: str) -> None:
    """Begin to pay a bill that is known; a press that fails is pressed again later, or never."""
    process = simulation.bridges.any()
    if process is None:
        return
    with suppress(SimCrash, OutsideError):
        with process.scope.read() as work:
            bill = bills.find(work, bill_no)
        if bill is not None and bill.subject_id:
            pressed = paying.pay(process.scope, wallet_user_id, bill.bill_id, bill.self_pay_fen)
            simulation.note(f"presses to pay {bill_no}: {pressed}")
