from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Engine, Index, Integer, MetaData, String, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.metadata import APPEND_ONLY, NAMING, belongs_to, operator_column, where
from hospital_bridge.store.migrations import write
from hospital_bridge.store.migrations.runner import HERE, migrate, migrate_vertical
from hospital_bridge.store.migrations.sqlite import BrokenReferences
from hospital_bridge.store.tables import core_metadata
from tests.fixtures_store import Database


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        counted = {"compare_type": True, "include_name": lambda name, *_: not str(name).startswith("alembic_version")}
        context = MigrationContext.configure(connection, opts=counted)
        return list(compare_metadata(context, core_metadata()))


def schema(engine: Engine) -> set[tuple[str, str]]:
    """Every table, index and trigger of a SQLite database with the words that made it, in any layout."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    return {(name, "".join(sql.replace('"', "").split())) for name, sql in rows if not name.startswith("alembic")}


def test_the_migrated_schema_is_the_declared_one(database: Database) -> None:
    assert differences(database.owner) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database.owner, database.application_role)
    assert differences(database.owner) == []


def test_the_application_may_read_the_version_and_not_set_it(database: Database) -> None:
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    if database.name == "postgresql":
        with database.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("UPDATE alembic_version SET version_num = '0'"))


def test_the_written_out_migrations_make_the_declared_schema(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    write.write_initial(versions)
    declared, migrated = (make_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("declared", "migrated"))
    migrate_vertical(migrated, "core", versions, core_metadata())
    migrate(declared)
    assert differences(migrated) == []
    assert {name for name, _ in schema(migrated)} == {name for name, _ in schema(declared)}
    write.write("nothing is left", versions)
    last = max(versions.glob("*.py")).read_text(encoding="utf-8")
    assert last.rstrip().endswith("pass")
    declared.dispose()
    migrated.dispose()


def test_every_revision_has_one_follower() -> None:
    revisions = sorted(path.name for path in (HERE / "versions").glob("[0-9]*.py"))
    assert revisions
    assert len({name.split("_")[0] for name in revisions}) == len(revisions)


# --- a vertical's tables, rebuilt by a batch migration on SQLite --------------

SHOP = MetaData(naming_convention=NAMING)
Table(
    "shop_order",
    SHOP,
    operator_column(),
    Column("order_id", String(32), primary_key=True),
    Column("amount_fen", Integer, nullable=False),
    Column("state", String(9), nullable=False),
    CheckConstraint("amount_fen >= 0", name="amount"),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
)
Index("ix_shop_order_open", SHOP.tables["shop_order"].c.order_id, **where("state = 'open'"))
Table(
    "shop_item",
    SHOP,
    operator_column(),
    Column("item_id", String(32), primary_key=True),
    Column("order_id", String(32), nullable=False),
    belongs_to("shop_order", "order_id"),
)
Table("shop_entry", SHOP, operator_column(), Column("entry_id", String(32), primary_key=True), info=APPEND_ONLY)

HEADER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None


def upgrade():
"""


def add_revision(folder: Path, revision: str, before: str | None, *steps: str) -> None:
    code = HEADER.format(revision=revision, before=before) + indent("\n".join(steps), "    ")
    (folder / f"{revision}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """The shop's migrations: the first makes its tables."""
    folder = tmp_path / "shop"
    folder.mkdir()
    add_revision(folder, "0001", None, "from tests.store.test_migrations import SHOP", "SHOP.create_all(op.get_bind())")
    return folder


def migrate_shop(database: Database, versions: Path) -> None:
    migrate_vertical(database.owner, "shop", versions, SHOP, database.application_role)


def fill(database: Database) -> None:
    with database.owner.begin() as connection:
        for statement in (
            "INSERT INTO shop_order VALUES ('h1', 'o1', 100, 'open')",
            "INSERT INTO shop_item VALUES ('h1', 'i1', 'o1')",
            "INSERT INTO shop_entry VALUES ('h1', 'e1')",
        ):
            connection.execute(text(statement))


def test_a_vertical_counts_its_own_revisions(database: Database, versions: Path) -> None:
    migrate_shop(database, versions)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version_shop")).scalar_one() == "0001"
    if database.name == "postgresql":
        with database.owner.connect() as connection:
            secured = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity AND relname LIKE 'shop_%'"
            assert connection.execute(text(secured)).scalar_one() == 3


@pytest.mark.parametrize("table", ["shop_order", "shop_entry"])
def test_rebuilding_a_table_keeps_rows_triggers_and_constraints(database: Database, versions: Path, table: str) -> None:
    migrate_shop(database, versions)
    fill(database)
    before = schema(database.owner) if database.name == "sqlite" else set()
    add_revision(
        versions,
        "0002",
        "0001",
        f"with op.batch_alter_table({table!r}) as batch:",
        "    batch.add_column(sa.Column('note', sa.String(20)))",
        f"    batch.create_check_constraint(op.f('ck_{table}_note'), \"note <> ''\")",
    )
    migrate_shop(database, versions)
    with database.owner.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM shop_item")).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(SHOP.tables[table])).scalar_one() == 1
    for refused in (
        "INSERT INTO shop_item VALUES ('h1', 'i2', 'no such order')",
        "INSERT INTO shop_order (operator_id, order_id, amount_fen, state) VALUES ('h1', 'o2', -1, 'open')",
        "INSERT INTO shop_order (operator_id, order_id, amount_fen, state) VALUES ('h1', 'o2', 1, 'lost')",
        "INSERT INTO shop_entry VALUES ('h1', 'e2', '')"
        if table == "shop_entry"
        else "INSERT INTO shop_order VALUES ('h1', 'o2', 1, 'open', '')",
        "UPDATE shop_entry SET entry_id = 'e2'",
        "DELETE FROM shop_entry",
    ):
        with pytest.raises(DBAPIError), database.owner.begin() as connection:
            connection.execute(text(refused))
    if database.name == "sqlite":
        assert {name for name, _ in schema(database.owner)} == {name for name, _ in before}
        assert {name for name, _ in schema(database.owner) ^ before} == {table}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_migration_that_orphans_a_row_is_rolled_back(database: Database, versions: Path) -> None:
    migrate_shop(database, versions)
    fill(database)
    add_revision(versions, "0002", "0001", 'op.execute("DELETE FROM shop_order")')
    with pytest.raises(BrokenReferences, match="shop_item -> shop_order"):
        migrate_shop(database, versions)
    with database.owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM shop_order")).scalar_one() == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version_shop")).scalar_one() == "0001"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_trigger_of_a_verticals_own_outlives_the_rebuilding_of_its_table(database: Database, versions: Path) -> None:
    migrate_shop(database, versions)
    fill(database)
    with database.owner.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER shop_order_kept BEFORE DELETE ON shop_order"
                " BEGIN SELECT RAISE(ABORT, 'orders are kept'); END"
            )
        )
    add_revision(
        versions,
        "0002",
        "0001",
        "with op.batch_alter_table('shop_order', recreate='always') as batch:",
        "    batch.alter_column('state', type_=sa.String(20))",
    )
    migrate_shop(database, versions)
    with pytest.raises(DBAPIError, match="orders are kept"), database.owner.begin() as connection:
        connection.execute(text("DELETE FROM shop_order"))
