"""Patients with names that occur nowhere else go through everything; afterwards nobody has written them down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest

from adapters.hl7.build import UTF_8
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.alipay.faults import Effect
from hospital_bridge.sandbox.alipay.faults import Fault as WalletFault
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import PATIENCE, PAUSE_SECONDS, Phone
from hospital_bridge.sandbox.stage import AUDITOR_NAME, STAFF_NAME, Ports, Stage
from hospital_bridge.sandbox.story.world import OPHTHALMOLOGY
from tests.journeys.engineer import Console, reading, run, writing
from tests.journeys.newcomers import Newcomers

NAMES = ("金丝雀甲", "金丝雀乙")
ITEM, PANEL, FINDING = "金丝雀胶囊", "金丝雀检验项目", "金丝雀结果甲"
"""What a bill of theirs is for, what the laboratory looked at, and what it found."""
CLINICAL = (ITEM, PANEL, FINDING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries")


@pytest.fixture(scope="module")
def talkative_stage(folder: Path) -> Iterator[Stage]:
    """A bridge that logs everything it can, into a file."""
    with (folder / "output.log").open("wb") as output:
        stage = Stage(folder, SystemClock(), charset=UTF_8, ports=Ports(), output=output)
        with stage:
            stage.stop()
            settings = stage.configuration.read_text(encoding="utf-8")
            stage.configuration.write_text(settings.replace('"warning"', '"debug"'), encoding="utf-8")
            stage.start()
            yield stage


@pytest.fixture(scope="module")
def canaries(talkative_stage: Stage) -> list[Person]:
    """Who went through the whole journey, with faults on the way."""
    stage, newcomers = talkative_stage, Newcomers(talkative_stage.town, SystemClock(), talkative_stage.window)
    people = [newcomers.person(NAMES[0]), newcomers.known(NAMES[1])]
    phones = [newcomers.phone(person) for person in people]
    with ThreadPoolExecutor(len(phones)) as crowd:
        list(crowd.map(lambda phone: _journey(stage, phone), phones))
    with stage.town.without_hospital():
        phones[0].page("cards")
    _let_a_job_fail(stage)
    return people


def _journey(stage: Stage, phone: Phone) -> None:
    his, wallet = stage.town.hospital.faults, stage.town.wallet.faults
    phone.sign_in()
    phone.bind_card()
    his.add(Fault(trigger="SRM^S01", kind=FaultKind.RESET))
    his.add(Fault(trigger="DFT^P03", kind=FaultKind.ERROR))
    wallet.add(WalletFault("notice", Effect.FORGE))
    page = phone.wait_for(phone.pay(phone.book(OPHTHALMOLOGY)), "done")
    phone.cancel(page)
    phone.wait_for(page, "refunded")
    with closing(stage.listener) as line:
        line.exchange(_result(phone.person))
        line.exchange(_bill(stage, phone.person))
    phone.wait(phone.page("bills"), lambda page: "¥12.50" in page.words)
    bill = phone.open(phone.page("bills").link("hospital/bills/"))
    assert ITEM in bill.words
    phone.wait_for(phone.pay(phone.wait_for(phone.press(bill, "/pay"), "awaiting")), "refunded")
    _read_a_result(stage, phone)


def _read_a_result(stage: Stage, phone: Phone) -> None:
    """A critical finding, read back by the doctor before the patient reads it, and one that fits nobody."""
    with closing(stage.listener) as line:
        line.exchange(_report(stage, phone.person, "F", phone.person.name))
        line.exchange(_report(stage, phone.person, "N", "旁人"))
    listed = phone.wait(phone.page("results"), lambda page: PANEL in page.words)
    held = phone.open(listed.link(PANEL))
    assert FINDING not in held.words
    doctor, records = stage.worker("doctor"), stage.worker("records")
    waiting = [link for link in doctor.page("hospital/critical").links if "hospital/critical/" in link.address]
    for link in waiting:
        value = doctor.open(urljoin(stage.public_url, link.address))
        if phone.person.name in value.words:
            doctor.press(value, "/acknowledge", action="treat", read_back=FINDING)
    assert FINDING in phone.wait(held, lambda page: page.marks["word"] == "final").words
    records.open(records.page("hospital/parked").link("hospital/parked/"))


def _let_a_job_fail(stage: Stage) -> None:
    """Of this at least the log must tell, or else it was not written where we look."""
    with writing(stage) as work:
        job_id = work.jobs.add("hospital.create_record", "0" * 32)
    for _ in range(PATIENCE):
        with reading(stage) as work:
            if work.jobs.attempts(job_id):
                return
        SystemClock().sleep(PAUSE_SECONDS)
    raise AssertionError("the job was never tried")


def _result(person: Person) -> bytes:
    """A message about the person that nobody can apply."""
    header = "MSH|^~\\&|HIS|H|HB|H|20261122100000||ORU^R01|CANARY" + person.phone[-4:] + "|P|2.5.1||||||UNICODE UTF-8"
    about = f"PID|||9^^^H^MR~{person.id_number}^^^CN^NNCHN||{person.name}||||||||{person.phone}"
    return f"{header}\r{about}\r".encode()


def _report(stage: Stage, person: Person, letter: str, name: str) -> bytes:
    """A critical finding in words."""
    (patient, *_) = stage.town.hospital.patients.find("CN_ID", person.id_number)
    number = f"{letter}{person.phone[-4:]}"
    return "\r".join(
        [
            f"MSH|^~\\&|LIS|H|HB|H|20261122100000||ORU^R01|REP{number}|P|2.5.1||||||UNICODE UTF-8",
            f"PID|||{patient.mrn}^^^DEMOHIS^MR||{name}",
            f"OBR|1||{number}^LIS|P1^{PANEL}^L|||20261122100000|||||||||||||||20261122100500||LAB|F",
            f"OBX|1|ST|X1^{PANEL}^L||{FINDING}|||HH|||F",
            "",
        ]
    ).encode()


def _bill(stage: Stage, person: Person) -> bytes:
    """A bill that the hospital does not remember when it is paid, so that the money goes back."""
    (patient, *_) = stage.town.hospital.patients.find("CN_ID", person.id_number)
    number = person.phone[-4:]
    return "\r".join(
        [
            f"MSH|^~\\&|HIS|H|HB|H|20261122100000||DFT^P03|BILL{number}|P|2.5.1||||||UNICODE UTF-8",
            f"PID|||{patient.mrn}^^^DEMOHIS^MR||{person.name}",
            f"FT1|1|T{number}|CANARY{number}|20261122100000||CG|1^{ITEM}^L|||1|12.50&CNY",
            "",
        ]
    ).encode()


def words_of(people: list[Person]) -> list[bytes]:
    """What must not be found, in the character sets in which it could be."""
    texts = [text for person in people for text in (person.name, person.id_number, person.phone, person.user_id)]
    texts += CLINICAL
    return [text.encode(charset) for text in texts for charset in ("utf-8", "gb18030", "utf-16-le")]


def found(content: bytes, people: list[Person]) -> list[bytes]:
    escaped = [ascii(text)[1:-1].encode() for text in (*CLINICAL, *(person.name for person in people))]
    return [word for word in [*words_of(people), *escaped] if word in content]


def test_the_search_would_find_them(canaries: list[Person]) -> None:
    person = canaries[0]
    assert len(found(f"{person.name} {person.phone}".encode(), canaries)) >= 2


def test_nothing_of_them_is_in_the_output(canaries: list[Person], folder: Path, talkative_stage: Stage) -> None:
    output = (folder / "output.log").read_bytes()
    assert b"job.failed" in output
    assert found(output, canaries) == []


def test_nothing_of_them_stands_open_in_the_database(canaries: list[Person], folder: Path) -> None:
    files = [file for file in (folder / "data").iterdir() if file.name.startswith("bridge.db")]
    assert {file.name for file in files} >= {"bridge.db", "bridge.db-wal"}
    assert [(file.name, found(file.read_bytes(), canaries)) for file in files] == [(file.name, []) for file in files]
    with sqlite3.connect(f"file:{folder / 'data' / 'bridge.db'}?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT count(*) FROM subject").fetchone()[0] == len(canaries)
    connection.close()


def test_nothing_of_them_is_told_to_staff_or_monitoring(canaries: list[Person], talkative_stage: Stage) -> None:
    shown = {STAFF_NAME: ("", "messages", "work"), AUDITOR_NAME: ("audit", "security")}
    consoles = {name: Console(talkative_stage, name) for name in shown}
    seen = [consoles[name].page(path) for name, paths in shown.items() for path in paths]
    assert {page.status for page in seen} == {HTTPStatus.OK}
    pages = [page.words for page in seen]
    with urlopen(f"{talkative_stage.public_url}/metrics", timeout=10) as reply:
        pages.append(reply.read().decode())
    assert "hb_jobs" in pages[-1]
    assert found("\n".join(pages).encode(), canaries) == []


def test_nothing_of_them_is_told_by_a_command(canaries: list[Person], talkative_stage: Stage) -> None:
    told = [run(talkative_stage, *words) for words in (("doctor",), ("audit", "verify"), ("ledger", "verify"))]
    assert found("\n".join(ended.output for ended in told).encode(), canaries) == []
