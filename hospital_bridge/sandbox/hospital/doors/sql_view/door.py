"""The hospital behind its own database: views to read, interface tables to fill in."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import Connection

from hospital_bridge.sandbox.companies.company import Files
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.doors.sql_view import requests, told
from hospital_bridge.sandbox.hospital.doors.sql_view.database import (
    Columns,
    insert,
    lines,
    opened,
    remove,
    run,
    socket_of,
)
from hospital_bridge.sandbox.hospital.doors.sql_view.mirror import Mirror
from hospital_bridge.sandbox.hospital.doors.sql_view.requests import Asked
from hospital_bridge.sandbox.hospital.doors.sql_view.wire import Wire

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Notice

_LOOK_SECONDS = 0.005
_LOOKS_PER_MIRROR = 20
"""The clock goes on and the hospital's own people write in its books: what nobody asked for shows a little later."""

_VIEWS = tuple(f"Out_view_{name}" for name in ("KS", "YS", "HY", "BR", "YY", "SK", "GH", "FY", "BG", "HB", "ZY"))
_ANY_LINE = text(" UNION ALL ".join(f"SELECT 1 FROM {table}" for table in requests.TRIGGERS))  # noqa: S608


class SqlViewDoor:
    """What others write is worked on by a thread; while the door is closed they find neither views nor tables."""

    def __init__(
        self, hospital: SimulatedHospital, clock: Clock, host: str, port: int, *, database_url: str = ""
    ) -> None:
        """The database is an empty one of PostgreSQL behind a local socket, by default a file of its own."""
        self._hospital = hospital
        self._clock = clock
        self._mirror = Mirror(hospital, clock)
        self._url = database_url or f"sqlite:///{self._folder() / 'his.db'}"
        self._engine = opened(self._url)
        server = socket_of(self._engine)
        self._wire = Wire(hospital, clock, (host, port), server) if server else None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        with self._engine.begin() as database:
            run(database, "schema.sql")

    @property
    def port(self) -> int:
        """Where the database is reached over the network; a file is not."""
        return self._wire.port if self._wire else 0

    def start(self) -> None:
        """Let others see and fill in, and work on what they write."""
        with self._hospital.lock, self._engine.begin() as database:
            run(database, "doors.sql")
            self._mirror.write(database, self._mirror.changes())
        self._closed.clear()
        self._thread = threading.Thread(target=self._work, name="simulated-hospital", daemon=True)
        self._thread.start()
        if self._wire:
            self._wire.start()

    def stop(self) -> None:
        """Take away what others may see."""
        if self._thread is None:
            return
        if self._wire:
            self._wire.stop()
        self._closed.set()
        self._thread.join()
        self._thread = None
        with self._engine.begin() as database:
            for view in _VIEWS:
                database.exec_driver_sql(f"DROP VIEW {view}")
            for table in requests.TRIGGERS:
                database.exec_driver_sql(f"DROP TABLE {table}")

    def written(self, operator_id: str) -> Files:
        """The address of the database is a secret."""
        key = f"{operator_id}-his.url"
        meanings = {**REASONS, requests.OK: "ok", requests.BUSY: "busy", requests.BROKEN_OFF: "unknown"}
        codes = ", ".join(f'"{code}" = "{meaning}"' for code, meaning in meanings.items())
        tables = Path(__file__).with_name("his.toml").read_text(encoding="utf-8")
        return Files(tables.replace("@KEY@", key).replace("@CODES@", codes), secrets={key: self._address()})

    def tell(self, notice: Notice, listener: Hl7Link) -> Mapping[str, str]:
        """Lay it where the bridge looks for it; under which number it is known there is told by nobody."""
        with self._hospital.lock, self._engine.begin() as database:
            self._mirror.write(database, self._mirror.changes())
            told.lay(database, notice.fact, self._hospital, self._clock.now())
        return {}

    def _address(self) -> str:
        if self._wire is None:
            return self._url
        there = self._engine.url.set(host="127.0.0.1", port=self._wire.port, query={"sslmode": "disable"})
        return there.render_as_string(hide_password=False)

    def _folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="hospital-bridge-his-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _work(self) -> None:
        """Look for what was written since the last look, and keep the tables up to date with books and clock."""
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as watched:
            for look in itertools.count():
                if self._closed.wait(_LOOK_SECONDS):
                    return
                if watched.execute(_ANY_LINE).first() is not None:
                    self._take_up()
                elif look % _LOOKS_PER_MIRROR == 0:
                    self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        with self._hospital.lock:
            if changes := self._mirror.changes():
                with self._engine.begin() as database:
                    self._mirror.write(database, changes)

    def _take_up(self) -> None:
        with self._hospital.lock, self._engine.begin() as database:
            for table in requests.TRIGGERS:
                for columns in lines(database, table):
                    self._answer(database, Asked(table, columns))

    def _answer(self, database: Connection, asked: Asked) -> None:
        answered = requests.answer(asked, self._hospital)
        self._mirror.write(database, self._mirror.changes())
        remove(database, asked.table, [{"XH": int(asked.columns["XH"])}])
        if answered.columns is None:
            return
        if answered.delay_seconds:
            self._answer_later(answered.columns, answered.delay_seconds)
        else:
            insert(database, "Out_table_JG", [answered.columns])

    def _answer_later(self, columns: Columns, seconds: float) -> None:
        def late() -> None:
            self._clock.sleep(seconds)
            with self._engine.begin() as database:
                insert(database, "Out_table_JG", [columns])

        threading.Thread(target=late, name="simulated-hospital-late", daemon=True).start()
