"""The hospital's migrations make the tables that its store declares, indexes with their conditions included."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import migrate, migrate_vertical
from hospital_bridge.verticals.hospital import VERTICAL, store


def index_words(engine: Engine) -> dict[str, str]:
    wanted = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'hospital%' AND sql > ''")
    with engine.connect() as connection:
        return {row.name: " ".join(row.sql.split()) for row in connection.execute(wanted)}


def test_the_migrated_indexes_are_the_declared_ones(tmp_path: Path) -> None:
    migrated, declared = (make_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("migrated", "declared"))
    assert VERTICAL.migrations is not None
    migrate(migrated)
    migrate_vertical(migrated, "hospital", VERTICAL.migrations, store.metadata)
    migrate(declared)
    with declared.begin() as connection:
        store.metadata.create_all(connection)
    assert index_words(migrated) == index_words(declared)
    assert "uq_hospital_registration_standing" in index_words(migrated)
