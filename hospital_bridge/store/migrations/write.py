"""Write a migration from the tables as declared: `python -m hospital_bridge.store.migrations.write MESSAGE`.

A development tool. It migrates an empty SQLite database to the newest revision, compares it with the
declared tables and writes the difference as the next revision, to be read before it is committed.
`--initial` throws all revisions away and writes one for each aggregate, as long as no installation exists.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path

from alembic import command
from alembic.config import Config

import hospital_bridge.store
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.migrations.runner import CORE_VERSION_TABLE, HERE, alembic_config
from hospital_bridge.store.tables import core_metadata

VERSIONS = HERE / "versions"
_DECLARATION = re.compile(r'Table\(\s*"(\w+)"')


def write(message: str, versions: Path = VERSIONS) -> None:
    """Write what the declared tables have and the migrated ones have not as the next revision."""
    with _empty_database(versions) as config:
        _write_next(config, versions, message)
    _tidy(versions)


def write_initial(versions: Path = VERSIONS) -> None:
    """Write every table as declared, one revision for each aggregate's file."""
    for revision in versions.glob("[0-9]*.py"):
        revision.unlink()
    declared = _tables_by_file()
    with _empty_database(versions) as config:
        config.attributes["render_as_batch"] = False
        for name in _in_order(declared):
            config.attributes["include_object"] = partial(_belongs, declared[name])
            _write_next(config, versions, name)
    _tidy(versions)


@contextmanager
def _empty_database(versions: Path) -> Iterator[Config]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.db")
        with engine.begin() as connection:
            config = alembic_config(connection, CORE_VERSION_TABLE, versions, core_metadata())
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            yield config
        engine.dispose()


def _write_next(config: Config, versions: Path, message: str) -> None:
    number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04d}"
    command.upgrade(config, "head")
    command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(versions))


def _tables_by_file() -> dict[str, set[str]]:
    """The tables that each file of the store declares."""
    files = Path(hospital_bridge.store.__path__[0]).glob("*.py")
    found = {file.stem: set(_DECLARATION.findall(file.read_text(encoding="utf-8"))) for file in files}
    return {name: tables for name, tables in found.items() if tables}


def _belongs(tables: set[str], _item: object, name: str | None, kind: str, *_: object) -> bool:
    return kind != "table" or name in tables


def _in_order(declared: dict[str, set[str]]) -> list[str]:
    """The files so that each follows those that its foreign keys point to."""
    home = {table: name for name, tables in declared.items() for table in tables}
    order: TopologicalSorter[str] = TopologicalSorter()
    for table in core_metadata().sorted_tables:
        targets = {home[key.column.table.name] for key in table.foreign_keys}
        order.add(home[table.name], *(targets - {home[table.name]}))
    return list(order.static_order())


def _tidy(versions: Path) -> None:
    for revision in versions.glob("[0-9]*.py"):
        lines = revision.read_text(encoding="utf-8").splitlines(keepends=True)
        revision.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "-q", "--select", "I", "--fix", str(versions)], check=True)  # noqa: S603  our own
    subprocess.run([*ruff, "format", "-q", str(versions)], check=True)  # noqa: S603  our own folder


if __name__ == "__main__":
    if "--initial" in sys.argv:
        write_initial()
    else:
        write(sys.argv[1])
