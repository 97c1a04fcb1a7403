"""A vertical's guard says no before a ticket is issued or called; one that breaks is a no."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hospital_bridge.slot import Guard, Guarded, GuardFailed, Veto, Vetoed
from hospital_bridge.store.unit_of_work import Store
from queueing.commands import Act
from queueing.ticket import TicketState
from tests.lines.halls import Clinic

NO = Veto("clinic.not_today", "Not today.")


def guarded(clinic: Clinic, on: Guarded, verdict: Any) -> None:
    guard = Guard(on, lambda _work, event: event.ticket.subject, verdict)
    clinic.context = replace(clinic.context, guards=(guard,))


def broken(_facts: object) -> Veto | None:
    raise ZeroDivisionError


@pytest.fixture
def clinic(store: Store) -> Clinic:
    made = Clinic(store)
    made.open("x", "y", desks=("d",))
    return made


def test_a_ticket_that_is_vetoed_is_not_issued_and_takes_no_number(clinic: Clinic) -> None:
    guarded(clinic, Guarded.ISSUE, lambda subject: NO if subject == "1" else None)
    with pytest.raises(Vetoed):
        clinic.arrive("1")
    clinic.arrive("2")
    with clinic.lines() as lines:
        assert [row.ticket.display_number for row in lines.waiting("x")] == ["A001"]
        assert list(lines.of_subject("1")) == []


def test_a_transfer_into_a_line_that_is_vetoed_leaves_the_ticket_where_it_is(clinic: Clinic) -> None:
    ticket_id = clinic.arrive("1")
    guarded(clinic, Guarded.ISSUE, lambda _: NO)
    with pytest.raises(Vetoed):
        clinic.do(Act.TRANSFER, ticket_id=ticket_id, line_id="y")
    with clinic.lines() as lines:
        assert lines.position(ticket_id).ticket.state is TicketState.WAITING


@pytest.mark.parametrize("act", [Act.CALL_NEXT, Act.CALL])
def test_who_is_vetoed_is_not_called_and_keeps_their_place(clinic: Clinic, act: Act) -> None:
    ticket_id = clinic.arrive("1")
    guarded(clinic, Guarded.CALL, lambda _: NO)
    chosen = {"ticket_id": ticket_id, "reason": "urgent"} if act is Act.CALL else {}
    with pytest.raises(Vetoed):
        clinic.event(act, desk_id="d", **chosen)
    with clinic.lines() as lines:
        assert lines.position(ticket_id).ticket.state is TicketState.WAITING


def test_a_guard_that_breaks_calls_nobody(clinic: Clinic) -> None:
    clinic.arrive("1")
    guarded(clinic, Guarded.CALL, broken)
    with pytest.raises(GuardFailed, match=r"ticket\.call"):
        clinic.event(Act.CALL_NEXT, desk_id="d")


def test_nobody_is_asked_about_a_line_without_anybody(clinic: Clinic) -> None:
    guarded(clinic, Guarded.CALL, broken)
    assert clinic.event(Act.CALL_NEXT, desk_id="d").ticket is None
