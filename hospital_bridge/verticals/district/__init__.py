"""Business district: one mall, its shops, and what passes between them and the people who visit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hospital_bridge.slot import API, PersonalData, Reaction, Vertical, VerticalManifest
from hospital_bridge.verticals.district import rights, store, tidying
from hospital_bridge.verticals.district.coupons import kinds
from hospital_bridge.verticals.district.dining import telling as dining_telling
from hospital_bridge.verticals.district.dining.lines import LINE_RULES
from hospital_bridge.verticals.district.pages import PAGES
from hospital_bridge.verticals.district.roles import CASHIER, HOST, MANAGER
from hospital_bridge.verticals.district.selling import earning, sale, telling
from hospital_bridge.verticals.district.settings import DistrictSettings

VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="district",
        title="商圈",
        api=API,
        ports=frozenset({"WalletPayments"}),
        personal_data=(
            PersonalData("points", "to know what a member may spend", timedelta(days=3 * 365)),
            PersonalData("purchase", "to give back what a member paid, their coupon and points", tidying.KEPT),
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
    ),
    messages=(*telling.NOTICES, *dining_telling.NOTICES),
    tables=store.metadata,
    templates="hospital_bridge.verticals.district",
    migrations=Path(__file__).parent / "migrations",
    export_subject=rights.export_member,
    erase_subject=rights.forget_member,
)
