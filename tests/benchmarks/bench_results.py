"""From the commit of a result (ORU^R01) to the clinician's system and to the patient's wallet, at 40 results a second.

The bridge is a process of its own; hospital, wallet, receiver and this load share the machine with it. Times are read
from the bridge's own rows: when the message was received, and when each delivery was answered. By night people sleep:
between 22:00 and 07:00 of the operator's zone the wallet is told in the morning, and its rows are left out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from adapters.hl7.sender import MllpClient
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.stage import OPERATOR, Ports, Stage
from hospital_bridge.store.deliveries import DELIVERY
from hospital_bridge.store.engine import enter, make_engine
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.messages import MESSAGE
from hospital_bridge.store.webhooks import WEBHOOK_EVENT
from hospital_bridge.verticals.hospital.store.reports import REPORT
from tests.benchmarks.bench_registrations import DATABASES, Urls
from tests.benchmarks.durable_commits import one_row_commits
from tests.journeys.newcomers import Newcomers

Row = dict[str, object]
Numbers = Mapping[str, datetime]

PATIENTS, RESULTS, A_SECOND, LINES = 20, 400, 40, 4
WAIT_SECONDS = 120


def run() -> list[Row]:
    """Milliseconds; `ratio` is to one bare one-row commit of the same database in the same run."""
    rows: list[Row] = []
    for name, opened in DATABASES.items():
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as urls:
            rows += _measure(name, Path(folder), urls)
    return rows


def _measure(database: str, folder: Path, urls: Urls) -> Iterator[Row]:
    commit = 1 / one_row_commits(urls[1])
    with Stage(folder, SystemClock(), charset="UNICODE UTF-8", ports=Ports(), database_urls=urls) as stage:
        people = [_arrived(stage) for _ in range(PATIENTS)]
        sent = RESULTS / _send(stage, people)
        yield {"name": f"{database}: results acknowledged", "value": round(sent, 1), "unit": "a second"}
        received, heard, told = _until_all_are_told(urls[0])
        for where, answered in (("clinician's system", heard), ("wallet", told)):
            taken = sorted((answered[number] - received[number]).total_seconds() for number in answered)
            for word, share in (("p50", 0.5), ("p99", 0.99)) if taken else ():
                value = taken[min(len(taken) - 1, int(len(taken) * share))]
                row: Row = {"name": f"{database}: to the {where}, {word} of {len(taken)}", "unit": "ms"}
                yield row | {
                    "value": round(value * 1000, 1),
                    "ratio": round(value / commit, 1),
                    "against": "one commit",
                }


def _arrived(stage: Stage) -> Person:
    """Somebody with a bound record number who agreed to messages."""
    newcomers = Newcomers(stage.town, SystemClock(), stage.window)
    person = newcomers.known()
    phone = newcomers.phone(person)
    phone.sign_in()
    phone.bind_card()
    return person


def _send(stage: Stage, people: list[Person]) -> float:
    """Send the results at their pace over several connections; the seconds that it took."""
    mrns = [stage.town.hospital.patients.find("CN_ID", person.id_number)[0].mrn for person in people]
    begun = time.perf_counter()

    def send(line: int) -> None:
        link = MllpClient(*stage.listener_address)
        for number in range(line, RESULTS, LINES):
            time_left = begun + number / A_SECOND - time.perf_counter()
            SystemClock().sleep(max(0.0, time_left))
            patient = number % PATIENTS
            link.exchange(_result(number, mrns[patient], people[patient].name))
        link.close()

    with ThreadPoolExecutor(LINES) as lines:
        list(lines.map(send, range(LINES)))
    return time.perf_counter() - begun


def _result(number: int, mrn: str, name: str) -> bytes:
    at = f"{SystemClock().now():%Y%m%d%H%M%S}+0000"
    segments = (
        rf"MSH|^~\&|LIS|DEMO|BRIDGE||{at}||ORU^R01^ORU_R01|B{number:06d}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{mrn}^^^^MR||{name}||19850312|F",
        f"OBR|1||B{number:06d}|GLU^葡萄糖|||{at}|||||||||||||||{at}|||F",
        "OBX|1|NM|GLU^葡萄糖||5.1|mmol/L|3.9-6.1|N|||F",
    )
    return ("\r".join(segments) + "\r").encode()


def _until_all_are_told(url: str) -> tuple[Numbers, Numbers, Numbers]:
    """When each report was received, when the clinician's system had it, and when the wallet took the message."""
    engine = make_engine(url)
    heard: Numbers = {}
    told: Numbers = {}
    try:
        for _ in range(WAIT_SECONDS):
            with engine.begin() as connection:
                enter(connection, OPERATOR)
                received, heard, told = (read(connection) for read in (_received, _heard, _told))
            if len(heard) == RESULTS and (len(told) == RESULTS or _is_night()):
                return received, heard, told
            SystemClock().sleep(1)
        raise RuntimeError(f"of {RESULTS} results {len(heard)} were heard and {len(told)} told")
    finally:
        engine.dispose()


def _received(connection: Connection) -> Numbers:
    columns = (INBOX_MESSAGE.c.control_id, INBOX_MESSAGE.c.received_at)
    return dict(connection.execute(select(*columns).where(INBOX_MESSAGE.c.control_id.like("B%"))).tuples().all())


def _heard(connection: Connection) -> Numbers:
    event = WEBHOOK_EVENT.c.body.contains(REPORT.c.report_id)
    of_event = (DELIVERY.c.ref == WEBHOOK_EVENT.c.event_id) & (DELIVERY.c.state == "delivered")
    asked = select(REPORT.c.report_no, DELIVERY.c.changed_at).join(WEBHOOK_EVENT, event).join(DELIVERY, of_event)
    return dict(connection.execute(asked).tuples().all())


def _told(connection: Connection) -> Numbers:
    of_message = (DELIVERY.c.ref == MESSAGE.c.message_id) & (DELIVERY.c.state == "delivered")
    asked = select(REPORT.c.report_no, DELIVERY.c.changed_at)
    asked = asked.join(MESSAGE, MESSAGE.c.about == REPORT.c.report_id).join(DELIVERY, of_message)
    return dict(connection.execute(asked).tuples().all())


def _is_night() -> bool:
    hour = (SystemClock().now().hour + 8) % 24
    return hour >= 22 or hour < 7
