"""Cashiers who give money back, two of them at one payment, and somebody at the wallet's own console."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from adapters.values import Fen
from hospital_bridge.payment.flows import staff_refund
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Wish
from hospital_bridge.payment.model import RefundReason, RequestState
from tests.simulation.fate import SimCrash
from tests.simulation.names import OPERATOR

if TYPE_CHECKING:
    from tests.simulation.patient import Living
    from tests.simulation.simulation import Simulation

PAID = "SELECT payment_id, merchant_order_no, collected_fen FROM payment WHERE collected_fen > 0 ORDER BY payment_id"
WAITING = "SELECT request_id FROM refund_request WHERE state = 'waiting' ORDER BY request_id"
PARTS = (0.1, 0.5, 1.0)
ACTS = 4
SECOND = "chief"


class Paid(NamedTuple):
    """A payment as a list on the screen shows it, however old the screen is."""

    payment_id: str
    merchant_order_no: str
    collected_fen: int


class Cashier:
    """One person of the finance office, by name."""

    def __init__(self, simulation: Simulation, name: str) -> None:
        self._simulation = simulation
        self._rng = simulation.rng
        self._name = name
        self._asked = 0

    def live(self) -> Living:
        """Now and then give some of the money back, or all of it."""
        for _ in range(ACTS):
            yield self._rng.random() * self._simulation.options.chaos.total_seconds() / ACTS
            paid = [Paid(*row) for row in self._simulation.observer.rows(PAID)]
            if not paid:
                continue
            chosen = self._rng.choice(paid)
            amount = Fen(max(1, int(chosen.collected_fen * self._rng.choice(PARTS))))
            if self._rng.random() < self._simulation.options.moods.refunds_in_console:
                self._simulation.outside.refund_in_console(chosen.merchant_order_no, amount)
                self._simulation.note(f"{self._name} gives {amount} fen back at the wallet's console")
            else:
                yield from self._ask(chosen, amount)

    def _ask(self, chosen: Paid, amount_fen: Fen) -> Living:
        """One press, repeated with its own key until an answer came."""
        self._asked += 1
        wish = Wish(
            payment_id=chosen.payment_id,
            amount_fen=amount_fen,
            reason=self._rng.choice(list(RefundReason)),
            by=self._name,
            command_key=f"{self._name}-{self._asked}",
            proved=True,
        )
        while not self._answered(wish):
            yield 3 + self._rng.random() * 5

    def _answered(self, wish: Wish) -> bool:
        process = self._simulation.bridges.any()
        if process is None:
            return False
        try:
            with process.bridge.store.begin(OPERATOR) as work:
                request = staff_refund.ask(process.money, work, wish)
        except CannotRefund as refusal:
            self._simulation.note(f"{self._name} cannot refund: {refusal}")
        except SimCrash:
            return False
        else:
            self._simulation.note(f"{self._name} asks for {wish.amount_fen} fen: {request.state}")
            if request.state is RequestState.WAITING:
                self._simulation.spawn(SECOND, decide(self._simulation, agrees=self._rng.random() < 0.7))
        return True


def decide(simulation: Simulation, *, agrees: bool) -> Living:
    """A second person decides whatever waits; who is asked again for it finds it decided."""
    yield simulation.rng.random() * 60
    while waiting := simulation.observer.rows(WAITING):
        process = simulation.bridges.any()
        if process is not None:
            with suppress(SimCrash), process.bridge.store.begin(OPERATOR) as work:
                for (request_id,) in waiting:
                    try:
                        if agrees:
                            staff_refund.approve(process.money, work, request_id, by=SECOND, proved=True)
                        else:
                            staff_refund.decline(work, request_id, by=SECOND)
                    except CannotRefund:
                        agrees = False
        yield 5.0
