"""Everything outside the bridge: a wallet, a hospital and a clinician's system on loopback, and who uses them."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from adapters.hl7.build import UTF_8
from hospital_bridge.sandbox.alipay.gateway import create_gateway
from hospital_bridge.sandbox.alipay.serving import NoticePump, serve_gateway
from hospital_bridge.sandbox.alipay.world import AlipayWorld
from hospital_bridge.sandbox.clinic_system import ClinicSystem
from hospital_bridge.sandbox.companies import HOSPITAL
from hospital_bridge.sandbox.configuration import Addresses
from hospital_bridge.sandbox.hospital.doors import DOORS
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from hospital_bridge.clock import Clock

HOST = "127.0.0.1"


class Town:
    """The outside world of one bridge; a context manager that serves while it is entered."""

    def __init__(
        self,
        clock: Clock,
        *,
        charset: str = UTF_8,
        gateway_port: int = 0,
        his: str = "hl7v2",
        his_port: int = 0,
        merchant: str = HOSPITAL.name,
    ) -> None:
        """`his` names the hospital's door, `merchant` is who the bridge's account at the wallet belongs to."""
        self.charset = charset
        self.his = his
        self.wallet = AlipayWorld(clock)
        self.credentials = self.wallet.new_app(merchant)
        self.hospital = SimulatedHospital(clock, charset=charset)
        self.clinic = ClinicSystem()
        self._gateway_port = gateway_port
        self.door = DOORS[his](self.hospital, clock, HOST, his_port)

    def __enter__(self) -> Self:
        self.door.start()
        self.clinic.start()
        self._gateway, self._gateway_port = serve_gateway(create_gateway(self.wallet), HOST, self._gateway_port)
        self._notices = NoticePump(self.wallet)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._notices.close()
        self._gateway.close()
        self.clinic.stop()
        self.door.stop()

    @property
    def gateway(self) -> str:
        """The wallet's address."""
        return f"http://{HOST}:{self._gateway_port}"

    @contextmanager
    def without_hospital(self) -> Iterator[None]:
        """Nobody listens at the hospital's address meanwhile."""
        self.door.stop()
        try:
            yield
        finally:
            self.door.start()

    @contextmanager
    def without_wallet(self) -> Iterator[None]:
        """Nobody listens at the wallet's address meanwhile."""
        self._gateway.close()
        try:
            yield
        finally:
            self._gateway, _ = serve_gateway(create_gateway(self.wallet), HOST, self._gateway_port)

    def addresses(self, web_port: int, listener_port: int) -> Addresses:
        """Where everything listens, the bridge included."""
        return Addresses(
            gateway=self.gateway,
            his_port=self.door.port,
            his=self.door.written,
            web_port=web_port,
            listener_port=listener_port,
            charset=self.charset,
            clinic=self.clinic.url,
            clinic_secret=self.clinic.secret,
        )


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on at this moment."""
    taken = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of this machine."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
