"""Business district: one mall, its shops, and what passes between them and the people who visit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hospital_bridge.slot import API, Care, PersonalData, Reaction, Vertical, VerticalManifest
from hospital_bridge.verticals.district import looking_after, rights, store, tidying
from hospital_bridge.verticals.district.coupons import kinds
from hospital_bridge.verticals.district.dining import telling as dining_telling
from hospital_bridge.verticals.district.dining.lines import LINE_RULES
from hospital_bridge.verticals.district.pages import PAGES
from hospital_bridge.verticals.district.presence import telling as arrival_telling
from hospital_bridge.verticals.district.presence import tidying as visits
from hospital_bridge.verticals.district.presence.rights import export_visits, forget_visits
from hospital_bridge.verticals.district.roles import CASHIER, HOST, MANAGER
from hospital_bridge.verticals.district.selling import earning, sale, telling
from hospital_bridge.verticals.district.settings import DistrictSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hospital_bridge.slot import VerticalWork


def export_subject(work: VerticalWork, subject_id: str) -> Mapping[str, Any]:
    """Everything that the mall keeps of a person, in words."""
    return {**rights.export_member(work, subject_id), "visits": export_visits(work, subject_id)}


def erase_subject(work: VerticalWork, subject_id: str) -> None:
    """Forget all of it; StillNeeded while a purchase waits for its money."""
    rights.forget_member(work, subject_id)
    forget_visits(work, subject_id)


VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="district",
        title="商圈",
        api=API,
        ports=frozenset({"WalletPayments"}),
        optional_ports=frozenset({"WalletCards"}),
        personal_data=(
            PersonalData("points", "to know what a member may spend", timedelta(days=3 * 365)),
            PersonalData("purchase", "to give back what a member paid, their coupon and points", tidying.KEPT),
            PersonalData(
                "arrival", "to greet a member who agreed to it when they come to a shop", visits.ARRIVALS_KEPT
            ),
            PersonalData("audience", "to count a member who agreed to it in figures of many", visits.MONTHS_KEPT),
            PersonalData("agreement", "to show what a member agreed to", visits.AGREEMENTS_KEPT),
        ),
        roles=(CASHIER, MANAGER, HOST),
    ),
    settings=DistrictSettings,
    sales=(sale.SALE,),
    cards=kinds.KINDS,
    pages=PAGES,
    lines=LINE_RULES,
    reactions=(
        Reaction(kinds.ENDS, telling.tell_coupon_ends),
        Reaction(earning.ENDS, telling.tell_points_end),
        Reaction(tidying.TIDY, tidying.forget_buyers, every=timedelta(days=1)),
        Reaction(visits.FORGET, visits.forget_visits, every=timedelta(days=1)),
    ),
    messages=(*telling.NOTICES, *dining_telling.NOTICES, *arrival_telling.NOTICES),
    tables=store.metadata,
    templates="hospital_bridge.verticals.district",
    migrations=Path(__file__).parent / "migrations",
    export_subject=export_subject,
    erase_subject=erase_subject,
    care=Care(doctor=looking_after.doctor, chores=(visits.CHORE,)),
)
