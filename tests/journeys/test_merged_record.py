"""A hospital merges two records over the wire: the message goes through the inbox to the hospital's vertical."""

from __future__ import annotations

from dataclasses import replace

from adapters.hl7.message import Message
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT
from hospital_bridge.store.inbox_search import job_of_message
from hospital_bridge.verticals.hospital.store import record_merges
from tests.journeys.bill_desk import DOCTOR, BillDesk
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

MERGE = (
    "MSH|^~\\&|DEMOHIS|H|HB|H|20261123083000||{kind}|{control_id}|P|2.5.1||||||UNICODE UTF-8\r"
    "EVN||20261123083000\rPID|1||{survivor}^^^DEMOHIS^MR||Li Qi\rMRG|{retired}^^^DEMOHIS^MR\r"
)


def test_a_merge_and_its_undoing_reach_the_hospital(steered: SteeredBridge) -> None:
    scope = steered.bridge.operators[OPERATOR].scopes["hospital"]
    for control_id, kind, current in (("MERGE1", "ADT^A40", "900002"), ("MERGE2", "ADT^A37", "900001")):
        raw = MERGE.format(kind=kind, control_id=control_id, survivor="900002", retired="900001").encode()
        assert Message.parse(steered.exchange(raw))["MSA-1"] == "AA"
        steered.work()
        with scope.read() as work:
            assert record_merges.of_number(work, "900001").current == current
        with steered.bridge.store.read(OPERATOR) as core:
            row = next(row for row in core.inbox.latest(10) if row.control_id == control_id)
            assert (row.state, job_of_message(core, row.message_id)) == ("applied", None)


def test_a_patients_pages_show_what_came_under_their_other_number_once_it_is_merged(steered: SteeredBridge) -> None:
    hospital, desk = steered.town.hospital, BillDesk(steered)
    phone = steered.newcomers.ready_phone()
    (mine,) = hospital.patients.find("CN_ID", phone.person.id_number)
    hospital.patients.take_in(replace(mine, mrn=f"8{mine.mrn[1:]}", id_number="999999190001010000"))
    notice = hospital.staff.order(f"8{mine.mrn[1:]}", "", DOCTOR, (BLOOD_COUNT,))
    desk.tell(notice)
    assert "¥25.00" not in phone.page("bills").words
    assert "一并显示" not in phone.page("cards").words
    told = MERGE.format(kind="ADT^A40", control_id=f"M{mine.mrn}", survivor=mine.mrn, retired=f"8{mine.mrn[1:]}")
    assert Message.parse(steered.exchange(told.encode()))["MSA-1"] == "AA"
    steered.work()
    assert "¥25.00" in phone.page("bills").words
    assert "一并显示" in phone.page("cards").words
    assert "¥25.00" in desk.page(phone, hospital.bills.get(notice.number)).words
