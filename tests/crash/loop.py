"""The loop: for each point a bridge that dies there, a visit that is finished all the same, and sound books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.stage import Ports
from tests.crash.journeys import JOURNEYS
from tests.crash.mortal_stage import MortalStage
from tests.crash.zygote import Zygote


@dataclass(frozen=True)
class Death:
    """What became of one point: `died` is False where the bridge did not pass so many."""

    journey: str
    point: int
    words: str
    died: bool


class CrashLoop:
    """Plays journeys on one stage, one death each."""

    def __init__(self, stage: MortalStage) -> None:
        self._stage = stage
        self._first_day = stage.town.wallet.today()

    def count(self, journey: str) -> int:
        """How many points a bridge passes that nobody kills."""
        self._stage.start_mortal(0)
        JOURNEYS[journey](self._stage)
        return len(self._stage.points)

    def kill_at(self, journey: str, point: int) -> Death:
        """The bridge dies at that point, the visit comes to its end, and its books are right."""
        before = self._stage.deaths
        self._stage.start_mortal(point)
        JOURNEYS[journey](self._stage)
        points = self._stage.points
        return Death(journey, point, points[point - 1] if len(points) >= point else "", self._stage.deaths > before)

    def must_balance(self) -> None:
        """The bridge's own commands find no difference in the ledger nor between the three books of any day."""
        assert self._stage.ask("ledger", "verify")["balanced"]
        wallet = self._stage.town.wallet
        for age in range((wallet.today() - self._first_day).days + 1):
            day = self._first_day + timedelta(days=age)
            wallet.close_day(day)
            for run in self._stage.ask("reconcile", day.isoformat()):
                assert (run["state"], run["unexplained_fen"]) == ("done", 0), run
                assert not [one for one in run["differences"] if one["finding"] == "sale_timing"], run


@contextmanager
def crash_loop(folder: Path, database_urls: tuple[str, str] = ("", "")) -> Iterator[CrashLoop]:
    """A town, a database and a bridge to kill; everything is ended afterwards."""
    stage = MortalStage(folder, SystemClock(), charset=UTF_8, ports=Ports(), database_urls=database_urls)
    stage.log = folder / "points"
    stage.zygote = Zygote()
    with stage:
        yield CrashLoop(stage)
    stage.zygote.end()
