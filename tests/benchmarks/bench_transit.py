"""A gate's checks of ride codes, and 1,000,000 shuffled taps made into journeys in processes of a known size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hospital_bridge.verticals.transit.journeys import PairingRules, rider_days
from hospital_bridge.verticals.transit.ride_code import (
    Blacklist,
    Grant,
    IssuerKey,
    KeyRing,
    Limits,
    issue,
    show,
    verify,
)
from hospital_bridge.verticals.transit.tap_order import in_order
from hospital_bridge.verticals.transit.taps import Tap, TapKind
from tests.benchmarks.process_figures import highest_mib, resident_mib

Row = dict[str, object]

_MORNING = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
_CHECKS = 2000
_ROUNDS = 5
_TAPS = (100_000, 1_000_000)
_TAPS_A_RIDER = 4
_STRIDE = 7_368_787
"""A prime: steps of this size visit every tap once, far from the one before."""


def run() -> list[Row]:
    """Medians of rounds for codes; for taps one process each, whose memory is read before and at its highest."""
    return [*_codes(), *(row for count in _TAPS for row in _journeys(count))]


def _codes() -> list[Row]:
    issuer, phone = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    begins, ends = _MORNING - timedelta(hours=1), _MORNING + timedelta(days=1)
    limits = Limits(1000, timedelta(seconds=60))
    grant = Grant("linjiang", 1, "0c" * 16, begins, ends, limits, phone.public_key().public_bytes_raw())
    code = show(issue(grant, issuer), phone, _MORNING)
    keys = KeyRing([IssuerKey("linjiang", 1, issuer.public_key(), begins, ends)])
    blacklist = Blacklist(1, frozenset(f"{number:032x}" for number in range(100_000)))
    checks = median(_rate(lambda: verify(code, _MORNING, keys, blacklist)) for _ in range(_ROUNDS))
    # Both signatures and nothing around them: what no checker of such a code can be faster than.
    data, signature = b"x" * 200, phone.sign(b"x" * 200)
    public = phone.public_key()
    bare = median(
        _rate(lambda: (public.verify(signature, data), public.verify(signature, data))) for _ in range(_ROUNDS)
    )
    version = segno.make(code, error="m", mode="byte", boost_error=False).version
    return [
        {
            "name": "code checks",
            "value": round(checks),
            "unit": "/s",
            "ratio": round(checks / bare, 2),
            "against": "two bare Ed25519 verifications",
        },
        {"name": "code size", "value": len(code), "unit": "bytes"},
        {"name": "QR version at correction M", "value": version, "unit": ""},
    ]


def _rate(act: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(_CHECKS):
        act()
    return _CHECKS / (time.process_time() - started)


def _journeys(count: int) -> list[Row]:
    told = subprocess.run(  # a process of its own: what ran before must not count as its memory
        [sys.executable, "-m", "tests.benchmarks.bench_transit", str(count)], capture_output=True, check=True, text=True
    )
    found = json.loads(told.stdout)
    name = f"{count:,} shuffled taps"
    return [
        {"name": f"{name}: journeys", "value": round(found["journeys"] / found["seconds"]), "unit": "/s"},
        {
            "name": f"{name}: memory added at most",
            "value": round(found["peak_mib"] - found["before_mib"], 1),
            "unit": "MiB",
        },
    ]


def _measure(count: int) -> dict[str, float]:
    rules = PairingRules(ZoneInfo("Asia/Shanghai"))
    before, started = resident_mib(os.getpid()), time.process_time()
    journeys = sum(len(day.journeys) for day in rider_days(in_order(_shuffled(count)), rules))
    seconds = time.process_time() - started
    return {"journeys": journeys, "seconds": seconds, "before_mib": before, "peak_mib": highest_mib(os.getpid())}


def _shuffled(count: int) -> Iterator[Tap]:
    for place in range(count):
        yield _tap(place * _STRIDE % count)


def _tap(number: int) -> Tap:
    rider, nth = divmod(number, _TAPS_A_RIDER)
    kind = TapKind.OUT if nth % 2 else TapKind.IN
    at = _MORNING + timedelta(minutes=rider % 240 + (0, 25, 480, 505)[nth])
    stop_id = f"S{1 + (rider + nth) % 11:02d}"
    return Tap(f"{rider:032x}", at, kind, stop_id, f"{stop_id}-{kind.value}-{rider % 8}", number, f"{number:032x}")


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
