"""A registration through the pages, and what must then stand in the books outside."""

from __future__ import annotations

from collections import Counter
from itertools import count

from adapters.values import EntryKind
from hospital_bridge.clock import SystemClock
from hospital_bridge.sandbox.browser import NoSuchThing, PageShown
from hospital_bridge.sandbox.hospital.faults import Fault, FaultKind
from hospital_bridge.sandbox.hospital.model import AppointmentStatus
from hospital_bridge.sandbox.people import Person
from hospital_bridge.sandbox.phone import PATIENCE, PAUSE_SECONDS, Phone
from tests.crash.mortal_stage import MortalStage
from tests.crash.patient_phone import PatientBrowser, persist
from tests.journeys.newcomers import Newcomers

FREE_CLINIC = "0901"
DEPARTMENTS = ("0101", "0102", "0201", "0301", "0401", "0501")
PAYING = {"opening", "awaiting"}
_addresses, _turns = count(1), count(1)


class Visit:
    """One new person's visit; each step looks first how far it had come."""

    def __init__(self, stage: MortalStage) -> None:
        self._stage = stage
        self._clock = SystemClock()
        person = self._person(Newcomers(stage.town, self._clock, stage.window))
        self._phone = Phone(self._browser(), self._clock, stage.window, person)
        self._department = DEPARTMENTS[next(_turns) % len(DEPARTMENTS)]
        self._user_id = person.user_id

    def _person(self, newcomers: Newcomers) -> Person:
        return newcomers.person()

    def _browser(self) -> PatientBrowser:
        """A browser at an address of its own."""
        number = next(_addresses)
        return PatientBrowser(self._stage, self._clock, f"127.1.{number // 250}.{number % 250 + 1}")

    # --- journeys ---

    def registered_and_cancelled(self) -> None:
        self._come_in()
        page = self._paid(self._booked(self._department))
        done = self._until(page, "done")
        persist(lambda: self._cancel(done), self._clock)
        self._until(page, "refunded")
        self._check(page, registered=False, postings=[EntryKind.PAYMENT, EntryKind.REFUND])

    def free(self) -> None:
        self._come_in()
        page = self._until(self._booked(FREE_CLINIC), "free")
        self._check(page, registered=True, postings=[EntryKind.PAYMENT])

    def refused(self) -> None:
        faults = self._stage.town.hospital.faults
        faults.add(Fault(trigger="DFT^P03", kind=FaultKind.REFUSE, times=99))
        self._come_in()
        page = self._until(self._paid(self._booked(self._department)), "refunded")
        faults.clear()
        self._check(page, registered=False, postings=[])

    # --- steps ---

    def _come_in(self) -> None:
        persist(self._sign_in, self._clock)
        persist(self._have_card, self._clock)

    def _sign_in(self) -> None:
        self._phone.sign_in()
        self._phone.page("cards").form("/cards/")

    def _have_card(self) -> None:
        if not any("cards/unbind" in form.action for form in self._phone.page("cards").forms):
            self._phone.bind_card().form("cards/unbind")

    def _booked(self, department: str) -> PageShown:
        return persist(lambda: self._book(department), self._clock)

    def _book(self, department: str) -> PageShown:
        mine = [link for link in self._phone.page("registrations").links if "/registrations/" in link.address]
        page = self._phone.open(self._address(mine[0].address)) if mine else self._phone.book(department)
        if "state" not in page.marks:
            raise NoSuchThing(f"no registration on {page.address} ({page.status}): {page.words[:200]}")
        return self._phone.wait(page, lambda shown: shown.marks.get("state") not in {"holding", None})

    def _paid(self, page: PageShown) -> PageShown:
        return persist(lambda: self._pay(page), self._clock)

    def _pay(self, page: PageShown) -> PageShown:
        """Where the bridge dies as the wallet leads back, the sheet is left standing: whoever paid opens their page."""
        shown = self._phone.look(page)
        if shown.marks.get("situation") in PAYING:
            self._phone.pay(shown)
        return self._phone.look(page)

    def _cancel(self, page: PageShown) -> None:
        shown = self._phone.look(page)
        if shown.marks.get("state") == "registered":
            self._phone.cancel(shown)
            raise NoSuchThing("look once more")

    def _until(self, page: PageShown, situation: str) -> PageShown:
        return persist(lambda: self._phone.wait_for(page, situation), self._clock)

    def _address(self, path: str) -> str:
        return path if path.startswith("http") else f"{self._stage.public_url}{path}"

    # --- the books outside ---

    def _check(self, page: PageShown, *, registered: bool, postings: list[EntryKind]) -> None:
        """What must stand outside in the end; the patient reads of a refund before the hospital has booked it."""
        registration_id = page.address.split("?")[0].rsplit("/", 1)[1]
        wrong = "not looked at"
        for _ in range(PATIENCE):
            wrong = self._wrong(registration_id, registered=registered, postings=postings)
            if not wrong:
                return
            self._clock.sleep(PAUSE_SECONDS)
        raise AssertionError(wrong)

    def _wrong(self, registration_id: str, *, registered: bool, postings: list[EntryKind]) -> str:
        """What differs from one appointment at most, each posting once, and the wallet's money where the visit is."""
        town = self._stage.town
        appointment = town.hospital.diary.by_placer(registration_id)
        if appointment is None:
            return "the hospital has no appointment"
        mine = [a for a in town.hospital.diary._by_placer.values() if a.mrn == appointment.mrn]
        live = [one for one in mine if one.status is AppointmentStatus.BOOKED]
        posted = [entry.kind for entry in town.hospital.cashier.of_appointment(appointment.filler_id)]
        serials = Counter(entry.serial for entry in town.hospital.cashier._book)
        trades = [t for t in town.wallet.trades if t.buyer is not None and t.buyer.user_id == self._user_id]
        kept_fen = sum(t.total_fen - t.refunded_fen for t in trades if t.paid_at is not None)
        seen = {
            "booked": (appointment.status is AppointmentStatus.BOOKED, registered),
            "live appointments": (len(live), int(registered)),
            "postings": (posted, postings),
            "serials posted twice": ([serial for serial, times in serials.items() if times > 1], []),
            "fen kept": (kept_fen, 0),
        }
        return "; ".join(f"{what}: {is_} instead of {due}" for what, (is_, due) in seen.items() if is_ != due)
