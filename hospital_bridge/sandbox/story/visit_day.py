"""The day of the visit: registered from home or at the window, checked in, called, missed, examined, seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from adapters.hl7.message import Message
from adapters.values import EntryKind
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.world import (
    ADMIN_NAME,
    ALL_HOURS,
    NURSE_NAME,
    Facts,
    Step,
    World,
    expect,
    last_part,
)

DOCTOR = "D09021"
DESK = f"hospital.{ALL_HOURS}.{DOCTOR}"
WITHOUT_PHONE = ("100005", "100001")
"""Record numbers of two who come to the hospital's window."""

MIDNIGHT, DAY_NEEDS = time(0), timedelta(minutes=2)
"""A visit that began before midnight would be another day's after it: what it needs has to be left of its day."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody in the line: their number there, and what they type into the kiosk."""

    number: str
    name: str
    typed: str


class VisitDay:
    """One patient with a phone, two without, a nurse at the desk, a kiosk and a board in the hall."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hospital = world.town.hospital
        self._phone = world.phone(people.CHEN_XIAOMING)
        self._room = self._hospital.data.department_of(DOCTOR).place
        self._comers: dict[str, Comer] = {}
        self._seen: list[str] = []

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("visit_registered", "Registered from home for today; the phone says what to do", self._registered)
        yield Step("check_in", "Checked in with the kiosk's code; twice is one place", self._check_in)
        yield Step("window", "Registered at the window (ADT^A04), told twice: in the same line once", self._window)
        yield Step("call", "The nurse opens the desk and calls whoever is first", self._call)
        yield Step("board", "The board in the hall shows the number, the room and a masked name", self._board)
        yield Step(
            "missed", "Who misses a call is passed over, undone and again; and is back in the line", self._missed
        )
        yield Step("examination", "Sent to an examination; back, and called before the others", self._examination)
        yield Step("call_by_api", "A doctor's own system calls with a scoped key; a repeat does nothing", self._by_api)

    def _registered(self) -> Facts:
        self._world.keep_clear_of(MIDNIGHT, DAY_NEEDS)
        self._phone.sign_in()
        page = self._phone.wait_for(self._phone.pay(self._phone.book(ALL_HOURS)), "done")
        today = self._phone.wait(self._phone.page("today"), lambda shown: self._room in shown.words)
        expect("签到" in today.words, "the day does not begin with checking in")
        return self._world.facts(page, EntryKind.PAYMENT)

    def _check_in(self) -> Facts:
        self._system = self._world.stage.system("his-doctor", "queue:call")
        self._kiosk = self._world.stage.worker(ADMIN_NAME).hang_up("kiosk", "1层自助机", ALL_HOURS)
        page = self._phone.open(self._kiosk.page("hospital/kiosk").marks["code"])
        self._place = self._phone.press(page, "/check-in")
        again = self._phone.press(page, "/check-in")
        expect(again.address == self._place.address, "checking in twice led to two places")
        (ticket,) = self._waiting()
        expect(ticket["visit"] == last_part(self._place), "somebody else stands in the line")
        self._comes(ticket, self._phone.person.name, self._phone.person.id_number)
        return {"number": ticket["number"], "ticket_id": ticket["ticket_id"], "ahead": self._place.marks["ahead"]}

    def _window(self) -> Facts:
        told = [self._registered_at_window(mrn) for mrn in WITHOUT_PHONE]
        numbers = [ticket["number"] for ticket in self._waiting()]
        expect(sorted(numbers) == sorted(self._comers), "the line holds others than have come")
        return {"visits": told, "line": numbers}

    def _call(self) -> Facts:
        self._nurse = self._world.stage.worker(NURSE_NAME)
        self._nurse.at_desk(self._room, "open")
        return {"called": self._called_in_order(), "line": self._line()}

    def _board(self) -> Facts:
        board = self._world.stage.worker(ADMIN_NAME).hang_up("board", "1层大屏", ALL_HOURS)
        shown, called = board.page("board"), self._comers[self._held()]
        expect(called.number in shown.words and self._room in shown.words, "the board does not show the call")
        expect(called.name not in shown.words, "the board shows a name in full")
        expect(f"{called.name[0]}*" in shown.words, "the board shows no name")
        return {"number": called.number, "room": self._room}

    def _missed(self) -> Facts:
        late = self._held()
        self._nurse.at_desk(self._room, "pass")
        expect(late not in self._line(), "who missed the call still waits")
        self._nurse.at_desk(self._room, "undo")
        expect(self._held() == late, "the press was not taken back")
        self._nurse.at_desk(self._room, "pass")
        self._agrees("passed", late)
        called = self._called_in_order()
        self._back(late)
        return {"missed": late, "undone": 1, "called": called, "line": self._line()}

    def _examination(self) -> Facts:
        examined, others = self._held(), self._line()
        self._nurse.at_desk(self._room, "came", "send_away")
        self._agrees("away", examined)
        self._back(examined)
        line = self._line()
        expect(line == [examined, *others], "who comes back from an examination has to wait behind others")
        return {"examined": examined, "line": line}

    def _by_api(self) -> Facts:
        stranger = self._world.stage.system("monitor", "links:read")
        stranger.press(DESK, "next", "not-mine")
        expect(stranger.status == HTTPStatus.FORBIDDEN, f"a key without the scope got {stranger.status}")
        first = self._line()[0]
        for _ in range(2):
            self._system.press(DESK, "next", "call-1")
        expect(self._held() == first, "the same press called twice")
        for number in self._all_seen():
            self._agrees("done", number)
        expect(sorted(self._seen) == sorted(self._comers), "others were seen than have come")
        self._nurse.at_desk(self._room, "close")
        return {"desk_id": DESK, "seen": self._seen, "wallet_says": self._told, "without_scope": stranger.status}

    # --- at the window and in the line

    def _registered_at_window(self, mrn: str) -> Mapping[str, Any]:
        """A visit from now on, told twice; its place in the line."""
        notice = self._hospital.staff.register(mrn, DOCTOR)
        again = self._hospital.staff.tell_again(notice.number)
        for each in (notice, again):
            self._world.tell(each)
        ticket = self._newcomer()
        self._comes(ticket, self._hospital.patients.get(mrn).name, mrn)
        control_ids = [Message.parse(each.raw).control_id for each in (notice, again)]
        return {"visit_no": notice.number, "control_ids": control_ids, "number": ticket["number"]}

    def _newcomer(self) -> Mapping[str, Any]:
        """The ticket of whoever has joined the line since it was looked at."""
        new = self._world.wait(lambda: [one for one in self._waiting() if one["number"] not in self._comers] or None)
        expect(len(new) == 1, "one visit has two places")
        return new[0]

    def _comes(self, ticket: Mapping[str, Any], name: str, typed: str) -> None:
        self._comers[ticket["number"]] = Comer(ticket["number"], name, typed)

    def _back(self, number: str) -> None:
        done = self._kiosk.type_number(self._comers[number].typed)
        expect(done.marks.get("outcome") == "back_in_line", f"the kiosk said {done.marks.get('outcome')}")
        self._agrees("waiting", number)

    def _called_in_order(self) -> str:
        """The nurse calls; the number that is called was the first of the line."""
        first = self._line()[0]
        self._nurse.at_desk(self._room, "next")
        expect(self._held() == first, "another was called than the first of the line")
        self._agrees("called", first)
        return first

    def _all_seen(self) -> Sequence[str]:
        """Everybody of the line is called, comes in and is seen, by the doctor's system."""
        while self._desk()["holds"]:
            number = self._held()
            if self._is_mine(number):
                self._told = self._world.wait(partial(self._call_in_wallet, number))
            for button in ("came", "finish", "next"):
                self._system.press(DESK, button, f"{button}-{number}")
            self._seen.append(number)
        return self._seen

    def _agrees(self, state: str, number: str) -> None:
        """Where it is the phone's own number, its page says the same."""
        if self._is_mine(number):
            said = self._phone.look(self._place).marks["state"]
            expect(said == state, f"the phone says {said}, and the line {state}")

    def _is_mine(self, number: str) -> bool:
        return self._comers[number].name == self._phone.person.name

    def _call_in_wallet(self, number: str) -> Mapping[str, str] | None:
        """What the wallet itself told the phone of the call."""
        mine = [one for one in self._world.town.wallet.mail.sent if one.user_id == self._phone.person.user_id]
        told = [one.keywords for one in mine if one.template_id == "CALLED" and number in one.keywords.values()]
        return told[-1] if told else None

    # --- what the doctor's system sees

    def _desk(self) -> Mapping[str, Any]:
        return self._system.desk(DESK)

    def _waiting(self) -> Sequence[Mapping[str, Any]]:
        waiting: Sequence[Mapping[str, Any]] = self._desk()["waiting"]
        return waiting

    def _line(self) -> Sequence[str]:
        return [ticket["number"] for ticket in self._waiting()]

    def _held(self) -> str:
        (ticket,) = self._desk()["holds"]
        return str(ticket["number"])
