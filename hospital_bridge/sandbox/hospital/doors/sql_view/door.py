"""The hospital behind its own database, a SQLite file: views to read, interface tables to fill in."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.companies.company import Files
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.doors.sql_view import requests, told
from hospital_bridge.sandbox.hospital.doors.sql_view.mirror import Mirror
from hospital_bridge.sandbox.hospital.doors.sql_view.requests import Asked, Columns

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Notice

_HERE = Path(__file__).parent
_LOOK_SECONDS = 0.005
_LOOKS_PER_MIRROR = 20
"""The clock goes on and the hospital's own people write in its books: what nobody asked for shows a little later."""

_OPENED = ("VIEW", "TABLE")


class SqlViewDoor:
    """What others write is worked on by a thread; while the door is closed they find neither views nor tables."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, _host: str, _port: int) -> None:
        self._hospital = hospital
        self._clock = clock
        self._mirror = Mirror(hospital, clock)
        folder = Path(tempfile.mkdtemp(prefix="hospital-bridge-his-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._file = folder / "his.db"
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        with closing(self._opened()) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_sql("schema.sql"))

    @property
    def port(self) -> int:
        """It has none."""
        return 0

    def start(self) -> None:
        """Let others see and fill in, and work on what they write."""
        with self._hospital.lock, closing(self._opened()) as database:
            database.executescript(_sql("doors.sql"))
            self._write(database)
        self._closed.clear()
        self._thread = threading.Thread(target=self._work, name="simulated-hospital", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take away what others may see."""
        if self._thread is None:
            return
        self._closed.set()
        self._thread.join()
        self._thread = None
        with closing(self._opened()) as database:
            found = "SELECT type, name FROM sqlite_master WHERE name LIKE 'Out_view_%' OR name LIKE 'In_table_%'"
            for kind, name in database.execute(found).fetchall():
                if kind.upper() in _OPENED:
                    database.execute(f"DROP {kind} {name}")

    def written(self, operator_id: str) -> Files:
        """The address of the database is a secret."""
        key = f"{operator_id}-his.url"
        meanings = {**REASONS, requests.OK: "ok", requests.BUSY: "busy", requests.BROKEN_OFF: "unknown"}
        codes = ", ".join(f'"{code}" = "{meaning}"' for code, meaning in meanings.items())
        tables = _sql("his.toml").replace("@KEY@", key).replace("@CODES@", codes)
        return Files(tables, secrets={key: f"sqlite:///{self._file}"})

    def tell(self, notice: Notice, listener: Hl7Link) -> Mapping[str, str]:
        """Lay it where the bridge looks for it; under which number it is known there is told by nobody."""
        with self._hospital.lock, closing(self._opened()) as database, _change(database):
            self._mirror.write(database, self._mirror.changes())
            told.lay(database, notice.fact, self._hospital, self._clock.now())
        return {}

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=30, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA synchronous = OFF")
        database.row_factory = sqlite3.Row
        return database

    def _write(self, database: sqlite3.Connection) -> None:
        if changes := self._mirror.changes():
            with _change(database):
                self._mirror.write(database, changes)

    def _work(self) -> None:
        """Look for what was written since the last look, and keep the tables up to date with books and clock."""
        with closing(self._opened()) as database:
            seen = -1
            for look in itertools.count():
                if self._closed.wait(_LOOK_SECONDS):
                    return
                (version,) = database.execute("PRAGMA data_version").fetchone()
                if version != seen or look % _LOOKS_PER_MIRROR == 0:
                    with self._hospital.lock:
                        self._take_up(database)
                        self._write(database)
                seen = version

    def _take_up(self, database: sqlite3.Connection) -> None:
        for table in requests.TRIGGERS:
            for row in database.execute(f"SELECT * FROM {table} ORDER BY XH").fetchall():  # noqa: S608
                columns = {name: "" if row[name] is None else str(row[name]) for name in row.keys()}  # noqa: SIM118
                answered = requests.answer(Asked(table, columns), self._hospital)
                with _change(database):
                    self._mirror.write(database, self._mirror.changes())
                    database.execute(f"DELETE FROM {table} WHERE XH = ?", (row["XH"],))  # noqa: S608
                    if answered.columns is not None and not answered.delay_seconds:
                        _answer(database, answered.columns)
                if answered.columns is not None and answered.delay_seconds:
                    self._answer_later(answered.columns, answered.delay_seconds)

    def _answer_later(self, columns: Columns, seconds: float) -> None:
        def late() -> None:
            self._clock.sleep(seconds)
            with closing(self._opened()) as database:
                _answer(database, columns)

        threading.Thread(target=late, name="simulated-hospital-late", daemon=True).start()


def _answer(database: sqlite3.Connection, columns: Columns) -> None:
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    database.execute(f"INSERT INTO Out_table_JG ({names}) VALUES ({places})", [*columns.values()])  # noqa: S608


@contextmanager
def _change(database: sqlite3.Connection) -> Iterator[None]:
    """A transaction that writes; rolled back where the block fails."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _sql(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
