"""The ways between the bridge and its peers, and everything that goes wrong on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, TypeVar

from adapters.errors import NotDone, OutcomeUnknown, OutsideError
from adapters.http import Request, Response
from tests.simulation.clockwork import ON_TIME
from tests.simulation.options import Weather
from tests.simulation.peers import HisMessage, WalletCall

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.simulation import Simulation

T = TypeVar("T")

HTTP_TIMEOUT = 15.0
HL7_TIMEOUT = 5.0
AFTER_SIGHT = 4.5
"""How many seconds a request may still travel after we lost sight of it: the bridge reckons with five."""


class Road:
    """One way; `weather` is what the seed drew and clears up when the simulation heals."""

    def __init__(self, simulation: Simulation, weather: Weather, rng: Random) -> None:
        self.weather = weather
        self.blocked = False
        self._simulation = simulation
        self._rng = rng

    def block(self) -> None:
        """Nothing comes through."""
        self.blocked = True

    def unblock(self) -> None:
        """The way is as good or bad again as it was."""
        self.blocked = False

    def heal(self) -> None:
        """From now on everything arrives."""
        self.weather, self.blocked = Weather(), False

    def happens(self, rate: float) -> bool:
        """Draws only where there is something to draw, so that a calm road costs nothing."""
        return rate > 0 and self._rng.random() < rate

    def cross(
        self, process: Process, what: str, deliver: Callable[[], T], late: Callable[[], object], timeout: float
    ) -> T:
        """Carry one request and its reply; NotDone and OutcomeUnknown as a real transport raises them."""
        process.point(f"before {what}")
        self._simulation.note(f"{process.name} sends {what}")
        if self.blocked or self.happens(self.weather.no_connection):
            raise NotDone("no connection")
        self._lose_on_the_way(process, what, late, timeout)
        reply = self._deliver_on_time(process, what, deliver)()
        process.point(f"after {what}")
        if self.happens(self.weather.lost_reply):
            self._time_out(process, f"reply to {what} lost", timeout)
        self._travel(process)
        return reply

    def _deliver_on_time(self, process: Process, what: str, deliver: Callable[[], T]) -> Callable[[], T]:
        """What was answered, read once the sender comes to it.

        The request arrives when it does, however long its sender is kept from acting by what others do meanwhile.
        """
        answers: list[Callable[[], T]] = []

        def arrive() -> None:
            answers.append(_heard(deliver))
            if self.happens(self.weather.duplicate):
                self._simulation.note(f"{what} arrives twice")
                quietly(deliver)

        seconds = self._seconds()
        self._simulation.agenda.add_arrival(seconds, ON_TIME, arrive)
        self._simulation.let_pass(process, seconds)
        return answers[0]

    def _lose_on_the_way(self, process: Process, what: str, late: Callable[[], object], timeout: float) -> None:
        if self.happens(self.weather.lost_request):
            self._time_out(process, f"{what} lost", timeout)
        if self.happens(self.weather.late_request):
            delay = timeout + self._rng.uniform(1.0, AFTER_SIGHT)
            self._simulation.agenda.add_arrival(delay, f"late {what}", lambda: quietly(late))
            self._time_out(process, f"{what} late", timeout)

    def _time_out(self, process: Process, words: str, timeout: float) -> None:
        self._simulation.note(words)
        self._simulation.let_pass(process, timeout)
        raise OutcomeUnknown(words)

    def _travel(self, process: Process) -> None:
        self._simulation.let_pass(process, self._seconds())

    def _seconds(self) -> float:
        seconds = 0.005 + self._rng.random() * 0.05
        return self._rng.random() * HL7_TIMEOUT if self.happens(self.weather.slow) else seconds


def _heard(deliver: Callable[[], T]) -> Callable[[], T]:
    """Deliver now what is answered, or refused, whenever the caller looks."""
    try:
        reply = deliver()
    except OutsideError as error:
        refusal = error
    else:
        return lambda: reply

    def fail() -> T:
        raise refusal

    return fail


def quietly(deliver: Callable[[], object]) -> None:
    """Nobody waits for the answer any more."""
    with suppress(OutsideError):
        deliver()


class WalletWire:
    """`Transport` of one process: the wallet's gateway without a socket."""

    def __init__(self, process: Process, simulation: Simulation) -> None:
        self._process = process
        self._simulation = simulation

    def send(self, request: Request) -> Response:
        outside, road = self._simulation.outside, self._simulation.wallet_road
        call = WalletCall.read(request)
        self._simulation.check_intent(self._process, call.intent)
        return road.cross(
            self._process,
            call.name,
            lambda: outside.serve_wallet(request, call, faulty=road.happens(road.weather.peer_fault)),
            lambda: outside.serve_wallet_late(request, call),
            HTTP_TIMEOUT,
        )


class HospitalWire:
    """`ClosableLink` of one process: the simulated hospital without a socket."""

    def __init__(self, process: Process, simulation: Simulation) -> None:
        self._process = process
        self._simulation = simulation

    def exchange(self, raw: bytes) -> bytes:
        message = HisMessage.read(raw)
        outside = self._simulation.outside
        road = self._simulation.browsing_road if message.browses else self._simulation.his_road
        self._simulation.check_intent(self._process, message.intent)
        return road.cross(
            self._process,
            message.name,
            lambda: outside.serve_his(raw, message, faulty=road.happens(road.weather.peer_fault)),
            lambda: outside.serve_his(raw, message, faulty=False),
            HL7_TIMEOUT,
        )

    def close(self) -> None:
        """There is nothing to close."""
