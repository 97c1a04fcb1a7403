"""Results: preliminary, final, corrected, critical, with a document, and one of which nobody knows whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapters.hl7.message import Message
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, CHEST_CT, GLUCOSE, POTASSIUM
from hospital_bridge.sandbox.hospital.model import ReportState
from hospital_bridge.sandbox.story.world import DOCTOR_NAME, RECORDS_NAME, Facts, Step, World, expect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.sandbox.browser import PageShown
    from hospital_bridge.sandbox.hospital.examinations import Panel
    from hospital_bridge.sandbox.hospital.staff import Notice
    from hospital_bridge.sandbox.phone import Phone
    from hospital_bridge.sandbox.worker import Worker

DOCTOR = "D01011"


class Results:
    """One patient for whom the laboratory reports; another, one of whose record numbers is not bound."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._staff = world.town.hospital.staff
        self._phone = world.phone(people.ZHAO_MINHUA)
        self._other = world.phone(people.LI_QI)

    def steps(self) -> Iterator[Step]:
        """The steps in their order."""
        yield Step("result", "A result (ORU^R01) is preliminary, then final", self._final)
        yield Step("result_corrected", "A correction (OUL^R24) that comes before its original stays", self._corrected)
        yield Step("result_critical", "A critical value is held until a doctor has read it back", self._critical)
        yield Step("clinic", "The clinician's system has a signed event and fetches the report by key", self._clinic)
        yield Step("result_document", "A finding comes with a PDF, which the patient saves", self._document)
        yield Step(
            "result_of_nobody", "A result of an unbound record number is matched by the record office", self._parked
        )
        yield Step(
            "records_merged",
            "The record office merges two record numbers (ADT^A40): what comes under the old one is shown too",
            self._merged,
        )

    def _final(self) -> Facts:
        self._phone.sign_in()
        self._phone.bind_card()
        values = {"WBC": "6.1", "HGB": "142", "PLT": "188"}
        notice = self._report(self._phone, BLOOD_COUNT, values)
        self._world.tell(notice)
        page = self._shown(self._phone, BLOOD_COUNT, "preliminary", "6.1")
        final = self._staff.finalise(notice.number, {"WBC": "6.4"})
        self._world.tell(final)
        self._becomes(self._phone, page, "final", "6.4")
        return self._facts(notice, final) | {"seen": ["preliminary", "final"]}

    def _corrected(self) -> Facts:
        original = self._report(self._phone, GLUCOSE, {"GLU": "15.1"}, state=ReportState.FINAL, told_by="OUL^R24")
        corrected = self._staff.correct(original.number, {"GLU": "5.1"})
        for notice in (corrected, original, original):
            self._world.tell(notice)
        page = self._shown(self._phone, GLUCOSE, "corrected", "5.1")
        expect("15.1" not in page.words, "the value that was corrected is still shown")
        return self._facts(original, corrected) | {"stands": "corrected"}

    def _critical(self) -> Facts:
        notice = self._report(self._phone, POTASSIUM, {"K": "6.9"}, state=ReportState.FINAL)
        self._world.tell(notice)
        held = self._shown(self._phone, POTASSIUM, "held", POTASSIUM.name)
        expect("6.9" not in held.words, "the patient reads a critical value before the doctor")
        desk = self._world.stage.worker(DOCTOR_NAME)
        waiting = self._listed(desk, "critical")
        wrong = desk.press(waiting, "/acknowledge", action="call_in", read_back="9.6")
        expect(wrong.status == HTTPStatus.UNPROCESSABLE_ENTITY, f"a wrong value was taken: {wrong.status}")
        desk.press(wrong, "/acknowledge", action="call_in", read_back="6.9")
        self._becomes(self._phone, held, "final", "6.9")
        return self._facts(notice) | {"acknowledged_by": DOCTOR_NAME, "action": "call_in"}

    def _clinic(self) -> Facts:
        """What the critical value of the step before was to the clinician's own system."""
        clinic = self._world.town.clinic
        event = self._world.wait(lambda: clinic.heard("report.critical"))
        # Not in the whole event: its timestamp may well hold the same digits.
        expect("6.9" not in str(event["data"]), "an event carries a clinical word")
        key = self._world.stage.issue_key("clinic", "reports:read")
        report = clinic.fetch(event["data"]["link"], key)
        (critical,) = report["critical_values"]
        expect(critical["item"]["value"] == "6.9", "the report that was fetched has another value")
        expect(clinic.refused == 0, "an event was not signed as the specification says")
        types = [each["type"] for each in clinic.events]
        return {"events": types, "report_no": report["report_no"], "state": critical["state"]}

    def _document(self) -> Facts:
        notice = self._report(self._phone, CHEST_CT, {}, state=ReportState.FINAL)
        self._world.tell(notice)
        page = self._shown(self._phone, CHEST_CT, "final", CHEST_CT.name)
        content = self._phone.save(page.link("/documents/1"))
        expect(content.startswith(b"%PDF-"), "what was saved is no PDF")
        return self._facts(notice) | {"bytes": len(content)}

    def _parked(self) -> Facts:
        """The number that this patient unbound, or never bound, is still theirs at the laboratory."""
        self._other.sign_in()
        notice = self._report(self._other, GLUCOSE, {"GLU": "4.8"}, state=ReportState.FINAL)
        self._world.tell(notice)
        desk = self._world.stage.worker(RECORDS_NAME)
        parked = self._listed(desk, "parked")
        expect(people.LI_QI.name in parked.words, "another report waits than was sent")
        found = desk.press(parked, "/find", id_number=people.LI_QI.id_number)
        (subject,) = found.form("/match").choices["subject"]
        desk.press(found, "/match", subject=subject)
        self._shown(self._other, GLUCOSE, "final", "4.8")
        return self._facts(notice) | {"matched_by": RECORDS_NAME}

    def _merged(self) -> Facts:
        """The laboratory goes on under the number that is gone, and nobody has to match anything."""
        (retired, survivor, *_) = self._world.town.hospital.patients.find("CN_ID", self._other.person.id_number)
        merge = self._staff.merge(survivor.mrn, retired.mrn)
        self._world.tell(merge)
        notice = self._staff.preliminary(
            retired.mrn, "", DOCTOR, BLOOD_COUNT, {"WBC": "5.5", "HGB": "131", "PLT": "201"}, state=ReportState.FINAL
        )
        self._world.tell(notice)
        self._shown(self._other, BLOOD_COUNT, "final", "131")
        expect("一并显示" in self._other.page("cards").words, "the numbers are not shown together")
        return self._facts(notice) | {"merge_no": merge.number}

    def _report(self, phone: Phone, panel: Panel, values: Mapping[str, str], **how: Any) -> Notice:
        """The laboratory's first version for the patient's first record."""
        (patient, *_) = self._world.town.hospital.patients.find("CN_ID", phone.person.id_number)
        return self._staff.preliminary(patient.mrn, "", DOCTOR, panel, values, **how)

    def _shown(self, phone: Phone, panel: Panel, word: str, words: str) -> PageShown:
        """The page of the patient's report of that panel, once it stands like that and says so."""
        listed = phone.wait(phone.page("results"), lambda page: panel.name in page.words)
        return self._becomes(phone, phone.open(listed.link(panel.name)), word, words)

    def _becomes(self, phone: Phone, page: PageShown, word: str, words: str) -> PageShown:
        return phone.wait(page, lambda shown: shown.marks.get("word") == word and words in shown.words)

    def _listed(self, desk: Worker, path: str) -> PageShown:
        """The first that waits on a work list of the staff, once one does."""
        address = f"hospital/{path}/"

        def look() -> PageShown | None:
            listed = desk.page(f"hospital/{path}")
            return listed if any(address in link.address for link in listed.links) else None

        return desk.open(self._world.wait(look).link(address))

    def _facts(self, *notices: Notice) -> dict[str, Any]:
        return {
            "report_no": notices[0].number,
            "control_ids": [Message.parse(notice.raw).control_id for notice in notices],
        }
