"""A day at the hospital: told by it over MLLP, done at the nurse's desk and on the phone; each thing once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any

from argon2 import PasswordHasher

from adapters.errors import OutsideError
from adapters.values import EntryKind
from hospital_bridge.bootstrap import build
from hospital_bridge.clock import Clock
from hospital_bridge.installed import installed
from hospital_bridge.sandbox.browser import NoSuchThing, PageShown
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT
from hospital_bridge.sandbox.hospital.staff import Notice
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import PATIENCE, PAUSE_SECONDS
from hospital_bridge.sandbox.stage import OPERATOR
from hospital_bridge.sandbox.worker import Worker
from hospital_bridge.settings import load
from hospital_bridge.store.staff import RoleGrant, StaffAccounts
from hospital_bridge.verticals.hospital.store import visits
from queueing.commands import Act
from tests.crash.patient_phone import RELOADS, persist
from tests.crash.visit import Visit
from tests.journeys.newcomers import Newcomers

DEPARTMENT, DOCTOR = "0902", "D09021"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_NURSES = count(1)
SEEN = [
    Act.ISSUE,
    Act.CHECK_IN,
    Act.CALL_NEXT,
    Act.START,
    Act.SEND_AWAY,
    Act.RETURN_VISIT,
    Act.CALL_NEXT,
    Act.START,
    Act.FINISH,
]
"""What happens to the ticket of who is called, examined and called again."""


class HospitalDay(Visit):
    """One person whom the hospital knows, with a phone that is signed in and has their card."""

    def _person(self, newcomers: Newcomers) -> Person:
        return newcomers.known()

    # --- journeys ---

    def called(self) -> None:
        """Booked elsewhere for today; a press that the bridge died of is made again, and counts once."""
        mrn = self._arrived()
        today = self._clock.now().astimezone(calendar.ZONE).date()
        hospital = self._stage.town.hospital
        open_sessions = hospital.diary.open_sessions(DEPARTMENT, DOCTOR, today)
        session = next(session for session, left in open_sessions if left)
        booked = hospital.book_elsewhere(mrn, session.session_id)
        self._tell(booked)
        nurse = self._nurse()
        self._check_in(nurse, mrn)
        self._press(nurse, "open", "next", "came", "send_away")
        self._check_in(nurse, mrn)
        self._press(nurse, "next", "came", "finish", "close")
        self._must(lambda: _differs(self._acts(booked.number), SEEN))

    def bill(self) -> None:
        """Told, shown, paid, booked at the hospital once."""
        told = self._stage.town.hospital.staff.order(self._arrived(), "", "D01011", [BLOOD_COUNT])
        self._tell(told)
        page = self._listed("bills", told.number)
        page = persist(lambda: self._pressed_to_pay(page), self._clock)
        self._until(self._paid(page), "done")
        due = ([EntryKind.PAYMENT], BLOOD_COUNT.price_fen)
        self._must(lambda: _differs((self._postings(told.number), self._kept_fen()), due))

    def result(self) -> None:
        """Two versions: the patient reads the last, the clinician's system hears of each once."""
        staff = self._stage.town.hospital.staff
        values = {"WBC": "6.1", "HGB": "142", "PLT": "188"}
        first = staff.preliminary(self._arrived(), "", "D01011", BLOOD_COUNT, values)
        self._tell(first)
        page = self._listed("results", BLOOD_COUNT.name)
        self._tell(staff.finalise(first.number, {"WBC": "6.4"}))
        shown = persist(lambda: self._phone.wait(page, lambda seen: seen.marks.get("word") == "final"), self._clock)
        assert "6.4" in shown.words
        report_id = shown.address.rsplit("/", 1)[1]
        self._must(lambda: _differs(self._heard(report_id), ["report.available"] * 2))

    # --- steps ---

    def _arrived(self) -> str:
        """Signed in with a card; the record number."""
        self._come_in()
        (patient,) = self._stage.town.hospital.patients.find("CN_ID", self._phone.person.id_number)
        return patient.mrn

    def _tell(self, notice: Notice) -> None:
        """The hospital sends until it is accepted, as it must."""
        with closing(self._stage.courier) as courier:
            for _ in range(RELOADS):
                try:
                    courier.send(notice)
                except OutsideError:
                    if not self._stage.revive():
                        self._clock.sleep(0.2)
                else:
                    return
        raise AssertionError("the bridge never accepted the notice")

    def _listed(self, path: str, words: str) -> PageShown:
        """The page of the newest on a list, once it says so."""
        return persist(lambda: self._open_newest(path, words), self._clock)

    def _open_newest(self, path: str, words: str) -> PageShown:
        listed = self._phone.wait(self._phone.page(path), lambda page: f"hospital/{path}/" in str(page.links))
        newest = self._phone.open(listed.link(f"hospital/{path}/"))
        if words not in newest.words:
            raise NoSuchThing(f"{words} is not on {newest.address}")
        return newest

    def _pressed_to_pay(self, page: PageShown) -> PageShown:
        shown = self._phone.look(page)
        if any(form.action.endswith("/pay") for form in shown.forms):
            shown = self._phone.press(shown, "/pay")
        return self._phone.wait(shown, lambda seen: seen.marks.get("situation") in {"awaiting", "done"})

    def _nurse(self) -> Worker:
        """One of their own, signed in: presses are counted by person."""
        name = f"nurse-{next(_NURSES)}"
        self._employ(name)
        nurse = Worker(self._stage.public_url, OPERATOR, name, self._stage.password, self._browser())
        persist(lambda: nurse.sign_in().form("/logout"), self._clock)
        return nurse

    def _employ(self, name: str) -> None:
        bridge = build(load(self._stage.configuration, installed()))
        try:
            with bridge.store.begin(OPERATOR) as work:
                password = QUICK.hash(self._stage.password)
                StaffAccounts(work).add(name, name, password, frozenset({RoleGrant("nurse")}))
        finally:
            bridge.close()

    def _check_in(self, nurse: Worker, mrn: str) -> None:
        """The nurse checks the person in, once the visit has come up."""
        _Press(nurse, partial(nurse.page, f"hospital/arrivals?q={mrn}"), "/check-in").persist(self._clock)

    def _press(self, nurse: Worker, *buttons: str) -> None:
        title = self._stage.town.hospital.data.department_of(DOCTOR).place
        for button in buttons:
            _Press(nurse, partial(nurse.desk, title), f"/{button}").persist(self._clock)

    # --- the books ---

    def _must(self, look: Callable[[], str]) -> None:
        """Nothing differs in the end."""
        wrong = "not looked at"
        for _ in range(PATIENCE):
            wrong = look()
            if not wrong:
                break
            self._clock.sleep(PAUSE_SECONDS)
        assert not wrong, wrong

    def _acts(self, filler_id: str) -> Sequence[Act]:
        """What has happened to the ticket of a visit."""
        bridge = build(load(self._stage.configuration, installed()))
        try:
            with bridge.operators[OPERATOR].scopes["hospital"].read() as work:
                visit = visits.by_filler(work, filler_id)
                return [event.act for event in work.lines.events(visit.ticket_id)]
        finally:
            bridge.close()

    def _postings(self, bill_no: str) -> Sequence[EntryKind]:
        cashier = self._stage.town.hospital.cashier
        serials = Counter(entry.serial for entry in cashier.of_bill(bill_no))
        assert not [serial for serial, times in serials.items() if times > 1]
        return [entry.kind for entry in cashier.of_bill(bill_no)]

    def _kept_fen(self) -> int:
        """What the wallet has taken of this person."""
        mine = (t for t in self._stage.town.wallet.trades if t.buyer is not None and t.buyer.user_id == self._user_id)
        return sum(trade.total_fen - trade.refunded_fen for trade in mine if trade.paid_at is not None)

    def _heard(self, report_id: str) -> Sequence[str]:
        """The events of the report that the clinician's system has believed, each id once."""
        return [event["type"] for event in self._stage.town.clinic.events if event["data"]["ref"] == report_id]


@dataclass
class _Press:
    """One press of a button that is there as long as nobody has pressed it; whoever gets no answer looks again."""

    nurse: Worker
    look: Callable[[], PageShown]
    action: str
    tried: bool = False

    def persist(self, clock: Clock) -> None:
        persist(self._once, clock)

    def _once(self) -> None:
        page = self.look()
        if page.status != HTTPStatus.OK:
            raise NoSuchThing(f"{page.address}: {page.status}")
        if not any(form.action.endswith(self.action) for form in page.forms):
            if not self.tried:
                raise NoSuchThing(f"no {self.action} on {page.address}: {page.words[:200]}")
            return
        self.tried = True
        shown = self.nurse.press(page, self.action)
        if shown.status >= HTTPStatus.BAD_REQUEST:
            raise NoSuchThing(f"{self.action}: {shown.status} {shown.words[:200]}")


def _differs(found: Any, due: Any) -> str:
    return "" if found == due else f"{found} instead of {due}"
