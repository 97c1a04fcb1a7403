"""A member agrees to something or agrees no more; what was kept because of it then goes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.district.audience.ages import age_group
from hospital_bridge.verticals.district.store import consents, members, presences
from hospital_bridge.verticals.district.store.consents import Purpose

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork


def agree(work: VerticalWork, subject_id: str, purpose: Purpose) -> None:
    """The person agrees; for the figures their age group is kept, and not their day of birth."""
    consents.give(work, subject_id, purpose)
    if purpose is Purpose.FIGURES:
        members.keep(work, subject_id, age_group(work.subjects.identity(subject_id).birth_date, work.lines.today()))


def withdraw(work: VerticalWork, subject_id: str, purpose: Purpose) -> None:
    """The person agrees no more."""
    consents.withdraw(work, subject_id, purpose)
    if purpose is Purpose.FIGURES:
        members.forget(work, subject_id)
    else:
        presences.forget(work, subject_id)
