"""What a door of the simulated hospital is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.companies.company import Files
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Notice


class Door(Protocol):
    """One way to reach the hospital over real wires on loopback."""

    @property
    def port(self) -> int:
        """Where it listens; 0 for a door without a port."""

    def start(self) -> None:
        """Let others in; OSError where the address is in use."""

    def stop(self) -> None:
        """Let nobody in and end every thread; `start` opens it again, with nothing forgotten."""

    def written(self, operator_id: str) -> Files:
        """`[operator.his]` of a configuration that goes through this door, and its secrets by file name."""

    def tell(self, notice: Notice, listener: Hl7Link) -> Mapping[str, str]:
        """Send the news to the bridge's listener, or lay `notice.fact` where the bridge fetches it.

        What is known then: `control_id`, and `ack_control_id` where the bridge has answered already.
        """


class MakeDoor(Protocol):
    """Makes a door of the hospital that listens at host and port (0 for any)."""

    def __call__(self, hospital: SimulatedHospital, clock: Clock, host: str, port: int, /) -> Door: ...
