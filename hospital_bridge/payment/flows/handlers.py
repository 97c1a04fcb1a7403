"""The jobs of money by topic, for the io lane of the workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.close import close_order
from hospital_bridge.payment.flows.create import create_order
from hospital_bridge.payment.flows.fulfil import fulfil
from hospital_bridge.payment.flows.reverse import reverse
from hospital_bridge.payment.flows.send_refund import send_refund
from hospital_bridge.payment.flows.watch import watch
from hospital_bridge.payment.reconcile import reconcile_job
from hospital_bridge.store.jobs import Job
from hospital_bridge.store.unit_of_work import Store

Handler = Callable[[Store, Job], None]
Contexts = Callable[[str], MoneyContext]
"""The present dependencies of an operator; a reload may change what it answers."""


def handlers(contexts: Contexts) -> dict[str, Handler]:
    """One handler for each topic; `job.ref` is a payment id, a refund number, or `account:day` of a reconciliation."""
    steps: dict[str, Callable[[MoneyContext, str], None]] = {
        topics.CREATE: create_order,
        topics.QUERY: watch,
        topics.CLOSE: close_order,
        topics.FULFIL: fulfil,
        topics.REFUND: send_refund,
        topics.REVERSE: reverse,
        topics.RECONCILE: reconcile_job,
    }
    return {topic: _handler(contexts, step) for topic, step in steps.items()}


def _handler(contexts: Contexts, step: Callable[[MoneyContext, str], None]) -> Handler:
    def handle(store: Store, job: Job) -> None:
        # The worker's store refuses to commit once the job's lease is lost.
        step(replace(contexts(job.operator_id), store=store), job.ref)

    return handle
