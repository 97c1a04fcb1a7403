"""Any number of taps into their order with little memory: sorted runs on disk, then merged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import IO

from hospital_bridge.verticals.transit.taps import Tap, TapKind

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_KINDS = tuple(TapKind)


def in_order(taps: Iterable[Tap], most_in_memory: int = 50_000) -> Iterator[Tap]:
    """The taps by `Tap.place`; more than `most_in_memory` go through unnamed temporary files."""
    coming = iter(taps)
    run = list(islice(coming, most_in_memory))
    if len(run) < most_in_memory:
        yield from sorted(run, key=attrgetter("place"))
        return
    with ExitStack() as files:
        runs: list[IO[str]] = []
        while run:
            file = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))
            file.writelines(sorted(map(_written, run)))
            file.seek(0)
            runs.append(file)
            run = list(islice(coming, most_in_memory))
        yield from map(_read, merge(*runs))


def _written(tap: Tap) -> str:
    # Fixed widths, and a separator below every other character: the lines sort as the taps do.
    at = (tap.at - _BEGINNING) // _TICK
    place = (tap.account, f"{at:020d}", str(_KINDS.index(tap.kind)), tap.gate_id, f"{tap.gate_no:019d}")
    words = (*place, tap.stop_id, tap.code_id, tap.line_id)
    if not "".join(words).isprintable():
        raise ValueError(f"tap {tap.gate_no} of a gate holds a character that no id has")
    return "\t".join(words) + "\n"


def _read(line: str) -> Tap:
    account, at, kind, gate_id, gate_no, stop_id, code_id, line_id = line[:-1].split("\t")
    return Tap(
        account, _BEGINNING + int(at) * _TICK, _KINDS[int(kind)], stop_id, gate_id, int(gate_no), code_id, line_id
    )
