"""The hospital behind HL7 v2 over MLLP: it answers, and sends its news itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.errors import OutcomeUnknown
from adapters.hl7.message import Message
from hospital_bridge.sandbox.companies.company import Files
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.notices import WINDOW_ONLY
from hospital_bridge.sandbox.hospital.server import HospitalServer

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Notice

_TABLES = """\
[operator.his]
adapter = "hl7v2"

[operator.his.hl7v2]
host = "{host}"
port = {port}
charset = "{charset}"
reply_timeout = 5.0

[operator.his.hl7v2.codes]
{codes}

[operator.his.hl7v2.map.bill]
account = "ZYB-1"
at_window = {{ from = "PV1-20", values = ["{window_only}"] }}

[operator.his.hl7v2.map.stay]
settling = ["BAR^P06"]
balance = "ZYJ-1"
total = "ZYJ-2"
insurance = "ZYJ-3"
account = "ZYJ-4"
self_pay = "ZYJ-5"
deposits = "ZYJ-6"
surplus = "ZYJ-7"
due = "ZYJ-8"
settlement_no = "ZYJ-9"
"""


def over_mllp(host: str, port: int, charset: str) -> Files:
    """What a hospital's IT writes where its HIS listens there."""
    codes = "\n".join(f'{code} = "{reason}"' for code, reason in REASONS.items())
    return Files(_TABLES.format(host=host, port=port, charset=charset, codes=codes, window_only=WINDOW_ONLY))


class MllpDoor:
    """Both directions are MLLP: the bridge's questions come here, the hospital's news go to the bridge's listener."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, host: str, port: int) -> None:
        self._host = host
        self._charset = hospital.charset
        self._server = HospitalServer(hospital, clock, host, port)

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

    def written(self, _operator_id: str) -> Files:
        """The hospital's own codes and its map; nothing here is secret."""
        return over_mllp(self._host, self.port, self._charset)

    def tell(self, notice: Notice, listener: Hl7Link) -> Mapping[str, str]:
        """Send it; OutcomeUnknown where the bridge does not accept it."""
        answer = Message.parse(listener.exchange(notice.raw))
        if answer["MSA-1"] not in {"AA", "CA"}:
            raise OutcomeUnknown(f"the bridge answered {answer['MSA-1']}")
        return {"control_id": answer["MSA-2"], "ack_control_id": answer.control_id}
