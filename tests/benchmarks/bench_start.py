"""How soon the bridge is ready and how much memory it takes, beside an interpreter with two libraries."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.configuration import write_configuration
from hospital_bridge.sandbox.stage import OPERATOR
from hospital_bridge.sandbox.town import Town, free_ports
from tests.benchmarks.patients import WHO_GOES_WHERE, Patients
from tests.benchmarks.process_figures import mib_of, resident_mib

Row = dict[str, object]

_IMPORTS = "import flask, sqlalchemy"
# The last word of the child: it tells its own memory, for it is gone when we could look.
_TELL = "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')))"
_ROUNDS = 3
_REGISTRATIONS = 9
"""By each of the six patients."""
_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 60
_CLOCK = SystemClock()


def run() -> list[Row]:
    """Medians of interleaved starts; `ratio` is to the interpreter with those two libraries imported."""
    with tempfile.TemporaryDirectory() as folder, Town(_CLOCK) as town:
        web_port, listener_port = free_ports(2)
        addresses = town.addresses(web_port, listener_port)
        configuration = write_configuration(Path(folder), addresses, town.credentials, operator_id=OPERATOR)
        # The first start makes the tables.
        with _serving(configuration, addresses.public_url) as (_, first):
            pass
        starts, imports = zip(
            *((_start(configuration, addresses.public_url), _import()) for _ in range(_ROUNDS)), strict=True
        )
        with _serving(configuration, addresses.public_url) as (process, _):
            patients = Patients(f"{addresses.public_url}/p/{OPERATOR}", _CLOCK)
            patients.arrive()
            patients.register(_REGISTRATIONS - 1)
            worked = resident_mib(process.pid)
    (seconds, mib), (bare_seconds, bare_mib) = _medians(starts), _medians(imports)
    return [
        _row("start to /ready, database to be made", first, "s", bare_seconds),
        _row("start to /ready", seconds, "s", bare_seconds),
        _row(f"python -c '{_IMPORTS}'", bare_seconds, "s", bare_seconds),
        _row("resident when ready", mib, "MiB", bare_mib),
        _row(f"resident after {_REGISTRATIONS * len(WHO_GOES_WHERE)} paid registrations", worked, "MiB", bare_mib),
        _row(f"resident, python -c '{_IMPORTS}'", bare_mib, "MiB", bare_mib),
    ]


def _row(name: str, value: float, unit: str, bare: float) -> Row:
    return {"name": name, "value": round(value, 2), "unit": unit, "ratio": round(value / bare, 1), "against": "imports"}


def _medians(measured: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    seconds, mib = zip(*measured, strict=True)
    return statistics.median(seconds), statistics.median(mib)


def _start(configuration: Path, public_url: str) -> tuple[float, float]:
    with _serving(configuration, public_url) as (process, seconds):
        return seconds, resident_mib(process.pid)


def _import() -> tuple[float, float]:
    started = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-c", f"{_IMPORTS}\n{_TELL}"], check=True, capture_output=True, text=True
    ).stdout
    return time.perf_counter() - started, mib_of(told)


@contextmanager
def _serving(configuration: Path, public_url: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The bridge in a process of its own, and how many seconds passed until it was ready."""
    started = time.perf_counter()
    environment = os.environ | {"HOSPITAL_BRIDGE_CONFIG": str(configuration)}
    process = subprocess.Popen([sys.executable, "-m", "hospital_bridge", "serve"], env=environment)
    try:
        while not _is_ready(public_url):
            if process.poll() is not None or time.perf_counter() > started + _PATIENCE_SECONDS:
                raise RuntimeError("the bridge did not start")
            _CLOCK.sleep(_LOOK_SECONDS)
        yield process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def _is_ready(public_url: str) -> bool:
    try:
        with urlopen(f"{public_url}/ready", timeout=2) as reply:
            return bool(reply.status)
    except (URLError, OSError):
        return False
