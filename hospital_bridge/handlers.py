"""What is done for each job topic: the flows of money, the verticals' reactions, the inbox, the audit chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.payment.flows import handlers as money
from hospital_bridge.workers.hl7_inbox import APPLY
from hospital_bridge.workers.job_runner import Handlers, IoHandler, TxHandler

if TYPE_CHECKING:
    from hospital_bridge.bootstrap import Bridge
    from hospital_bridge.slot import Reaction
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.unit_of_work import Store, Work

CHAIN_AUDIT = "audit.chain"


def handlers_of(bridge: Bridge) -> Handlers:
    """Every handler of the bridge, by topic; a topic names its operator through the job."""
    io: dict[str, IoHandler] = dict(money.handlers(lambda operator_id: bridge.operators[operator_id].money))
    for name, vertical in bridge.verticals.items():
        io |= {reaction.topic: _reaction(bridge, name, reaction) for reaction in vertical.reactions}
    tx: dict[str, TxHandler] = {CHAIN_AUDIT: _chain_audit, APPLY: _apply(bridge)}
    return Handlers(tx=tx, io=io)


def _reaction(bridge: Bridge, name: str, reaction: Reaction) -> IoHandler:
    def react(store: Store, job: Job) -> None:
        reaction.handler(bridge.operators[job.operator_id].scopes[name].over(store), job.ref)

    return react


def _chain_audit(work: Work, _job: Job) -> None:
    work.audit.chain()


def _apply(bridge: Bridge) -> TxHandler:
    def apply(work: Work, job: Job) -> None:
        work.inbox.applied(job.ref, bridge.settings.digest)

    return apply
