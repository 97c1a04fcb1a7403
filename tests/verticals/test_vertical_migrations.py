"""Each vertical's migrations make the tables that its store declares."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, inspect

from hospital_bridge.loading import load_verticals
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import migrate, migrate_vertical


def shape(engine: Engine, tables: MetaData) -> dict[str, object]:
    seen = inspect(engine)
    return {
        table: (
            sorted((each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(table)),
            sorted(str(index["name"]) for index in seen.get_indexes(table)),
            sorted(str(unique["name"]) for unique in seen.get_unique_constraints(table)),
            sorted(str(check["name"]) for check in seen.get_check_constraints(table)),
            seen.get_pk_constraint(table)["constrained_columns"],
        )
        for table in tables.tables
    }


@pytest.mark.parametrize("name", ["hospital", "transit", "district"])
def test_the_migrated_tables_are_the_declared_ones(tmp_path: Path, name: str) -> None:
    vertical = load_verticals([name])[name]
    assert vertical.migrations is not None
    assert vertical.tables is not None
    migrated, declared = (make_engine(f"sqlite:///{tmp_path}/{each}.db") for each in ("migrated", "declared"))
    migrate(migrated)
    migrate_vertical(migrated, name, vertical.migrations, vertical.tables)
    migrate(declared)
    with declared.begin() as connection:
        vertical.tables.create_all(connection)
    assert shape(migrated, vertical.tables) == shape(declared, vertical.tables)
