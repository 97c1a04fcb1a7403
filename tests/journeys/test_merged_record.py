"""A hospital merges two records over the wire: the message goes through the inbox to the hospital's vertical."""

from __future__ import annotations

from adapters.hl7.message import Message
from hospital_bridge.store.inbox_search import job_of_message
from hospital_bridge.verticals.hospital.store import record_merges
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

MERGE = (
    "MSH|^~\\&|DEMOHIS|H|HB|H|20261123083000||{kind}|{control_id}|P|2.5.1||||||UNICODE UTF-8\r"
    "EVN||20261123083000\rPID|1||900002^^^DEMOHIS^MR||Li Qi\rMRG|900001^^^DEMOHIS^MR\r"
)


def test_a_merge_and_its_undoing_reach_the_hospital(steered: SteeredBridge) -> None:
    scope = steered.bridge.operators[OPERATOR].scopes["hospital"]
    for control_id, kind, current in (("MERGE1", "ADT^A40", "900002"), ("MERGE2", "ADT^A37", "900001")):
        raw = MERGE.format(kind=kind, control_id=control_id).encode()
        assert Message.parse(steered.exchange(raw))["MSA-1"] == "AA"
        steered.work()
        with scope.read() as work:
            assert record_merges.of_number(work, "900001").current == current
        with steered.bridge.store.read(OPERATOR) as core:
            row = next(row for row in core.inbox.latest(10) if row.control_id == control_id)
            job = job_of_message(core, row.message_id)
            assert (row.state, job is not None and job.state) == ("applied", "done")
