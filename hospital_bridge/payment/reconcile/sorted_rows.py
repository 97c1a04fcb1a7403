"""Rows of any number in order: sorted runs in unnamed files of ours, of which memory holds one at a time."""

from __future__ import annotations

import heapq
import marshal
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

Row = tuple[str | int, ...]

RUN_ROWS = 50_000
"""Rows that are sorted in memory at once: about 20 MB."""

_BLOCK_ROWS = 500


class SortedRows:
    """A bag of rows that is filled, then read in order as often as one likes; closing it frees its files."""

    def __init__(self, rows: Iterable[Row] = (), *, run_rows: int = RUN_ROWS) -> None:
        self._most = run_rows
        self._held: list[Row] = []
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()
        self.extend(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._held.clear()
        self._files.close()

    def extend(self, rows: Iterable[Row]) -> None:
        """Take more rows; not while they are being read."""
        rows = iter(rows)
        while taken := list(islice(rows, self._most - len(self._held))):
            self._held += taken
            if len(self._held) == self._most:
                self._put_aside()

    def __iter__(self) -> Iterator[Row]:
        self._held.sort()
        if not self._runs:
            return iter(self._held)
        return heapq.merge(*map(_read, self._runs), iter(self._held))

    def __bool__(self) -> bool:
        return bool(self._held or self._runs)

    def _put_aside(self) -> None:
        self._held.sort()
        run = self._files.enter_context(TemporaryFile())  # noqa: SIM115  it lives as long as the rows
        rows = iter(self._held)
        while block := list(islice(rows, _BLOCK_ROWS)):
            marshal.dump(block, run)
        self._runs.append(run)
        self._held.clear()


def _read(run: IO[bytes]) -> Iterator[Row]:
    # Several readers may be under way in one run: each keeps its own place.
    place = 0
    while True:
        run.seek(place)
        try:
            block: list[Row] = marshal.load(run)  # noqa: S302  the file has no name and only we have written it
        except EOFError:
            return
        place = run.tell()
        yield from block
