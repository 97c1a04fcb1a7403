"""The hospital: registration from home and bills, paid in the wallet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import API, Care, PersonalData, Reaction, StillNeeded, Vertical, VerticalManifest
from hospital_bridge.verticals.hospital import booking, cards, claiming, fee, leaving, looking_after, store
from hospital_bridge.verticals.hospital.api import RESOURCES
from hospital_bridge.verticals.hospital.bills import arrival, matching, sale
from hospital_bridge.verticals.hospital.bills import telling as bill_telling
from hospital_bridge.verticals.hospital.bills.rights import export_bills, forget_bills
from hospital_bridge.verticals.hospital.merging import arrival as merging
from hospital_bridge.verticals.hospital.own_numbers import own_numbers
from hospital_bridge.verticals.hospital.pages import PAGES
from hospital_bridge.verticals.hospital.record_numbers import NUMBER_BOUND
from hospital_bridge.verticals.hospital.results import critical_watch, rights, telling, tidying
from hospital_bridge.verticals.hospital.results.arrival import RECEIVE, REPLACED
from hospital_bridge.verticals.hospital.settings import HospitalSettings
from hospital_bridge.verticals.hospital.stays import arrival as stay_news
from hospital_bridge.verticals.hospital.stays import depositing
from hospital_bridge.verticals.hospital.stays import rights as stay_rights
from hospital_bridge.verticals.hospital.stays import telling as stay_telling
from hospital_bridge.verticals.hospital.stays import tidying as stay_tidying
from hospital_bridge.verticals.hospital.store import (
    record_holders,
    record_merges,
    record_requests,
    registrations,
    visits,
)
from hospital_bridge.verticals.hospital.visits import naming, registering
from hospital_bridge.verticals.hospital.visits import telling as visit_telling
from hospital_bridge.verticals.hospital.visits.line_rules import LINE_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork


def export_subject(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that the hospital vertical keeps of one person, in words."""
    return {
        "record_numbers": [
            {"number": own.number, "same_record": list(own.others)} for own in own_numbers(work, subject_id)
        ],
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
        "bills": export_bills(work, subject_id),
        "stays": stay_rights.export_stays(work, subject_id),
    }


def erase_subject(work: VerticalWork, subject_id: str) -> None:
    """Forget what is kept of the person; StillNeeded while a registration or the payment of a bill is not over."""
    if any(registration.is_live(work.now) for registration in registrations.of_subject(work, subject_id)):
        raise StillNeeded("This person has a registration that is not over; cancel it or wait until the visit is past.")
    rights.forget_reports(work, subject_id)
    registrations.forget_subject(work, subject_id)
    forget_bills(work, subject_id)
    stay_rights.forget_stays(work, subject_id)
    record_requests.forget_subject(work, subject_id)
    visits.forget_subject(work, subject_id)
    # Last: until then what is kept under a number that was merged is found by it.
    record_merges.forget(work, record_holders.own_numbers(work, subject_id))


VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="hospital",
        title="医院",
        api=API,
        ports=frozenset({"HisDirectory", "HisScheduling", "HisBilling", "WalletPayments", "WalletIdentity"}),
        optional_ports=frozenset({"HisInvoices", "HisNews"}),
        personal_data=(
            PersonalData("record number", "to register the patient at the hospital", timedelta(days=15 * 365)),
            PersonalData(
                "merged record number", "to know what is one person's at the hospital", timedelta(days=15 * 365)
            ),
            PersonalData("report", "to show the patient their results", timedelta(days=15 * 365)),
            PersonalData("report of nobody here", "until the record office finds its patient", timedelta(days=30)),
            PersonalData("visit", "to check the patient in and to call them by name", timedelta(days=15 * 365)),
            PersonalData("bill", "to show the patient what they pay for", timedelta(days=15 * 365)),
            PersonalData("stay", "to take deposits onto it and to give back what is left", stay_tidying.KEPT),
            PersonalData("stay of nobody here", "until its patient binds the record number", timedelta(days=30)),
            PersonalData("bill of nobody here", "until its patient binds the record number", timedelta(days=30)),
        ),
        roles=("clinician", "nurse", "records"),
    ),
    settings=HospitalSettings,
    sales=(fee.SALE, sale.SALE, sale.SETTLEMENT, depositing.SALE),
    pages=PAGES,
    resources=RESOURCES,
    reactions=(
        Reaction(booking.BOOK, booking.book),
        Reaction(leaving.RELEASE, leaving.release),
        Reaction(cards.CREATE_RECORD, cards.create_record),
        Reaction(cards.BIND_CREATED, cards.bind_created),
        Reaction(critical_watch.ESCALATE, critical_watch.escalate),
        Reaction(tidying.TIDY, tidying.forget_parked, every=timedelta(days=1)),
        Reaction(stay_tidying.TIDY, stay_tidying.tidy, every=timedelta(days=1)),
        Reaction(NUMBER_BOUND, claiming.hand_over),
        Reaction(matching.FORGET_PARKED, matching.forget_parked, every=timedelta(days=1)),
    ),
    inbound=(
        merging.MERGED,
        merging.UNMERGED,
        naming.UPDATED,
        leaving.CALLED_OFF,
        registering.REGISTERED,
        REPLACED,
        RECEIVE,
        arrival.ISSUED,
        arrival.WITHDRAWN_BY_HOSPITAL,
        stay_news.TOLD,
    ),
    lines=LINE_RULES,
    care=Care(doctor=looking_after.doctor),
    messages=(*visit_telling.NOTICES, *bill_telling.NOTICES, *stay_telling.NOTICES, *telling.NOTICES),
    tables=store.metadata,
    migrations=Path(__file__).parent / "migrations",
    templates="hospital_bridge.verticals.hospital",
    wording="hospital_bridge.verticals.hospital.wording",
    export_subject=export_subject,
    erase_subject=erase_subject,
)
