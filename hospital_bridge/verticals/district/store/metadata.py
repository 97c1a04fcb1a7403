"""The one MetaData of the district's tables."""

from __future__ import annotations

from sqlalchemy import MetaData

from hospital_bridge.store.metadata import NAMING

metadata = MetaData(naming_convention=NAMING)
