"""Two thousand patients at seven o'clock before a hospital whose system dies above four calls at the same time.

All of them press at the same moment, from a process of their own that costs next to nothing; hospital and bridge share
another one and the machine, so that the times say more of the machine than of the bridge. What counts is that the
hospital lives, that everybody is answered and told the truth, and how many were served.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from adapters.values import Identifier, VerifiedIdentity, WalletAccount
from hospital_bridge.identity.sign_in import CONSENT_VERSION, PURPOSES
from hospital_bridge.sandbox.people import Person
from hospital_bridge.store.sessions import SessionKind, Sessions
from tests.pace.crowd import Call, Caller
from tests.pace.rush import DIES_ABOVE, DOCTORS, THINKS_SECONDS, Rush, rush

Row = dict[str, object]

PATIENTS = int(os.environ.get("HB_RUSH_PATIENTS", "2000"))
SECONDS = float(os.environ.get("HB_RUSH_SECONDS", "600"))
"""After that nobody tries again: who has no place by then must have been told when to come."""

TRIES = 20


def run() -> list[Row]:
    """Answers by kind, patients served, and the calls to the hospital against what it bears in that time."""
    with tempfile.TemporaryDirectory() as folder, rush(Path(folder), patients=0, at_once=1) as morning:
        callers = [*_signed_in(morning)]
        calls_before, began = len(morning.town.hospital.heard), perf_counter()
        outcome = _pressed(morning, callers)
        took = perf_counter() - began
        endurance, calls = morning.town.hospital.endurance, len(morning.town.hospital.heard) - calls_before
        bears = DIES_ABOVE / THINKS_SECONDS
        return [
            _row("calls at once, the most", endurance.peak, "calls", DIES_ABOVE, "what it bears"),
            _row("the hospital's system died", int(endurance.has_fallen), "times"),
            _row("patients with a place", outcome["served"], "patients", PATIENTS, "all who came"),
            _row(
                "places in the hospital's diary", morning.booked, "places", outcome["served"], "patients with a place"
            ),
            _row("patients told at the last when to come again", outcome["told_to_come_again"], "patients"),
            _row("patients who never were answered", outcome["unanswered"], "patients"),
            *_answers(outcome["told"]),
            *_waits(sorted(outcome["waits"])),
            _row("the rush took", took, "s"),
            _row("calls to the hospital", calls / took, "calls/s", bears, "what it can answer"),
        ]


def _pressed(morning: Rush, callers: Sequence[Caller]) -> dict[str, Any]:
    """What the crowd tells once all of it has a place or has given up."""
    host, _, port = urlsplit(morning.public_url).netloc.partition(":")
    call = json.dumps(asdict(Call(host, int(port), TRIES, SECONDS, callers)))
    crowd = subprocess.run(
        [sys.executable, "-m", "tests.pace.crowd"], input=call, stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(crowd.stdout)
    return told


def _signed_in(morning: Rush) -> Iterator[Caller]:
    """Phones whose owners signed in and bound their record number some other day."""
    for number in range(PATIENTS):
        doctor = DOCTORS[number % len(DOCTORS)]
        path = f"/p/demo/hospital/departments/{doctor[1:5]}/{doctor}"
        address = str(ip_address("10.0.0.0") + number)
        secret = _session(morning, morning.newcomers.known(), number)
        yield Caller(f"hb_patient={secret}", address, path, number // len(DOCTORS))


def _session(morning: Rush, who: Person, number: int) -> str:
    identity = VerifiedIdentity(who.name, "CN_ID", who.id_number, who.birth_date, who.sex, who.phone)
    (record,) = morning.town.hospital.patients.find("CN_ID", who.id_number)
    secret = f"rush-{number}-{who.id_number}"
    with morning.bridge.store.begin("demo") as work:
        user = work.wallet_users.keep("main", WalletAccount(who.user_id), "zh-CN")
        for purpose in PURPOSES:
            work.wallet_users.consent(user, purpose, CONSENT_VERSION)
        subject_id = work.subjects.keep(identity)
        work.subjects.bind_self(user, subject_id)
        work.subjects.add_identifier(subject_id, Identifier("MRN", record.mrn))
        Sessions(work).open(secret, SessionKind.PATIENT, user)
    return secret


def _answers(told: dict[str, int]) -> Iterator[Row]:
    for answer, count in sorted(told.items()):
        yield _row(f"answered {answer}", count, "pages", sum(told.values()), "all pages")


def _waits(waits: Sequence[float]) -> Iterator[Row]:
    for name, share in (("half of the pages within", 0.5), ("99 of 100 within", 0.99), ("the slowest", 1.0)):
        yield _row(name, waits[min(len(waits) - 1, int(len(waits) * share))], "s")


def _row(name: str, value: float, unit: str, whole: float = 0, against: str = "") -> Row:
    compared = {"ratio": round(value / whole, 3), "against": against} if whole else {}
    return {"name": name, "value": round(value, 2), "unit": unit, **compared}
