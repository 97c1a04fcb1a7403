"""A day of rides: codes at gates without network, taps told late, twice and out of order, and one order for it all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.riding import Gate, Rider, paid_order
from hospital_bridge.sandbox.story.world import AUDITOR_NAME, Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.alipay.trade import Trade

DAY_OPENS, DAY_NEEDS = time(4), timedelta(minutes=2)
"""When a service day begins on the operator's clock, and what has to be left of one for the rides to lie on it."""

GATES, REPLAYED = "gates:sync", "code.replayed"
"""What a gate's key may do, and how the trail calls a code that was shown at two gates."""

FARE_FEN, BUS_FEN = 400, 200
"""What the feed asks for from zone 2 to zone 1, and for the bus; within the transfer window the dearer one is all."""


class Rides:
    """One rider, a station's gates, and two buses."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rider = Rider(world, people.WANG_TAO)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("join", "A rider consents and gets a ride code with one press", self._join)
        yield Step("tap_in", "Without network a gate opens for the code, and for the same code once", self._tap_in)
        yield Step("tap_out", "Out at another station, without network too", self._tap_out)
        yield Step("replay", "A copied code opens two buses that cannot know of each other", self._replay)
        yield Step("sync", "The network is back: taps come late, twice and out of order; each is kept once", self._sync)
        yield Step("day_order", "The service day is closed: one order for its best fare", self._day_order)
        yield Step("day_paid", "Paid in the wallet, and entered in the operator's book", self._day_paid)

    def _join(self) -> Facts:
        self._world.keep_clear_of(DAY_OPENS, DAY_NEEDS)
        self._rider.join()
        api = self._world.stage.api("gates", GATES)
        self._entrance = Gate(self._world, api, "G-S01-IN", "in", "S01")
        self._way_out = Gate(self._world, api, "G-S04-OUT", "out", "S04")
        self._buses = [Gate(self._world, api, name, "board", "B01", "B18") for name in ("BUS-1", "BUS-2")]
        for gate in (self._entrance, self._way_out, *self._buses):
            gate.network.is_there = False
        return {"code_bytes": len(self._rider.code())}

    def _tap_in(self) -> Facts:
        code = self._rider.code()
        expect(self._entrance.opens(code), "the gate stays shut for a good code")
        expect(not self._entrance.opens(code), "one code opened one gate twice")
        broken = bytes([*code[:-1], code[-1] ^ 1])
        again = self._entrance.refusal
        expect(not self._entrance.opens(broken), "a code with one bit changed opened the gate")
        self._entrance.cannot_sync()
        return {"refused": {"same_code": again, "one_bit": self._entrance.refusal}, "untold": self._entrance.untold}

    def _tap_out(self) -> Facts:
        expect(self._way_out.opens(self._rider.code()), "the gate stays shut on the way out")
        return {"untold": self._way_out.untold}

    def _replay(self) -> Facts:
        code = self._rider.code()
        opened = sum(bus.opens(code) for bus in self._buses)
        expect(opened == len(self._buses), "a bus stayed shut")
        return {"opened": opened, "untold": sum(bus.untold for bus in self._buses)}

    def _sync(self) -> Facts:
        gates = [*reversed(self._buses), self._way_out, self._entrance]
        for gate in gates:
            gate.network.is_there = True
        self._entrance.network.loses_next_answer = True
        self._entrance.cannot_sync()
        for gate in gates:
            gate.sync()
        told = [answer for gate in gates for answer in gate.network.told]
        new = sum(answer["new"] for answer in told)
        expect(new == len(gates), f"{new} taps were kept of {len(gates)}")
        trail = self._world.stage.worker(AUDITOR_NAME).page("audit").words
        expect(REPLAYED in trail, "nobody learns that a code was copied")
        return {"told": sum(answer["told"] for answer in told), "kept": new, "in_the_trail": REPLAYED}

    def _day_order(self) -> Facts:
        expect(self._rider.day().marks["state"] == "open", "the day was charged before it was over")
        closed = self._world.stage.run("verticals", "run", "transit", "close-days").strip()
        page = self._rider.payable("ordered")
        (order,) = self._orders()
        expect(order.total_fen == FARE_FEN, f"the wallet was asked for {order.total_fen} fen")
        return {"closed": int(closed), "amount_fen": order.total_fen, "provider_trade_no": page.marks["trade-no"]}

    def _day_paid(self) -> Facts:
        self._rider.pay()
        return paid_order(self._rider, FARE_FEN)

    def _orders(self) -> list[Trade]:
        orders = list(self._rider.trades())
        expect(len(orders) == 1, f"the day has {len(orders)} orders at the wallet")
        return orders


class Debts:
    """A rider whose day is not paid, and the bus that stays shut for them meanwhile."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rider = Rider(world, people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step(
            "unpaid", "Another rider's day is not paid in time: it becomes a debt, and the rider is told", self._unpaid
        )
        yield Step("blocked", "After its next sync the gate stays shut, and the phone says why", self._blocked)
        yield Step("repaid", "The debt is paid from its page", self._repaid)
        yield Step("released", "One sync later the gate opens again", self._released)

    def _unpaid(self) -> Facts:
        self._rider.join()
        api = self._world.stage.api("bus", GATES)
        self._bus = Gate(self._world, api, "BUS-3", "board", "B01", "B18")
        self._next_stop = Gate(self._world, api, "BUS-4", "board", "B02", "B18")
        expect(self._bus.opens(self._rider.code()), "the bus stays shut for a new rider")
        self._bus.sync()
        self._world.stage.run("verticals", "run", "transit", "close-days")
        page = self._rider.payable("ordered")
        self._kept_code = self._rider.code()
        self._world.town.wallet.lapse(page.marks["trade-no"])
        self._rider.day("debt")
        self._rider.told("¥2.00", "逾期")
        return {"amount_fen": BUS_FEN, "provider_trade_no": page.marks["trade-no"]}

    def _blocked(self) -> Facts:
        self._next_stop.sync()
        expect(not self._next_stop.opens(self._kept_code), "the gate opens for a debtor")
        expect("code" not in self._rider.phone.page("ride").marks, "a debtor is shown a code")
        return {"refused": self._next_stop.refusal}

    def _repaid(self) -> Facts:
        self._rider.phone.press(self._rider.day("debt"), "/repay")
        self._rider.pay()
        return paid_order(self._rider, BUS_FEN)

    def _released(self) -> Facts:
        self._next_stop.sync()
        expect(self._next_stop.opens(self._rider.code()), "the gate stays shut though the debt is paid")
        self._next_stop.sync()
        return {"orders": len(self._rider.trades()), "untold": self._next_stop.untold}
