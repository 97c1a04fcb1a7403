"""What a hospital tells of one patient: visits and reports, each message doubled and in any order."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.examinations import GLUCOSE
from hospital_bridge.workers.hl7_inbox import Hl7Inbox, PeerRoute
from hospital_bridge.workers.received import Received
from tests.simulation.fate import SimCrash
from tests.simulation.names import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.sandbox.hospital.staff import Notice
    from hospital_bridge.sandbox.people import Person
    from tests.simulation.patient import Living
    from tests.simulation.simulation import Simulation

PEER = f"{OPERATOR}/demo-his"
DOCTORS = ("D01011", "D01021")
VALUES = ("4.1", "4.4", "4.8")


def tell(simulation: Simulation, notice: Notice) -> Living:
    """The hospital sends until some process has answered: what is committed before the answer may come twice."""
    while True:
        process = simulation.bridges.any()
        if process is not None:
            with suppress(SimCrash):
                inbox = Hl7Inbox(process.bridge.store, {PEER: PeerRoute(OPERATOR, calendar.ZONE)})
                inbox([Received(PEER, notice.raw, simulation.clock.now())])
                process.must_live()
                simulation.note(f"the hospital told of {notice.number}")
                return
        yield 5.0


class NewsLife:
    """The visits and reports of one patient, as many of each as the options say."""

    def __init__(self, simulation: Simulation, person: Person) -> None:
        self._simulation = simulation
        self._rng = simulation.rng
        self._staff = simulation.outside.hospital.staff
        self._mrn = simulation.outside.hospital.patients.find("CN_ID", person.id_number)[0].mrn

    def live(self) -> Living:
        """All that is told, some of it twice, in an order that only chance knows."""
        told = [notice for _ in range(self._simulation.options.news) for notice in (*self._visit(), *self._report())]
        told += [notice for notice in told if self._rng.random() < 0.5]
        self._rng.shuffle(told)
        for notice in told:
            yield self._rng.random() * 40
            yield from tell(self._simulation, notice)

    def _visit(self) -> Sequence[Notice]:
        visit = self._staff.register(self._mrn, self._rng.choice(DOCTORS))
        return [visit, self._staff.tell_again(visit.number)]

    def _report(self) -> Sequence[Notice]:
        """Preliminary, final and perhaps corrected or taken back."""
        first = self._staff.preliminary(self._mrn, "", self._rng.choice(DOCTORS), GLUCOSE, {"GLU": VALUES[0]})
        versions = [first, self._staff.finalise(first.number, {"GLU": VALUES[1]})]
        if self._rng.random() < 0.5:
            versions.append(self._staff.correct(first.number, {"GLU": VALUES[2]}))
        if self._rng.random() < 0.2:
            versions.append(self._staff.cancel_report(first.number))
        return versions
