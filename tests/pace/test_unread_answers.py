"""What a hospital's system answers and nobody can read: kept for a person, sealed, bounded, and gone with its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import event

from adapters import unread
from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Refused
from hospital_bridge.message_desk import MessageDesk
from hospital_bridge.pacing import at_its_pace
from hospital_bridge.settings import AdapterChoice
from hospital_bridge.store.inbox import INBOX_MESSAGE
from hospital_bridge.store.inbox_search import Sought, Standing
from hospital_bridge.store.raw_messages import forget_raw_messages
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.store.unread_answers import LARGEST, MOST, WHILE
from hospital_bridge.systems import Sender
from tests.fixtures_store import Database
from tests.pace.fragile import ZONE, pace
from tests.steered import FakeClock
from tests.store.test_busy_database import held

GARBAGE = "<姓名>王弢".encode("gb18030")
LOST = OutcomeUnknown("the answer is no XML")
REQUEST = SimpleNamespace(slot=SimpleNamespace(department_code="D01", practitioner_code="1001"))


def not_done(cause: OutsideError) -> NotDone:
    question = NotDone("the answer is no XML")
    question.__cause__ = cause
    return question


@dataclass
class Mumbling:
    """A system that answers `says` and is understood by nobody."""

    says: list[bytes]
    fails_with: list[OutsideError] = field(default_factory=lambda: [LOST])

    def book(self, _request: object) -> None:
        unread.note(self.says.pop(0))
        raise self.fails_with[0]


def ask(store: Store, clock: FakeClock, system: Mumbling) -> None:
    operator = cast("Any", SimpleNamespace(id="h1", timezone=ZONE))
    choice = AdapterChoice(adapter="http-xml", settings={}, pace=pace(operations={"book": {"failures": 1000}}))
    his = at_its_pace(operator, "his", choice, system, store, clock)
    for _ in list(system.says):
        with pytest.raises(type(system.fails_with[0])):
            his.book(REQUEST)


def kept(store: Store) -> list[tuple[str, str, str]]:
    with store.read("h1") as work:
        return [(row.peer, row.state, row.reason) for row in work.inbox.latest()]


def test_an_answer_that_nobody_can_read_is_found_among_the_messages_and_each_look_is_recorded(
    store: Store, clock: FakeClock
) -> None:
    ask(store, clock, Mumbling([GARBAGE]))
    desk = MessageDesk(store, lambda _peer: Sender(None, None))
    (row,) = desk.search("h1", Sought(standing=Standing.REFUSED), 10).rows
    assert (row.peer, row.kind, row.reason) == (
        "h1/his.book",
        "answer",
        "OutcomeUnknown: the answer is no XML",
    )
    opened = desk.open("h1", row.message_id, "reader-1")
    assert opened is not None
    assert [line.text for line in opened.lines] == ["<姓名>王弢"]
    with store.begin("h1") as work:
        assert [(each.action, each.target) for each in work.audit.latest()] == [("message.opened", row.message_id)]
        stored = work.connection.execute(INBOX_MESSAGE.select()).one().raw
        assert GARBAGE not in stored
    clock.advance(timedelta(days=31))
    with store.begin("h1") as work:
        forget_raw_messages(work, 30)
    gone = desk.open("h1", row.message_id, "reader-1")
    assert gone is not None
    assert gone.gone


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("error", "is_kept"),
    [
        (Malformed("no JSON"), True),
        (not_done(Malformed("no JSON")), True),
        (not_done(LOST), True),
        (NotDone("busy"), False),
        (Refused("the slot is taken"), False),
    ],
)
def test_only_what_tells_nothing_is_kept(store: Store, clock: FakeClock, error: OutsideError, *, is_kept: bool) -> None:
    ask(store, clock, Mumbling([GARBAGE, b""], [error]))
    assert len(kept(store)) == is_kept


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_system_that_answers_nothing_else_fills_no_disk(store: Store, clock: FakeClock) -> None:
    ask(store, clock, Mumbling([GARBAGE, GARBAGE]))
    assert len(kept(store)) == 1, "the same answer is kept once"
    ask(store, clock, Mumbling([b"%d" % number for number in range(2 * MOST)]))
    assert len(kept(store)) == MOST
    clock.advance(WHILE)
    ask(store, clock, Mumbling([b"x" * (LARGEST + 1)]))
    assert len(kept(store)) == MOST + 1
    assert kept(store)[0][2].startswith(f"the first {LARGEST} of {LARGEST + 1} bytes; ")


@pytest.fixture
def impatient(database: Database) -> Iterator[None]:
    """Connections that do not wait long for whoever writes; the engine is another test's afterwards."""

    def wait_little(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    event.listen(database.engine, "connect", wait_little)
    database.engine.dispose()
    yield
    event.remove(database.engine, "connect", wait_little)
    database.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_kept_fails_as_it_had(store: Store, clock: FakeClock, database: Database) -> None:
    with held(database):
        ask(store, clock, Mumbling([GARBAGE]))
    assert kept(store) == []
