"""Processes that share the work of one world, each a `Hand`; wallet, desk and clock stay with the test."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from hospital_bridge.payment.model import Payment
from tests.payment.hand import Hand, answered, leave, open_at, taken
from tests.payment.world import CANCELLED, FEE, World

PROCESSES = 4
ROOT = Path(__file__).parents[2]
GONE = (EOFError, ConnectionError)
"""How a socket tells that its other end is dead."""


class MemberDied(Exception):
    """The process that was to do it is gone; another has its name and its work by now."""


class Member:
    """One process of the crew by its name, which does one thing at a time; a dead one is replaced."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.busy = Lock()
        self.process: subprocess.Popen[bytes]
        self.control: Connection
        self._entered: tuple[Any, ...] = ()

    def do(self, do: Callable[..., Any], *given: Any) -> Any:
        """Let it do this; raises what it raised there."""
        self.control.send((do, given))
        return taken(self.control.recv())

    def enter(self, *world: Any) -> None:
        """Work for this world from now on, and take up what a dead one of the name held."""
        self._entered = world
        self.do(Hand, *world)

    def come_back(self) -> None:
        """What a new process of the name does first."""
        if self._entered:
            self.enter(*self._entered)


class Crew:
    """The processes, which serve one world after the other; `tap` is run before each answer to one of them."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="hb-crew-")
        self._listener = Listener(f"{self._folder}/socket", "AF_UNIX", backlog=2 * PROCESSES)
        self._systems: dict[str, Any] = {}
        self.tap: Callable[[Member], None] = _no_tap
        self.members = [Member(f"worker-{number}") for number in range(1, PROCESSES + 1)]
        self._start(self.members)
        self._turns = cycle(self.members)

    def _start(self, members: list[Member]) -> None:
        command = [sys.executable, "-m", "tests.payment.hand", str(self._listener.address)]
        for member in members:
            member.process = subprocess.Popen([*command, member.name], cwd=ROOT)
        by_name = {member.name: member for member in members}
        for _ in range(2 * len(members)):
            line = self._listener.accept()
            name, role = line.recv()
            if role == "control":
                by_name[name].control = line
            else:
                Thread(target=self._tell_of_outside, args=(line, by_name[name]), daemon=True).start()

    def _tell_of_outside(self, line: Connection, member: Member) -> None:
        with suppress(*GONE):
            while True:
                system, verb, given, named = line.recv()
                self.tap(member)
                asked = getattr(self._systems[system], verb)
                line.send(answered(partial(asked, *given, **named)) if callable(asked) else (True, asked))

    def enter(self, world: World, url: str) -> None:
        """From now on all work for this world."""
        self._systems = {"wallet": world.wallet, "clock": world.clock, "sale": world.desk.sale()}
        for member in self.members:
            member.enter(url, world.desk.mode, world.payer)

    def leave(self) -> None:
        """Nobody holds a connection of the world any more."""
        self.tap = _no_tap
        self.each(leave)

    def each(self, do: Callable[..., Any], *given: Any) -> list[Any]:
        """All do it at once; what each gave."""
        with ThreadPoolExecutor(PROCESSES) as pool:
            return list(pool.map(lambda member: self._held(member, do, *given), self.members))

    def anyone(self, do: Callable[..., Any], *given: Any) -> Any:
        """One does it: the next in turn that is free."""
        while True:
            member = next(self._turns)
            if member.busy.acquire(timeout=0.01):
                try:
                    return self._done(member, do, *given)
                finally:
                    member.busy.release()

    def _held(self, member: Member, do: Callable[..., Any], *given: Any) -> Any:
        with member.busy:
            return self._done(member, do, *given)

    def _done(self, member: Member, do: Callable[..., Any], *given: Any) -> Any:
        try:
            return member.do(do, *given)
        except GONE as gone:
            member.process.wait()
            self._start([member])
            member.come_back()
            raise MemberDied(member.name) from gone

    def end(self) -> None:
        """End the processes."""
        for member in self.members:
            member.process.kill()
            member.process.wait()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _no_tap(_member: Member) -> None:
    pass


class CrewWorld(World):
    """A world whose work is done by a crew: whatever somebody asks for, another process takes it up."""

    crew: Crew

    def apart(self, do: Callable[..., Any], *given: Any) -> Any:
        return self.crew.anyone(do, *given)

    def open(self, sale_ref: str = "A1", amount: int = FEE, *, payer: str = "") -> str:
        opened: str = self.apart(open_at, sale_ref, amount, payer)
        return opened

    def take(self, body: bytes, headers: dict[str, str]) -> bytes:
        reply: bytes = self.apart(World.take, body, headers)
        return reply

    def refund_all(self, payment: Payment, reason: str = CANCELLED) -> None:
        self.apart(World.refund_all, payment, reason)

    def abandon(self, payment: Payment, reason: str = CANCELLED) -> None:
        self.apart(World.abandon, payment, reason)

    def run(self) -> None:
        while sum(self.crew.each(Hand.work)):
            pass


@contextmanager
def running_crew() -> Iterator[Crew]:
    """The processes of one session of tests."""
    crew = Crew()
    yield crew
    crew.end()
