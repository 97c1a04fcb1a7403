"""The wallet's notices: sent by its own schedule, and lost, doubled, late or false on their way."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.errors import NotDone, OutcomeUnknown
from adapters.http import Request, Response
from tests.simulation.fate import SimCrash
from tests.simulation.network import Road, quietly

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

POLL_SECONDS = 0.5
LATE_SECONDS = 60.0
NEVER = timedelta(days=365)


class NoticePost:
    """`Transport` of the wallet's notices: they reach whichever process is up, or nobody."""

    def __init__(self, simulation: Simulation) -> None:
        self.road = Road(simulation, simulation.options.notices, simulation.rng)
        self._simulation = simulation
        self._sends_at = simulation.clock.now() + NEVER

    def wake(self) -> None:
        """Let the wallet send when its next notice is due."""
        due = self._simulation.outside.next_notice_in()
        if due is None:
            return
        now, after = self._simulation.clock.now(), max(due, 0.0)
        if now + timedelta(seconds=after + POLL_SECONDS) < self._sends_at:
            after += self._simulation.rng.random() * POLL_SECONDS
            self._sends_at = now + timedelta(seconds=after)
            self._simulation.agenda.add(after, "notices", self._send_due)

    def send(self, request: Request) -> Response:
        """One notice on its way, with what the seed drew for it."""
        weather = self.road.weather
        if self.road.happens(weather.lost_request):
            self._simulation.note("notice lost")
            raise OutcomeUnknown("notice lost")
        if self.road.happens(weather.late_request):
            self._simulation.agenda.add(LATE_SECONDS, "late notice", partial(quietly, partial(self._deliver, request)))
            raise OutcomeUnknown("notice late")
        answer = self._deliver(request)
        if self.road.happens(weather.duplicate):
            answer = self._deliver(request)
        if self.road.happens(weather.lost_reply):
            raise OutcomeUnknown("acknowledgement lost")
        return answer

    def _send_due(self) -> None:
        self._sends_at = self._simulation.clock.now() + NEVER
        if self.road.happens(self.road.weather.peer_fault):
            self._simulation.outside.spoil_notice()
        self._simulation.outside.wallet.deliver_due()

    def _deliver(self, request: Request) -> Response:
        process = self._simulation.bridges.any()
        if process is None:
            raise NotDone("no connection")
        try:
            taken = process.take_notice(request.body, request.headers)
        except SimCrash:
            raise OutcomeUnknown("the bridge died") from None
        return Response(taken.status, {}, taken.body)
