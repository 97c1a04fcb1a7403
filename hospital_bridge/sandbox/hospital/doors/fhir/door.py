"""The hospital behind FHIR: it is asked over HTTP, and its news are laid where they are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from hospital_bridge.sandbox.companies.company import Files
from hospital_bridge.sandbox.hospital.codes import REASONS
from hospital_bridge.sandbox.hospital.doors.fhir import money_resources, names, report_resources, resources
from hospital_bridge.sandbox.hospital.doors.fhir.desks import Desks
from hospital_bridge.sandbox.hospital.doors.fhir.endpoint import BASE, Endpoint
from hospital_bridge.sandbox.hospital.doors.fhir.shelf import Shelf
from hospital_bridge.sandbox.hospital.doors.fhir.subscriptions import Subscriptions
from hospital_bridge.sandbox.hospital.doors.http_server import HttpServer
from hospital_bridge.sandbox.hospital.examinations import PANELS
from hospital_bridge.sandbox.hospital.model import Appointment, Bill, Merge, Report, Stay, Visit

if TYPE_CHECKING:
    from adapters.hl7.sender import Hl7Link
    from hospital_bridge.clock import Clock
    from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource
    from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
    from hospital_bridge.sandbox.hospital.staff import Fact, Notice

TOKEN = "the-demo-hospitals-token"  # noqa: S105 - made up, for loopback
HINT = "Bearer the-demo-hospitals-hint"

_TABLES = """\
[operator.his]
adapter = "fhir"

[operator.his.fhir]
base_url = "{base_url}"
version = "{version}"
reply_timeout = 5.0

[operator.his.fhir.access]
kind = "bearer"
token = {{ file = "secrets/{operator_id}-his.token" }}

[operator.his.fhir.identifiers]
MRN = ["{mrn}"]

[operator.his.fhir.directory]
department = "Location"

[operator.his.fhir.scheduling]
places_extension = "{places_left}"

[operator.his.fhir.map]
insurance_codes = ["{insurance}"]
account_codes = ["{account}"]
window_codes = ["{window_only}"]

[operator.his.fhir.feeds]
patients = {{ every = 1.0 }}
appointments = {{ every = 1.0 }}
encounters = {{ every = 1.0 }}
bills = {{ every = 1.0 }}
reports = {{ every = 1.0 }}

[operator.his.fhir.hints]
secret = {{ file = "secrets/{operator_id}-his.hint" }}

[operator.his.fhir.codes]
{codes}
"""


class FhirDoor:
    """A FHIR server of one version; a subscriber is called after each thing that was laid down."""

    def __init__(self, hospital: SimulatedHospital, clock: Clock, host: str, port: int, *, version: str = "R4") -> None:
        self._hospital = hospital
        self._host = host
        self._version = version
        self._shelf = Shelf(clock)
        self.subscriptions = Subscriptions(version)
        desks = Desks(hospital, self._shelf, version)
        self._desks = desks
        self.endpoint = Endpoint(hospital, desks, self.subscriptions, version, self._authority, TOKEN)
        self._server = HttpServer(self.endpoint.answer, hospital.endurance, clock, host, port)

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
        """What the hospital's IT writes: its server, its numbers and its codes."""
        tables = _TABLES.format(
            base_url=f"{self._authority()}{BASE}",
            version=self._version,
            operator_id=operator_id,
            mrn=names.MRN,
            places_left=names.PLACES_LEFT,
            insurance=names.INSURANCE,
            account=names.ACCOUNT,
            window_only=names.WINDOW_ONLY,
            codes="\n".join(f'{code} = "{reason}"' for code, reason in REASONS.items()),
        )
        return Files(tables, {f"{operator_id}-his.token": TOKEN, f"{operator_id}-his.hint": HINT})

    def tell(self, notice: Notice, _listener: Hl7Link) -> Mapping[str, str]:
        """Lay down what has changed and call who subscribed; nothing is sent to a listener."""
        with self._hospital.lock:
            laid = [self._shelf.lay(each) for each in self._resources(notice.fact)]
        if laid:
            self.subscriptions.tell(laid[-1])
        return {}

    def _resources(self, fact: Fact) -> Iterator[Resource]:
        """The resources of a fact, what they refer to first."""
        data = self._hospital.data
        match fact:
            case Visit():
                yield resources.encounter(fact, data.doctor(fact.doctor_code), self._version)
            case Appointment():
                yield self._desks.appointment(fact)
            case Bill():
                name = data.department_of(fact.doctor_code).name
                yield money_resources.invoice(fact, data.doctor(fact.doctor_code), name, self._version)
            case Report():
                # A resource shows what counts now, whichever version the news was of.
                latest, panel = self._hospital.laboratory.versions(fact.report_no)[-1], PANELS[fact.panel_code]
                yield report_resources.order(latest, data.doctor(latest.doctor_code))
                yield from report_resources.observations(latest, panel)
                yield report_resources.report(latest, panel)
            case Stay():
                return  # No resource says what deposits lie on a stay.
            case Merge():
                if self._shelf.get("Patient", resources.patient_id(fact.survivor)):
                    yield self._desks.patient(fact.survivor)
                yield self._desks.patient(fact.other)

    def _authority(self) -> str:
        return f"http://{self._host}:{self.port}"


R4, R4B, R5 = (partial(FhirDoor, version=version) for version in ("R4", "R4B", "R5"))
