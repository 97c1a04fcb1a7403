"""The door: a server for the bridge's questions, lists for the hospital's news, and the TOML that describes both."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from adapters.hl7.charset import codec_of
from hospital_bridge.sandbox.companies.company import Files
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.doors.http_server import HttpServer
from hospital_bridge.sandbox.hospital.doors.http_xml.desk import USER, Desk

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Notice

_CHARSETS = {"utf-8": "UTF-8", "gb18030": "GB18030"}


class HttpXmlDoor:
    """SOAP over HTTP, and nothing that the hospital sends of its own accord."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, host: str, port: int) -> None:
        codec = codec_of(hospital.charset) or "utf-8"
        self._password = secrets.token_hex(8)
        self._charset = _CHARSETS.get(codec, "UTF-8")
        self._desk = Desk(hospital, clock, self._password, codec, self._charset)
        self._clock = clock
        self._host = host
        self._server = HttpServer(self._desk.answer, hospital.endurance, clock, host, port)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def start(self) -> None:
        """Listen; OSError where the address is in use."""
        self._server.start()

    def stop(self) -> None:
        """Close every connection."""
        self._server.stop()

    def written(self, operator_id: str) -> Files:
        """The description of this HIS, its login in two secrets."""
        names = {"user": f"{operator_id}-his-user", "password": f"{operator_id}-his-password"}
        tables = files(__package__).joinpath("described.toml").read_text(encoding="utf-8")
        for name, text in {
            "$ADDRESS$": f"http://{self._host}:{self.port}/his/services/AlipayService",
            "$CHARSET$": self._charset,
            "$USER$": names["user"],
            "$PASSWORD$": names["password"],
            "$CODES$": "\n".join(f'{code} = "{reason}"' for code, reason in REASONS.items()),
        }.items():
            tables = tables.replace(name, text)
        return Files(tables, {names["user"]: USER, names["password"]: self._password})

    def tell(self, notice: Notice, _listener: Hl7Link) -> Mapping[str, str]:
        """Lay it where the bridge fetches it."""
        self._desk.lists.lay(notice, self._clock.now())
        return {}
