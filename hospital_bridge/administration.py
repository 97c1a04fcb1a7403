"""What the admin page reads: links, messages, the work list of unknowns, dead jobs, the trail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.order_rows import staff_name
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.store.figures import figures
from hospital_bridge.store.inbox import APPLY
from hospital_bridge.store.jobs import job_counts
from hospital_bridge.store.link_checks import IN_MAINTENANCE, LISTENER, LISTENING, WORKER
from hospital_bridge.web.admin_reads import (
    AuditRow,
    DeadJobRow,
    Dismissal,
    EffectRow,
    Light,
    LinkRow,
    SecurityRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hospital_bridge.payment.model import Effect
    from hospital_bridge.store.jobs import Job
    from hospital_bridge.store.link_checks import LinkCheck
    from hospital_bridge.store.unit_of_work import Store, Work

STALE = timedelta(minutes=5)
"""A link that was not asked for so long is not known to be well; a part that was not heard from neither."""

WAITED_LONG = timedelta(minutes=2)
"""A due job waits no longer than this where enough workers run."""

NOBODY_ASKED = "Nobody has asked lately: is a worker running?"
NOT_WELL = "Check address, network and the other side."
NO_LISTENER = "The listener has not been heard from: start `hospital-bridge serve` with its role."
NO_WORKER = "No worker has been heard from: start `hospital-bridge serve` with its role."
JOBS_WAIT = "Jobs wait for long: start more workers or find what holds them up."
JOBS_DEAD = "Jobs gave up: see the work list."
LEFT_ALONE = "Nothing: it is in maintenance, as the configuration says."
RESTS = "Nothing: it failed several times in a row and is tried again by itself. If this stays, check its link."
REMEDIES = (LEFT_ALONE, RESTS, NOBODY_ASKED, NOT_WELL, NO_LISTENER, NO_WORKER, JOBS_WAIT, JOBS_DEAD)

FOR_A_PERSON = "Decide it above: nothing but a person can tell."
UNKNOWN_FOR_LONG = "The other side has not answered for long: check its link."
BEING_ASKED = "Nothing: the bridge keeps asking."
NEXT_STEPS = (FOR_A_PERSON, UNKNOWN_FOR_LONG, BEING_ASKED)


@dataclass(frozen=True, slots=True)
class Administration:
    """The read models of `web.admin_reads.AdminReads`, over the store; `heard` names the operators with HL7 peers.

    `resting` names what of an operator's systems rests after failures, as this process sees it.
    """

    store: Store
    heard: frozenset[str] = frozenset()
    resting: Callable[[str], Sequence[str]] = lambda _: ()

    def links(self, operator_id: str) -> Sequence[LinkRow]:
        with self.store.read(operator_id) as work:
            checks = {check.name: check for check in work.link_checks.all()}
            beats = {name: checks.pop(name, None) for name in (LISTENER, WORKER)}
            checks.pop(LISTENING, None)
            links = [_link(check, work.now) for check in checks.values()]
            if operator_id in self.heard:
                links.append(_listener(work, beats[LISTENER]))
            links += [LinkRow(name, "his", Light.AMBER, remedy=RESTS) for name in self.resting(operator_id)]
            return [*links, _jobs(work, beats[WORKER])]

    def unknown_effects(self, operator_id: str, limit: int) -> Sequence[EffectRow]:
        with self.store.read(operator_id) as work:
            unknown, delayed = work.effects.unknown_since(work.now), work.effects.delayed_since(work.now - PATIENCE)
            return [_effect(effect, work.now) for effect in [*unknown, *delayed][:limit]]

    def dead_jobs(self, operator_id: str, limit: int) -> Sequence[DeadJobRow]:
        with self.store.read(operator_id) as work:
            return [_dead(work, job) for job in work.jobs.dead(limit)]

    def audit(self, operator_id: str, limit: int) -> Sequence[AuditRow]:
        with self.store.read(operator_id) as work:
            entries = work.audit.latest(limit)
            named = {actor: _named(work, actor) for actor in {entry.actor for entry in entries}}
            return [
                AuditRow(entry.at, named[entry.actor], entry.action, entry.target, _plain(entry.detail))
                for entry in entries
            ]

    def security(self, operator_id: str, limit: int) -> Sequence[SecurityRow]:
        with self.store.read(operator_id) as work:
            return [
                SecurityRow(row.at, row.kind, row.source, " ".join(filter(None, (row.target, _plain(row.detail)))))
                for row in work.security_events.latest(limit)
            ]

    def replay_job(self, operator_id: str, job_id: str, actor: str) -> bool:
        with self.store.begin(operator_id) as work:
            replayed = work.jobs.replay(job_id)
            if replayed:
                work.audit.record(actor, "job.replayed", job_id)
            return replayed

    def dismiss_job(self, operator_id: str, job_id: str, reason: Dismissal, actor: str) -> bool:
        with self.store.begin(operator_id) as work:
            message_id = _message_of(work, job_id)
            if not message_id or not work.jobs.dismiss(job_id):
                return False
            work.inbox.dismissed(message_id, f"no longer needed: {reason}")
            work.audit.record(actor, "job.dismissed", job_id, message=message_id, reason=reason)
            return True


def _link(check: LinkCheck, now: datetime) -> LinkRow:
    name = check.name.removeprefix(f"{check.kind} ")
    if now - check.checked_at > STALE:
        return LinkRow(name, check.kind, Light.AMBER, check.well_at, remedy=NOBODY_ASKED)
    if check.detail == IN_MAINTENANCE:
        return LinkRow(name, check.kind, Light.AMBER, check.well_at, remedy=LEFT_ALONE, told_down_at=check.told_down_at)
    if check.well:
        return LinkRow(name, check.kind, Light.GREEN, check.well_at)
    return LinkRow(name, check.kind, Light.RED, check.well_at, check.detail, NOT_WELL, told_down_at=check.told_down_at)


def _listener(work: Work, beat: LinkCheck | None) -> LinkRow:
    newest = work.inbox.latest(1)
    last = newest[0].received_at if newest else None
    if _silent(beat, work.now):
        return LinkRow(LISTENER, "listener", Light.AMBER, last, remedy=NO_LISTENER)
    return LinkRow(LISTENER, "listener", Light.GREEN, last)


def _jobs(work: Work, beat: LinkCheck | None) -> LinkRow:
    counts = job_counts(work)
    waiting = sum(count for (_, state), count in counts.items() if state in {"ready", "leased"})
    light, remedy = Light.GREEN, ""
    if any(state == "dead" for _, state in counts):
        light, remedy = Light.RED, JOBS_DEAD
    elif _silent(beat, work.now):
        light, remedy = Light.AMBER, NO_WORKER
    elif figures(work).oldest_due_job_seconds > WAITED_LONG.total_seconds():
        light, remedy = Light.AMBER, JOBS_WAIT
    return LinkRow("jobs", "jobs", light, beat.well_at if beat else None, remedy=remedy, waiting=waiting)


def _silent(beat: LinkCheck | None, now: datetime) -> bool:
    return beat is None or now - beat.checked_at > STALE


def _plain(detail: str) -> str:
    """Details as they are kept, for people: each name with its value."""
    return ", ".join(f"{name}: {value}" for name, value in json.loads(detail).items())


def _effect(effect: Effect, now: datetime) -> EffectRow:
    since = effect.in_doubt_since
    overdue = UNKNOWN_FOR_LONG if now - since > PATIENCE else BEING_ASKED
    return EffectRow(
        effect.effect_id,
        effect.kind,
        since,
        effect.next_check,
        effect.attempts,
        FOR_A_PERSON if effect.needs_person else overdue,
        effect.native_code or effect.reason,
    )


def _named(work: Work, actor: str) -> str:
    """The name that colleagues know beside the id that the trail keeps; of who is none of the staff the id alone."""
    name = staff_name(work, actor)
    return actor if name == actor else f"{name} ({actor})"


def _message_of(work: Work, job_id: str) -> str:
    """The received message that the job is about; empty for a job of another kind or none."""
    try:
        job = work.jobs.get(job_id)
    except LookupError:
        return ""
    return job.ref if job.topic == APPLY else ""


def _dead(work: Work, job: Job) -> DeadJobRow:
    tries = work.jobs.attempts(job.job_id)
    last = tries[-1] if tries else None
    died_at = last.at if last else job.created_at
    error = ": ".join(part for part in (last.error, last.text) if part) if last else ""
    return DeadJobRow(job.job_id, job.topic, job.ref, job.attempts, died_at, error, job.topic == APPLY)
