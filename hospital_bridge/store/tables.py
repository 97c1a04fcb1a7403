"""All tables of the core: each stands in its aggregate's file, and this gathers them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import ForeignKeyConstraint, MetaData

import hospital_bridge.store
from hospital_bridge.store.metadata import metadata


@cache
def core_metadata() -> MetaData:
    """The metadata with every table of the core, each held by its operator's row."""
    for module in iter_modules(hospital_bridge.store.__path__, "hospital_bridge.store."):
        if not module.ispkg:
            import_module(module.name)
    for table in metadata.tables.values():
        if table.name != "operator" and "operator_id" in table.c:
            table.append_constraint(ForeignKeyConstraint(["operator_id"], ["operator.operator_id"]))
    return metadata
