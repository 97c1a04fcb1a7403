"""Bills that came before anybody had bound their record number find their person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.bills import telling
from hospital_bridge.verticals.hospital.bills.arrival import only_holder
from hospital_bridge.verticals.hospital.store import bills, record_merges

if TYPE_CHECKING:
    from hospital_bridge.slot import Scope

FORGET_PARKED = "hospital.forget_parked_bills"


def hand_over(scope: Scope, number_index: str) -> None:
    """Job: give the bills of a record number to whoever has bound it, sealed anew under that person's key."""
    with scope.begin() as work:
        for parked in bills.parked(work, record_merges.indexes_with(work, number_index)):
            subject_id = only_holder(work, parked.mrn)
            if subject_id:
                found = replace(parked, subject_id=subject_id)
                bills.rewrite(work, found)
                telling.tell_new(work, found)


def forget_parked(scope: Scope, _operator_id: str) -> None:
    """Job: drop the bills that nobody has claimed for long: most patients of a hospital never come here."""
    with scope.begin() as work:
        bills.forget_parked(work, work.now - timedelta(days=scope.settings["parked_days"]))
