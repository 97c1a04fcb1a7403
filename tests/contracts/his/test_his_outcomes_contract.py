"""The five outcomes through every door: a query tells what became of a change, and nothing is done twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from adapters import unread
from adapters.errors import Malformed, NotDone, OutcomeUnknown, OutsideError, Reason, Refused
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.faults import FaultKind
from tests.contracts.his.changes import CHANGES
from tests.contracts.his.doors import FAILING_QUESTIONS, LATE_ANSWERS, at_every_door
from tests.contracts.his.site import BOOK, DOCTOR, Site, WholeHis, identity, wait_until

LOST = (
    FaultKind.NO_REPLY,
    FaultKind.LATE,
    FaultKind.RESET,
    FaultKind.GARBLED,
    FaultKind.ERROR,
    FaultKind.FOREIGN_ACK,
)
UNSEEN = (FaultKind.NO_REPLY, FaultKind.RESET, FaultKind.ERROR)
"""Where the hospital may have acted, and where it may not have."""

ASKED: dict[str, tuple[str, Callable[[Site], Callable[[WholeHis], object]]]] = {
    "departments": ("MFQ^M05", lambda site: lambda his: his.departments()),
    "practitioners": ("MFQ^M02", lambda site: lambda his: his.practitioners("0101")),
    "find patients": ("QBP^Q22", lambda site: lambda his: his.find_patients(identity(people.LI_QI))),
    "slots": ("SQM^S25", lambda site: lambda his: his.slots("0101", DOCTOR, site.tomorrow)),
    "find booking": ("SQM^S25", lambda site: lambda his: his.find_booking("P0")),
    "find posting": ("QBP^ZQ1", lambda site: lambda his: his.find_posting("S0", site.today)),
    "postings": ("QBP^ZQ2", lambda site: lambda his: his.postings(site.today)),
}


@at_every_door(faults=LOST)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_was_made_and_lost_from_sight_is_found_and_not_made_again(
    site: Site, kind: FaultKind, change: str
) -> None:
    asked = CHANGES[change](site)
    site.fault(asked.trigger, kind)
    kept: list[bytes] = []
    with pytest.raises((OutcomeUnknown, Malformed)), unread.kept_by(lambda raw, _: kept.append(raw)):
        asked.make(site.adapter_for(kind))
    assert kind is not FaultKind.GARBLED or len(kept) == 1, "what came and tells nothing is kept for a person"
    wait_until(lambda: asked.times() == 1)
    site.calm()
    wait_until(asked.found)
    with contextlib.suppress(Refused):
        asked.make(site.his)
    assert asked.found()
    assert asked.times() == 1


@at_every_door(faults=UNSEEN)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_was_lost_before_it_was_made_is_a_firm_no_and_may_be_asked_for_again(
    site: Site, kind: FaultKind, change: str
) -> None:
    asked = CHANGES[change](site)
    site.fault(asked.trigger, kind, effect=False)
    with pytest.raises(OutcomeUnknown):
        asked.make(site.adapter_for(kind))
    assert not asked.found()
    asked.make(site.his)
    assert asked.found()
    assert asked.times() == 1


@at_every_door(faults=[FaultKind.BUSY])
@pytest.mark.parametrize("change", CHANGES)
def test_a_busy_hospital_has_changed_nothing_and_says_when_to_come_again(
    site: Site, kind: FaultKind, change: str
) -> None:
    asked = CHANGES[change](site)
    site.fault(asked.trigger, kind)
    with pytest.raises(NotDone) as busy:
        asked.make(site.his)
    assert busy.value.retry_after is not None
    assert not asked.found()
    asked.make(site.his)
    assert asked.times() == 1


@at_every_door(faults=[FaultKind.REFUSE])
@pytest.mark.parametrize("change", CHANGES)
def test_a_refusal_is_firm_changes_nothing_and_keeps_the_hospitals_code(
    site: Site, kind: FaultKind, change: str
) -> None:
    asked = CHANGES[change](site)
    site.fault(asked.trigger, kind)
    with pytest.raises(Refused) as refusal:
        asked.make(site.his)
    assert (refusal.value.reason, refusal.value.native_code) == (Reason.OTHER, "E9999")
    assert not asked.found()
    assert asked.times() == 0


@at_every_door(
    FAILING_QUESTIONS,
    faults=[FaultKind.NO_REPLY, FaultKind.RESET, FaultKind.BUSY, FaultKind.ERROR, FaultKind.FOREIGN_ACK],
)
@pytest.mark.parametrize("question", ASKED)
def test_a_question_that_fails_has_changed_nothing_and_is_answered_when_it_is_asked_again(
    site: Site, kind: FaultKind, question: str
) -> None:
    trigger, asking = ASKED[question]
    ask = asking(site)
    before = ask(site.his)
    site.fault(trigger, kind)
    with pytest.raises(NotDone):
        ask(site.adapter_for(kind))
    wait_until(lambda: not site.hospital.faults.waits_for(trigger))
    assert ask(site.his) == before


@at_every_door(FAILING_QUESTIONS, faults=[FaultKind.GARBLED])
@pytest.mark.parametrize("question", ASKED)
def test_half_an_answer_is_never_the_whole(site: Site, kind: FaultKind, question: str) -> None:
    trigger, asking = ASKED[question]
    ask = asking(site)
    before = ask(site.his)
    site.fault(trigger, kind)
    kept: list[bytes] = []
    with pytest.raises((Malformed, NotDone)), unread.kept_by(lambda raw, _: kept.append(raw)):
        ask(site.his)
    assert len(kept) == (site.manifest.name != "sql-view"), "a torn row is lost inside the database's driver"
    assert ask(site.his) == before


@at_every_door(LATE_ANSWERS)
def test_a_late_answer_is_never_taken_for_the_answer_to_another_question(site: Site) -> None:
    site.fault("MFQ^M02", FaultKind.LATE)
    with pytest.raises(NotDone):
        site.hasty.practitioners("0301")
    site.calm()
    assert {each.department_code for each in answered(lambda: site.hasty.practitioners("0101"))} == {"0101"}


@at_every_door("a hospital that is down")
def test_a_hospital_that_is_down_has_changed_nothing_and_is_reached_again_when_it_is_up(site: Site) -> None:
    request = site.request()
    site.door.stop()
    try:
        with pytest.raises(NotDone):
            site.his.book(request)
    finally:
        site.door.start()
    assert site.his.find_booking(request.placer_id) is None
    assert site.his.book(request).filler_id


@at_every_door(FAILING_QUESTIONS, faults=[FaultKind.REFUSE, FaultKind.ERROR, FaultKind.BUSY, FaultKind.GARBLED])
def test_no_error_says_who_it_is_about(site: Site, kind: FaultKind) -> None:
    person = people.WANG_TAO
    told = person.name + person.id_number
    request = site.request()
    asks: dict[str, Callable[[], object]] = {
        "QBP^Q22": lambda: site.his.find_patients(identity(person)),
        BOOK: lambda: site.his.book(request),
    }
    for trigger, ask in asks.items():
        site.fault(trigger, kind, code=told, text=told)
        with pytest.raises(OutsideError) as error:
            ask()
        said = f"{error.value!s} {error.value!r} {error.value.native_code}"
        assert not any(private in said for private in (person.name, person.id_number))


def answered(ask: Callable[[], Any]) -> Any:
    """What so hasty an adapter hears in the end."""
    while True:
        with contextlib.suppress(NotDone):
            return ask()
