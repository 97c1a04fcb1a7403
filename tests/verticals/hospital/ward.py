"""A hospital that tells of a stay, and people who pay deposits onto it."""

from __future__ import annotations

from adapters.stays import StayTold
from adapters.values import Fen
from hospital_bridge.slot import LookAgain
from hospital_bridge.verticals.hospital.stays import arrival, depositing
from hospital_bridge.verticals.hospital.stays.stay import Stay
from hospital_bridge.verticals.hospital.store import stays
from tests.verticals.hospital.billing import MINUTE, MORNING, BillWorld, record

NUMBER = "ZY1"


def told(minute: int = 0, *, surplus: int = 0, settled: bool = False, mrn: str = "") -> StayTold:
    patient = record(mrn) if mrn else record()
    return StayTold(NUMBER, patient, "三病区", Fen(0), settled, Fen(surplus), MORNING + minute * MINUTE)


class Ward:
    """A hospital that tells of a stay, and people who pay onto it."""

    def __init__(self, world: BillWorld) -> None:
        self.world = world
        world.cashier.stays.add(NUMBER)

    def hear(self, news: StayTold) -> Stay:
        self.tell(news)
        return self.stay()

    def tell(self, news: StayTold) -> None:
        for _ in range(20):
            try:
                with self.world.scope.begin() as work:
                    arrival.told(work, news)
                break
            except LookAgain as wait:
                self.world.work()
                self.world.clock.advance(wait.after)
        self.world.work()

    def stay(self) -> Stay:
        with self.world.scope.begin() as work:
            found = stays.find(work, NUMBER)
        assert found is not None
        return found

    def press(self, yuan: int, phone: str = "") -> bool:
        return not depositing.pay(self.world.scope, phone or self.world.phone, self.stay().stay_id, yuan)

    def paid(self, yuan: int) -> None:
        """One deposit, as far as the hospital's answer."""
        assert self.press(yuan)
        self.world.work()
        with self.world.store.read("h1") as work:
            payment = work.payments.get(self.deposits()[0][2])
        self.world.confirm(payment)
        self.world.work()

    def deposits(self) -> list[tuple[int, str, str]]:
        """Newest first: sum, state and payment."""
        with self.world.scope.read() as work:
            onto = stays.deposits(work, self.stay().stay_id)
        return [(each.amount_fen, each.state.value, each.payment_id) for each in onto]

    def went_back(self) -> list[int]:
        with self.world.scope.read() as work:
            return [work.payments.view(payment).refunded_fen for _, _, payment in self.deposits()]

    def booked(self) -> list[tuple[str, str, int]]:
        return [(one.kind.value, one.stay_no, one.amount_fen) for one in self.world.cashier.book]
