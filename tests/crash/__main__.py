"""`python -m tests.crash --all`: the real bridge killed at every commit and send of every journey."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.journeys import JOURNEYS
from tests.crash.loop import CrashLoop, crash_loop
from tests.postgresql_server import APPLICATION_ROLE, OWNER_ROLE, TEMPLATE, running_server


def main() -> int:
    """Kill at each point; 1 when a visit did not come to its end or its books are wrong."""
    asked = _asked()
    every = 1 if asked.all else asked.every
    points = bad = 0
    with (
        TemporaryDirectory(prefix="hb-crash-") as folder,
        _addresses(asked.database) as urls,
        crash_loop(Path(folder), urls) as loop,
    ):
        for journey in asked.journey or JOURNEYS:
            for point in range(1, loop.count(journey) + 1, every):
                points += 1
                bad += not _survived(loop, journey, point)
        loop.must_balance()
    print(f"{points} points, {bad} bad")
    return 1 if bad else 0


def _survived(loop: CrashLoop, journey: str, point: int) -> bool:
    try:
        death = loop.kill_at(journey, point)
    except Exception as fault:  # noqa: BLE001  the loop goes on and tells at the end
        print(f"{journey}, point {point}: {type(fault).__name__} {fault}", flush=True)
        return False
    print(f"{journey}, point {point}: {death.words if death.died else 'not reached'}", flush=True)
    return True


@contextmanager
def _addresses(database: str) -> Iterator[tuple[str, str]]:
    """The serving and the owning address; two empty ones ask for the embedded default."""
    if database == "sqlite":
        yield "", ""
        return
    with running_server() as server:
        server.make_template()
        yield server.address(TEMPLATE, APPLICATION_ROLE), server.address(TEMPLATE, OWNER_ROLE)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point")
    parser.add_argument("--every", type=int, default=20, help="every so many points (20)")
    parser.add_argument("--journey", action="append", choices=JOURNEYS, help="only this one; may be given again")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
