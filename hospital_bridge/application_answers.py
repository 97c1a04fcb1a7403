"""The second answer of HL7's enhanced mode: what became of a message, told once it is known (v2.5.1 section 2.9.3).

A job, and not a word on the connection that the message came by: it survives a restart of either end, whichever
process applies the message can send it, and no sender reads it as the answer to its next message.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.errors import Malformed, Reason, Refused
from adapters.hl7.ack import Acknowledging, Stamp, application_answer, owes_application_answer
from adapters.hl7.message import Message
from adapters.hl7.tls import client_context
from hospital_bridge.counted_outside import counted_links
from hospital_bridge.store.inbox import InboxState
from hospital_bridge.store.keys import KeyMissing
from hospital_bridge.workers.hl7_inbox import control_id_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from adapters.hl7.pool import ClosableLink
    from adapters.manifest import OpenLink
    from hospital_bridge.settings.model import AnswersTo, Peer
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work

ANSWER = "hl7.answer"
"""The topic of the jobs that send second answers; `ref` is the message's id."""
_YES = ("CA", "AA")


@dataclass(frozen=True, slots=True)
class AnswersOwed:
    """Where a sender takes second answers, and in which mode it is answered; `zone` is theirs."""

    open: Callable[[], ClosableLink]
    acknowledging: Acknowledging
    zone: tzinfo
    charset: str | None = None

    def owe(self, work: Work, peer: str, message_id: str, raw: bytes, *, accepted: bool) -> None:
        """Enqueue the second answer where the message asks for it; those to one sender leave in order."""
        try:
            message = Message.parse(raw, self.charset)
        except Malformed:
            return
        if owes_application_answer(message, self.acknowledging, accepted=accepted):
            work.jobs.add(ANSWER, message_id, stream=f"answers:{peer}", dedupe_key=f"{ANSWER}:{message_id}")


def answers_owed(peer: Peer, to: AnswersTo, zone: tzinfo, open_link: OpenLink) -> AnswersOwed:
    """By the configuration of a peer."""
    links = counted_links("answers", open_link)

    def opened() -> ClosableLink:
        return links(to.host, to.port, tls=client_context() if to.tls else None)

    return AnswersOwed(opened, Acknowledging(peer.acknowledgement), zone, peer.charset or None)


def send_answer(owed: Callable[[str], AnswersOwed | None], store: Store, job: Job) -> None:
    """Job: tell the sender what became of its message, until it says that it has taken that.

    Every try sends the same bytes. A message past its retention, or whose sender takes no answers any more, is told to
    nobody.
    """
    with store.read(job.operator_id) as work:
        row = work.inbox.get(job.ref)
        taking = owed(row.peer)
        try:
            raw = work.inbox.opened(row)
        except KeyMissing:
            return
    if taking is None:
        return
    accepted = row.state == InboxState.APPLIED
    stamp = Stamp(control_id_of(job.job_id), job.created_at, taking.zone)
    message = Message.parse(raw, taking.charset)
    answer = application_answer(message, accepted=accepted, stamp=stamp, reason="" if accepted else "not applied")
    with closing(taking.open()) as link:
        reply = Message.parse(link.exchange(answer))
    if reply["MSA-1"] not in _YES:
        raise Refused(f"the sender answered {reply['MSA-1'][:2]} to our answer", reason=Reason.NOT_ALLOWED)
