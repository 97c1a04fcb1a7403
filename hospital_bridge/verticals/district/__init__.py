"""Business district: one mall, its shops, and what passes between them and the people who visit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hospital_bridge.slot import API, PersonalData, Vertical, VerticalManifest
from hospital_bridge.verticals.district import rights, store
from hospital_bridge.verticals.district.dining import telling as dining_telling
from hospital_bridge.verticals.district.dining.lines import LINE_RULES
from hospital_bridge.verticals.district.pages import PAGES
from hospital_bridge.verticals.district.roles import CASHIER, HOST, MANAGER
from hospital_bridge.verticals.district.settings import DistrictSettings

VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="district",
        title="商圈",
        api=API,
        ports=frozenset({"WalletPayments"}),
        personal_data=(PersonalData("points", "to know what a member may spend", timedelta(days=3 * 365)),),
        roles=(CASHIER, MANAGER, HOST),
    ),
    settings=DistrictSettings,
    pages=PAGES,
    lines=LINE_RULES,
    messages=dining_telling.NOTICES,
    tables=store.metadata,
    templates="hospital_bridge.verticals.district",
    migrations=Path(__file__).parent / "migrations",
    export_subject=rights.export_points,
    erase_subject=rights.forget_points,
)
