"""`call_next` and the estimate at 50 and 500 waiting on both databases, beside one bare commit of the same database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.facade import Unit
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.slot import LineOpening, LineRules, Lines
from hospital_bridge.store.streams import STREAM_HEAD
from hospital_bridge.store.unit_of_work import Store, Work
from queueing.commands import Act, Command
from queueing.estimate import DeskLoad, forecast
from queueing.line import DeskState
from queueing.ordering import Policy, Rank
from queueing.service_time import Expectation, Observed, learn
from tests.benchmarks.databases import DATABASES

Row = dict[str, object]

_ROUNDS = 40
_CROWDS = (50, 500)
_CLINIC = LinesContext(
    "bench",
    LineRules(
        policies=lambda settings: {"usual": Policy({"walk_in": Rank(1)})},
        changed=lambda work, event: None,
        near=lambda work, ticket, ahead: None,
    ),
    {},
    ZoneInfo("Asia/Shanghai"),
)


def run() -> list[Row]:
    """Medians of single calls; `ratio` is to a commit of one row in the same run."""
    rows: list[Row] = []
    for name, opened in DATABASES.items():
        with opened() as engine:
            rows += _measure(name, engine)
    return rows + [_pure(crowd) for crowd in _CROWDS]


def _measure(database: str, engine: Engine) -> list[Row]:
    store = Store(engine, None, RandomIds(SystemClock()))
    with store.begin("h1") as work:
        work.operators.register("Hospital")
    commit = _typical(lambda number: _commit_row(store, number))
    rows = [_row(f"{database}: one-row commit", commit, commit)]
    for crowd in _CROWDS:
        last = _fill(store, crowd)
        desk = f"desk-{crowd}"
        # Each call is taken back, so that every round finds the same crowd.
        calls = _typical(partial(_call, store, desk), partial(_undo, store, desk))
        estimate = _typical(partial(_position, store, last))
        rows += [
            _row(f"{database}: call_next, {crowd} waiting", calls, commit),
            _row(f"{database}: position with range, {crowd} waiting", estimate, commit),
        ]
    return rows


def _pure(crowd: int) -> Row:
    """The estimate alone, without a database."""
    seen = Observed().seen(timedelta(minutes=8)).seen(timedelta(minutes=12))
    desks = [DeskLoad(learn(Expectation(), seen, seen, seen), timedelta(minutes=3))] * 2
    took = _typical(lambda number: forecast(crowd, desks))
    return {"name": f"estimate alone, {crowd} ahead", "value": round(took * 1e6), "unit": "µs"}


def _row(name: str, took: float, commit: float) -> Row:
    shown = {"name": name, "value": round(took * 1000, 2), "unit": "ms"}
    return shown | {"ratio": round(took / commit, 1), "against": "one-row commit"}


def _typical(measured: Callable[[int], object], afterwards: Callable[[int], object] | None = None) -> float:
    """The median of several rounds, in seconds."""
    times = []
    for number in range(_ROUNDS):
        started = time.perf_counter()
        measured(number)
        times.append(time.perf_counter() - started)
        if afterwards is not None:
            afterwards(number)
    return median(times)


def _lines(work: Work) -> Lines:
    nobody_pays: Any = None
    return Unit(work, nobody_pays, {}, _CLINIC).lines


def _commit_row(store: Store, number: int) -> None:
    with store.begin("h1") as work:
        work.table(STREAM_HEAD).add(stream_key=f"row-{number}", last_seq=0, done_seq=0)


def _fill(store: Store, crowd: int) -> str:
    """A line of that many, one desk with a history; the id of its last ticket."""
    line_id, desk_id = f"line-{crowd}", f"desk-{crowd}"
    with store.begin("h1") as work:
        lines = _lines(work)
        lines.open(LineOpening(line_id, lines.today(), "Line", "A", "usual"))
        lines.put_desk(desk_id, "Desk", [line_id])
        lines.set_desk(desk_id, DeskState.OPEN, "bench")
        seen = Observed()
        for length in (6, 8, 10, 12, 9, 7):
            seen = seen.seen(timedelta(minutes=length))
        work.queue_figures.count_service(line_id, desk_id, lines.today(), seen)
        for number in range(crowd):
            name = f"{line_id}-{number}"
            issue = {"line_id": line_id, "subject": name, "rank": "walk_in", "arrived": True}
            lines.act(Command(Act.ISSUE, f"issue-{name}", "bench", ticket_id=name, **issue))  # type: ignore[arg-type]
    return f"{line_id}-{crowd - 1}"


def _call(store: Store, desk_id: str, number: int) -> None:
    with store.begin("h1") as work:
        _lines(work).act(Command(Act.CALL_NEXT, f"{desk_id}-call-{number}", "bench", desk_id=desk_id))


def _undo(store: Store, desk_id: str, number: int) -> None:
    with store.begin("h1") as work:
        _lines(work).act(Command(Act.UNDO, f"{desk_id}-undo-{number}", "bench", desk_id=desk_id))


def _position(store: Store, ticket_id: str, _number: int) -> None:
    with store.read("h1") as work:
        _lines(work).position(ticket_id)
