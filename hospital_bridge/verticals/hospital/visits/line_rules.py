"""How the hospital's lines work: ranks and credits from the settings, who is told, who may call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import LineRules
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits import telling
from queueing.ordering import Policy, Rank

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

CLINIC = "clinic"
EMERGENCY, PRIORITY, RETURN_VISIT, BOOKED, WALK_IN = "emergency", "priority", "return_visit", "booked", "walk_in"


def policies(settings: Mapping[str, Any]) -> Mapping[str, Policy]:
    """One policy for every clinic: strict for emergencies, minutes of credit for the others (reference/queue.md 4)."""
    queue = settings["queue"]
    return {
        CLINIC: Policy(
            ranks={
                EMERGENCY: Rank(0),
                PRIORITY: Rank(1, timedelta(minutes=queue["priority_credit"])),
                RETURN_VISIT: Rank(1, timedelta(minutes=queue["return_credit"])),
                BOOKED: Rank(1, timedelta(minutes=queue["booked_credit"])),
                WALK_IN: Rank(1),
            },
            grace=timedelta(minutes=queue["grace"]),
            pass_limit=queue["pass_limit"],
            return_rank=RETURN_VISIT,
        )
    }


def name_of(work: VerticalWork, subject_id: str) -> str:
    """The name behind a ticket's subject, as the visit has it; empty once the person was erased.

    A person whose visit turned out to be another's keeps the place in the line that was given in their name.
    """
    known = visits.of_subject(work, subject_id)
    if known:
        return known[-1].name
    try:
        return visits.get(work, subject_id).name
    except visits.NoSuchVisit:
        return work.subjects.identity(subject_id).name


LINE_RULES = LineRules(
    policies=policies,
    changed=telling.changed,
    near=telling.near,
    near_at=lambda settings: int(settings["queue"]["near"]),
    name=name_of,
    callers=("nurse", "clinician"),
)
