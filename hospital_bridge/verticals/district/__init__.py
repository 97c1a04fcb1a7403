"""Business district: one mall, its shops, and what passes between them and the people who visit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hospital_bridge.slot import API, PersonalData, Vertical, VerticalManifest
from hospital_bridge.verticals.district import rights, store
from hospital_bridge.verticals.district.settings import DistrictSettings

VERTICAL = Vertical(
    manifest=VerticalManifest(
        name="district",
        title="商圈",
        api=API,
        ports=frozenset({"WalletPayments"}),
        personal_data=(PersonalData("points", "to know what a member may spend", timedelta(days=3 * 365)),),
    ),
    settings=DistrictSettings,
    tables=store.metadata,
    migrations=Path(__file__).parent / "migrations",
    export_subject=rights.export_points,
    erase_subject=rights.forget_points,
)
