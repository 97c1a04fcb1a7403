"""The hospital: registration from home, paid in the wallet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import API, PersonalData, Reaction, StillNeeded, Vertical, VerticalManifest
from hospital_bridge.verticals.hospital import booking, cards, fee, leaving, store
from hospital_bridge.verticals.hospital.pages import PAGES
from hospital_bridge.verticals.hospital.results import critical_watch, rights, tidying
from hospital_bridge.verticals.hospital.results.arrival import RECEIVE
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.store import record_requests, registrations, visits
from hospital_bridge.verticals.hospital.visits import registering
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork


def export_subject(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that the hospital vertical keeps of one person, in words."""
    return {
        "registrations": [
            {
                "department": registration.department_name,
                "practitioner": registration.practitioner_name,
                "starts_at": registration.slot.starts_at.isoformat(),
                "record_number": registration.mrn,
                "fee_fen": registration.slot.fee_fen,
                "state": registration.state.value,
            }
            for registration in registrations.of_subject(work, subject_id)
        ],
        "reports": rights.export_reports(work, subject_id),
        "visits": [
            {
                "department": visit.department_name,
                "practitioner": visit.practitioner_name,
                "starts_at": visit.starts_at.isoformat(),
                "record_number": visit.mrn,
                "called_off": visit.called_off,
            }
            for visit in visits.of_subject(work, subject_id)
        ],
    }


def erase_subject(work: VerticalWork, subject_id: str) -> None:
    """Forget the record numbers in the person's registrations; StillNeeded before the last of them is over."""
    if any(registration.is_live(work.now) for registration in registrations.of_subject(work, subject_id)):
        raise StillNeeded("This person has a registration that is not over; cancel it or wait until the visit is past.")
    rights.forget_reports(work, subject_id)
    registrations.forget_subject(work, subject_id)
    record_requests.forget_subject(work, subject_id)
    visits.forget_subject(work, subject_id)


VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="hospital",
        title="医院",
        api=API,
        ports=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "WalletPayments", "WalletIdentity"}),
        personal_data=(
            PersonalData("record number", "to register the patient at the hospital", timedelta(days=15 * 365)),
            PersonalData("report", "to show the patient their results", timedelta(days=15 * 365)),
        ),
        roles=("clinician", "records"),
    ),
    settings=HospitalSettings,
    sales=(fee.SALE,),
    pages=PAGES,
    reactions=(
        Reaction(booking.BOOK, booking.book),
        Reaction(leaving.RELEASE, leaving.release),
        Reaction(cards.CREATE_RECORD, cards.create_record),
        Reaction(cards.BIND_CREATED, cards.bind_created),
        Reaction(critical_watch.ESCALATE, critical_watch.escalate),
        Reaction(tidying.TIDY, tidying.forget_parked, every=timedelta(days=1)),
    ),
    inbound=(leaving.CALLED_OFF, registering.REGISTERED, RECEIVE),
    lines=LINE_RULES,
    tables=store.metadata,
    migrations=Path(__file__).parent / "migrations",
    templates="hospital_bridge.verticals.hospital",
    export_subject=export_subject,
    erase_subject=erase_subject,
)
