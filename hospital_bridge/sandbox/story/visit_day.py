"""The day itself: registered at the window, waiting, called, missed and back, sent to an examination, seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.story.world import Facts, Step, World, expect

if TYPE_CHECKING:
    from hospital_bridge.sandbox.alipay.mail import Sent
    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.hospital.staff import Notice

DOCTOR, DEPARTMENT = "D05012", "0501"
_DIRECT = build_opener(ProxyHandler({}))
"""The doctor's own system is on this machine, whatever proxy the environment names."""


class VisitDay:
    """Two patients of one practitioner: one follows on the phone, the other has none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._phone = world.phone(people.WU_TONG)
        self._without = people.ZHENG_GUOQIANG

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("window", "Two register at the window (ADT^A04), told twice, and stand in line once", self._window)
        yield Step("called", "The nurse opens the desk and calls; the board shows no full name", self._called)
        yield Step("missed", "A call is missed, taken back, and missed again", self._missed)
        yield Step(
            "examination", "Sent to an examination, back by ID card at the kiosk, first again", self._examination
        )
        yield Step("rejoined", "Who missed the call scans the kiosk's code and is back in line", self._rejoined)
        yield Step("doctor_system", "The doctor calls from their own system over the API; seen", self._doctor_system)

    # --- the steps ---

    def _window(self) -> Facts:
        self._phone.sign_in()
        self._phone.bind_card()
        notices = [self._registered(self._phone.person.id_number), self._registered(self._without.id_number)]
        for notice in (*notices, *notices):
            self._world.tell(notice)
        self._nurse = self._world.stage.worker("nurse")
        self._admin = self._world.stage.worker("admin")
        mine = self._place()
        expect(mine.marks["state"] == "waiting", f"the visit is {mine.marks['state']}")
        rows = self._waiting()
        expect(len(rows) == len(notices), f"{len(rows)} wait instead of {len(notices)}")
        return {"visits": [notice.number for notice in notices], "numbers": rows, "ahead": int(mine.marks["ahead"])}

    def _called(self) -> Facts:
        board = self._admin.hang_up("board", "5层大屏", DEPARTMENT)
        self._kiosk = self._admin.hang_up("kiosk", "5层自助机", DEPARTMENT)
        desk = self._at_desk("open", "next")
        called = desk.marks["held"]
        shown = board.page("board")
        expect(called in shown.words, "the board does not show the call")
        names = [self._phone.person.name, self._without.name]
        expect(not any(name in shown.words for name in names), "the board shows a full name")
        told = self._world.wait(lambda: self._told(called))
        return {"number": called, "phone_says": self._state(), "wallet_says": told.keywords}

    def _missed(self) -> Facts:
        first = self._at_desk("pass").marks["state"]
        undone = self._at_desk("undo").marks["held"]
        self._at_desk("pass")
        expect(self._state() == "passed", "the phone does not say that the call was missed")
        return {"desk_after": first, "taken_back": undone}

    def _examination(self) -> Facts:
        number = self._at_desk("next").marks["held"]
        self._at_desk("came", "send_away")
        back = self._kiosk.type_number(self._without.id_number)
        expect(back.marks["outcome"] == "back_in_line", f"the kiosk says {back.marks.get('outcome')}")
        again = self._at_desk("next").marks["held"]
        self._at_desk("came", "finish")
        return {"number": number, "called_again": again}

    def _rejoined(self) -> Facts:
        scanned = self._phone.open(self._kiosk.page("hospital/kiosk").marks["code"])
        page = self._phone.press(scanned, "/check-in")
        expect(page.marks["state"] == "waiting", f"the visit is {page.marks['state']}")
        return {"number": self._waiting()[0], "ahead": int(page.marks["ahead"])}

    def _doctor_system(self) -> Facts:
        key = self._world.stage.run("keys", "add", "doctors", "--scope", "queue:call").split()[-1]
        called = self._by_api(key, "next")
        expect(called["holds"][0]["state"] == "called", "the call over the API called nobody")
        self._by_api(key, "came")
        ended = self._by_api(key, "finish")
        expect(self._state() == "done", "the phone does not say that the visit is done")
        return {"number": called["holds"][0]["number"], "holds_after": len(ended["holds"])}

    # --- how they are played ---

    def _told(self, number: str) -> Sent | None:
        """The wallet's own message that the number is called."""
        mine = [one for one in self._world.town.wallet.mail.sent if one.user_id == self._phone.person.user_id]
        return next((one for one in mine if one.template_id == "CALLED" and number in one.keywords.values()), None)

    def _registered(self, id_number: str) -> Notice:
        (patient, *_) = self._world.town.hospital.patients.find("CN_ID", id_number)
        return self._world.town.hospital.staff.register(patient.mrn, DOCTOR)

    def _place(self) -> PageShown:
        """The phone's page of the visit, once the bridge has read what the hospital sent."""
        today = self._phone.wait(self._phone.page("today"), lambda page: "visit" in page.marks)
        return self._phone.open(today.link("/today/"))

    def _state(self) -> str:
        return self._phone.page("today").marks["state"]

    def _desk(self) -> str:
        (link,) = [one for one in self._nurse.page("desks").links if f".{DEPARTMENT}.{DOCTOR}" in one.address]
        return link.words

    def _at_desk(self, *buttons: str) -> PageShown:
        return self._nurse.at_desk(self._desk(), *buttons)

    def _waiting(self) -> list[str]:
        """The numbers that wait at the desk, in the order of calling."""
        told = self._nurse.desk(self._desk()).marks.get("waiting", "")
        return told.split()

    def _by_api(self, key: str, button: str) -> dict[str, Any]:
        stage = self._world.stage
        desk = f"{stage.public_url}/api/v1/{stage.operator}/desks/hospital/hospital.{DEPARTMENT}.{DOCTOR}"
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"story-{button}"}
        request = Request(f"{desk}/{button}", data=b"{}", headers=headers, method="POST")  # noqa: S310 - the stage's own
        request.add_header("Content-Type", "application/json")
        with _DIRECT.open(request, timeout=15) as reply:
            answer: dict[str, Any] = json.load(reply)
        return answer
