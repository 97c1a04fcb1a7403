"""What the admin page reads: links, messages, the work list of unknowns, dead jobs, the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.store.jobs import job_counts
from hospital_bridge.web.admin_reads import AuditRow, DeadJobRow, EffectRow, Light, LinkRow, MessageRow, SecurityRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.payment.model import Effect
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.link_checks import LinkCheck
    from hospital_bridge.store.unit_of_work import Store, Work

STALE = timedelta(minutes=5)
"""A link that was not asked for so long is not known to be well."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The read models of `web.admin_reads.AdminReads`, over the store."""

    store: Store

    def links(self, operator_id: str) -> Sequence[LinkRow]:
        with self.store.read(operator_id) as work:
            return [*(_link(check, work.now) for check in work.link_checks.all()), _listener(work), _jobs(work)]

    def messages(self, operator_id: str, limit: int) -> Sequence[MessageRow]:
        with self.store.read(operator_id) as work:
            return [
                MessageRow(
                    row.message_id, row.received_at, row.peer, row.message_type, row.control_id, row.state, row.reason
                )
                for row in work.inbox.latest(limit)
            ]

    def unknown_effects(self, operator_id: str, limit: int) -> Sequence[EffectRow]:
        with self.store.read(operator_id) as work:
            return [_effect(effect) for effect in work.effects.unknown_since(work.now)[:limit]]

    def dead_jobs(self, operator_id: str, limit: int) -> Sequence[DeadJobRow]:
        with self.store.read(operator_id) as work:
            return [_dead(work, job) for job in work.jobs.dead(limit)]

    def audit(self, operator_id: str, limit: int) -> Sequence[AuditRow]:
        with self.store.read(operator_id) as work:
            return [
                AuditRow(entry.at, entry.actor, entry.action, entry.target, entry.detail)
                for entry in work.audit.latest(limit)
            ]

    def security(self, operator_id: str, limit: int) -> Sequence[SecurityRow]:
        with self.store.read(operator_id) as work:
            return [SecurityRow(row.at, row.kind, row.source, row.detail) for row in work.security_events.latest(limit)]

    def replay_job(self, operator_id: str, job_id: str, actor: str) -> bool:
        with self.store.begin(operator_id) as work:
            replayed = work.jobs.replay(job_id)
            if replayed:
                work.audit.record(actor, "job.replayed", job_id)
            return replayed


def _link(check: LinkCheck, now: datetime) -> LinkRow:
    name = check.name.removeprefix(f"{check.kind} ")
    if now - check.checked_at > STALE:
        remedy = "Nobody has asked lately: is a worker running?"
        return LinkRow(name, check.kind, Light.AMBER, check.well_at, remedy=remedy)
    if check.well:
        return LinkRow(name, check.kind, Light.GREEN, check.well_at)
    remedy = "Check address, network and the other side."
    return LinkRow(name, check.kind, Light.RED, check.well_at, check.detail, remedy)


def _listener(work: Work) -> LinkRow:
    newest = work.inbox.latest(1)
    return LinkRow("listener", "listener", Light.GREEN, newest[0].received_at if newest else None)


def _jobs(work: Work) -> LinkRow:
    counts = job_counts(work)
    dead = sum(count for (_, state), count in counts.items() if state == "dead")
    waiting = sum(count for (_, state), count in counts.items() if state in {"ready", "leased"})
    if dead:
        return LinkRow("jobs", "jobs", Light.RED, remedy="Jobs gave up: see the work list.", waiting=waiting)
    return LinkRow("jobs", "jobs", Light.GREEN, waiting=waiting)


def _effect(effect: Effect) -> EffectRow:
    return EffectRow(
        effect.effect_id,
        effect.kind,
        effect.unknown_since or effect.intended_at,
        effect.next_check,
        effect.attempts,
        effect.native_code or effect.reason,
    )


def _dead(work: Work, job: Job) -> DeadJobRow:
    tries = work.jobs.attempts(job.job_id)
    last = tries[-1] if tries else None
    died_at = last.at if last else job.created_at
    return DeadJobRow(job.job_id, job.topic, job.ref, job.attempts, died_at, last.error if last else "")
