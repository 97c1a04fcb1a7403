"""One process of a crew: it has its own engine and worker, and reaches wallet, desk and clock over a socket.

`python -m tests.payment.hand ADDRESS NAME` is one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from multiprocessing.connection import Client, Connection
from typing import Any

from hospital_bridge.clock import RandomIds
from hospital_bridge.slot import FulfilMode, Sale
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from tests.payment.desk import Desk
from tests.payment.world import World


def answered(act: Callable[[], Any]) -> tuple[bool, Any]:
    """What a call gave, or the parts of what it raised: an exception with keywords of its own cannot be pickled."""
    try:
        value = act()
    except Exception as error:  # noqa: BLE001  whatever it is, whoever asked is to hear of it
        return False, (type(error), error.args, error.__dict__)
    return True, list(value) if isinstance(value, Iterator) else value


def taken(answer: tuple[bool, Any]) -> Any:
    """The value, or the exception raised anew."""
    well, value = answer
    if well:
        return value
    kind, args, more = value
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(more)
    raise error


class Outside:
    """What belongs to the test: each attribute is a system, each of its methods one question over the socket."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def ask(self, system: str, verb: str, *given: Any, **named: Any) -> Any:
        self._line.send((system, verb, given, named))
        return taken(self._line.recv())


class Far:
    """A system of the test's, seen from here."""

    def __init__(self, outside: Outside, name: str) -> None:
        self._outside, self._name = outside, name

    def __getattr__(self, verb: str) -> Any:
        return partial(self._outside.ask, self._name, verb)


class FarClock:
    """The test's clock."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def now(self) -> datetime:
        now: datetime = self._outside.ask("clock", "now")
        return now

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError("nothing of money sleeps")


class FarWallet(Far):
    """The test's wallet."""

    @property
    def refund_limits(self) -> Any:
        return self._outside.ask("wallet", "refund_limits")


class FarDesk(Desk):
    """The test's desk."""

    def __init__(self, outside: Outside, mode: FulfilMode) -> None:
        super().__init__(mode)
        self._far = Far(outside, "sale")

    def sale(self) -> Sale:
        can_tell = self.mode is FulfilMode.QUERYABLE
        return Sale(
            kind="registration",
            title="Outpatient fee",
            mode=self.mode,
            fulfil=lambda _, paid: self._far.fulfil(None, paid),
            query=(lambda _, paid: self._far.query(None, paid)) if can_tell else None,
            reverse=lambda _, paid: self._far.reverse(None, paid),
            query_reversal=(lambda _, paid: self._far.query_reversal(None, paid)) if can_tell else None,
            changed=lambda _, *told: self._far.changed(None, *told),
            entries=lambda _, day: self._far.entries(None, day),
        )


class Hand(World):
    """The world as one process of the crew has it."""

    def __init__(self, outside: Outside, url: str, name: str, mode: FulfilMode, payer: str) -> None:
        self.clock: Any = FarClock(outside)
        self.engine = make_engine(url, pool_size=2)
        self.store = Store(self.engine, self.clock, RandomIds(self.clock), RootKeys(current=bytes(range(32))))
        self.wallet: Any = FarWallet(outside, "wallet")
        self.desk = FarDesk(outside, mode)
        self.payer, self.worker = payer, name
        self.context = self._context()
        self.restart()

    def work(self) -> int:
        """Run what is due; how many jobs that was."""
        ran = 0
        while self.runner.run_once(Lane.IO):
            ran += 1
        return ran


def serve(address: str, name: str) -> None:
    control, line = (Client(address) for _ in range(2))
    control.send((name, "control"))
    line.send((name, "outside"))
    world: Hand | None = None
    while True:
        try:
            do, given = control.recv()
        except EOFError:
            return
        if do is Hand:
            world = Hand(Outside(line), given[0], name, *given[1:])
            control.send((True, None))
        else:
            control.send(answered(partial(do, world, *given)))


def open_at(hand: Hand, sale_ref: str, amount: int, payer: str) -> str:
    return World.open(hand, sale_ref, amount, payer=payer)


def leave(hand: Hand) -> None:
    hand.engine.dispose()


if __name__ == "__main__":
    # What is pickled names this module by its full name, and not as the main one.
    from tests.payment import hand

    hand.serve(*sys.argv[1:])
