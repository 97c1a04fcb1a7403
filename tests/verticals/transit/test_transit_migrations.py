"""Transit's migrations make the tables that its store declares."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import migrate, migrate_vertical
from hospital_bridge.verticals.transit import VERTICAL, store

TABLES = ("transit_account", "transit_boarding", "transit_day", "transit_disruption", "transit_receipt", "transit_tap")


def shape(engine: Engine) -> dict[str, object]:
    seen = inspect(engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            sorted(str(index["name"]) for index in seen.get_indexes(table)),
            sorted(str(unique["name"]) for unique in seen.get_unique_constraints(table)),
            sorted(str(check["name"]) for check in seen.get_check_constraints(table)),
            seen.get_pk_constraint(table)["constrained_columns"],
        )
        for table in TABLES
    }


def test_the_migrated_tables_are_the_declared_ones(tmp_path: Path) -> None:
    migrated, declared = (make_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("migrated", "declared"))
    assert VERTICAL.migrations is not None
    migrate(migrated)
    migrate_vertical(migrated, "transit", VERTICAL.migrations, store.metadata)
    migrate(declared)
    with declared.begin() as connection:
        store.metadata.create_all(connection)
    assert shape(migrated) == shape(declared)
    assert {table.name for table in store.metadata.sorted_tables} == set(TABLES)
