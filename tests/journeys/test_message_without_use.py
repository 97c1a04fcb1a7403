"""A message that cannot be mapped: tried once, shown with its cause, and run again or dismissed by a person."""

from __future__ import annotations

import json

from adapters.hl7.message import Message
from hospital_bridge.administration import Administration
from hospital_bridge.web.admin_reads import Dismissal
from tests.journeys.steered_bridge import OPERATOR, SteeredBridge

NO_ORDER = (
    b"MSH|^~\\&|LIS|H|HB|H|20261123083000||ORU^R01|NOOBR1|P|2.5.1||||||UNICODE UTF-8\rPID|||9^^^DEMOHIS^MR||Li Qi\r"
)


def test_a_message_that_cannot_be_mapped_is_tried_once_and_dismissed_with_a_reason(steered: SteeredBridge) -> None:
    assert Message.parse(steered.exchange(NO_ORDER))["MSA-1"] == "AA"
    steered.work()
    admin = Administration(steered.bridge.store)
    (row,) = admin.dead_jobs(OPERATOR, 10)
    assert (row.topic, row.attempts, row.error, row.may_dismiss) == ("hl7.apply", 1, "Malformed: OBR is missing", True)

    assert admin.replay_job(OPERATOR, row.job_id, "admin-1")
    assert not admin.dismiss_job(OPERATOR, row.job_id, Dismissal.TEST, "admin-1")
    steered.work()
    assert admin.dismiss_job(OPERATOR, row.job_id, Dismissal.SENT_AGAIN, "admin-1")
    assert not admin.dismiss_job(OPERATOR, row.job_id, Dismissal.TEST, "admin-2")
    assert admin.dead_jobs(OPERATOR, 10) == []
    with steered.bridge.store.read(OPERATOR) as work:
        message = work.inbox.get(row.ref)
        (act,) = [act for act in work.audit.of(row.job_id) if act.action == "job.dismissed"]
    assert (message.state, message.reason) == ("refused", "no longer needed: sent_again")
    assert (act.actor, json.loads(act.detail)) == ("admin-1", {"message": row.ref, "reason": "sent_again"})
