"""The hospital says anew what a patient is called: visits of somebody whom nobody here has bound follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.news import PatientUpdated
from hospital_bridge.slot import Inbound
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import visits

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

BEFORE, AHEAD = timedelta(days=1), timedelta(days=400)


def updated(work: VerticalWork, news: PatientUpdated) -> None:
    """Their visits of today and later bear the new name and birth date.

    Whoever has bound a number is called by the name that their wallet verified, whatever the hospital writes.
    """
    number = news.patient.first(MRN)
    if not number or not news.patient.name:
        return
    for visit in visits.by_number(work, number, work.now - BEFORE, work.now + AHEAD):
        newer = visit.told_at is not None and visit.told_at > news.told_at
        known = None if news.birth_date_cleared else visit.birth_date
        said = replace(visit, name=news.patient.name, birth_date=news.patient.birth_date or known)
        if visit.subject_id == visit.visit_id and not newer and said != visit:
            visits.rewrite(work, said)
            work.audit.record("hospital", "visit.renamed", visit.visit_id)


UPDATED = Inbound(PatientUpdated, updated)
