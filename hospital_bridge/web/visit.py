"""One request at an operator's pages: who, in which language and look."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request, url_for

from hospital_bridge.slot import Binding, Relation
from hospital_bridge.store.busy import DatabaseBusy
from hospital_bridge.store.devices import Device, Devices
from hospital_bridge.store.sessions import Session, SessionKind, Sessions
from hospital_bridge.store.staff import StaffAccounts, StaffMember
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.web.access import Area
from hospital_bridge.web.look import Look, chosen_look
from hospital_bridge.web.site import Operator, Site

AREAS = {"p": Area.PATIENT, "staff": Area.STAFF, "device": Area.DEVICE}
COOKIES = {Area.PATIENT: "hb_patient", Area.STAFF: "hb_staff", Area.DEVICE: "hb_device"}


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody for whom the wallet user at the phone acts (就诊人)."""

    binding: Binding
    name: str

    @property
    def subject_id(self) -> str:
        return self.binding.subject_id

    @property
    def is_self(self) -> bool:
        return self.binding.relation is Relation.SELF


@dataclass(slots=True)
class Visit:
    """What is known of the request before its view runs; `secret` is the session's and empty without one.

    `patients` are those for whom a signed-in wallet user acts, themselves first.
    """

    area: Area
    operator: Operator
    look: Look
    secret: str = ""
    session: Session | None = None
    staff: StaffMember | None = None
    device: Device | None = None
    patients: Sequence[Patient] = ()

    @property
    def signed_in(self) -> bool:
        """Whether this is a patient at the patients' pages, staff at theirs, or an enrolled device at its own."""
        if self.area is Area.STAFF:
            return self.staff is not None
        if self.area is Area.DEVICE:
            return self.device is not None
        return self.session is not None and self.session.kind is SessionKind.PATIENT

    @property
    def principal(self) -> str:
        """The wallet user id, staff id or device id; empty for a visitor."""
        return self.session.principal if self.session else ""

    @property
    def patient(self) -> Patient | None:
        """Whom the pages are about: as chosen, while anything may be done for that person, or else the wallet user."""
        chosen = self.session.subject_id if self.session else ""
        here = [each for each in self.patients if each.binding.rights]
        return next((each for each in here if each.subject_id == chosen), here[0] if here else None)

    @property
    def subject_id(self) -> str:
        """The subject id of `patient`, empty for nobody."""
        return self.patient.subject_id if self.patient else ""

    @property
    def actor(self) -> str:
        """The principal with its kind, unique over all callers of an operator."""
        if self.session is None:
            return "nobody"
        return f"{self.session.kind}:{self.principal or self.session.session_hash}"


def site() -> Site:
    """The site that this application serves."""
    return cast("Site", current_app.extensions["site"])


def visit() -> Visit:
    """The visit of this request; only under an operator's address."""
    return cast("Visit", g.visit)


def address(endpoint: str, **values: object) -> str:
    """The path of a page of this operator."""
    return url_for(endpoint, operator=visit().operator.id, **values)  # type: ignore[arg-type]  # url_for takes any


def arrive(*, recognised: bool = True) -> Visit | None:
    """The visit that the request's address belongs to, or None outside the operators' pages.

    One that is not `recognised` is nobody's, and no database is asked.
    """
    _, prefix, operator_id, *_ = [*request.path.split("/", 3), "", ""]
    operator = site().operators.get(operator_id)
    if prefix not in AREAS or operator is None:
        return None
    area = AREAS[prefix]
    secret = request.cookies.get(COOKIES[area], "") if recognised else ""
    arrived = Visit(area, operator, chosen_look(operator.language), secret)
    if secret:
        _recognise(arrived)
    return arrived


def _recognise(arrived: Visit) -> None:
    with site().store.read(arrived.operator.id) as work:
        session = Sessions(work).find(arrived.secret)
        if session is None:
            arrived.secret = ""
            return
        arrived.session = session
        if session.kind is SessionKind.STAFF and arrived.area is Area.STAFF:
            arrived.staff = StaffAccounts(work).find(session.principal)
        if session.kind is SessionKind.DEVICE and arrived.area is Area.DEVICE:
            arrived.device = Devices(work).find(session.principal)
        if arrived.signed_in and arrived.area is Area.PATIENT:
            arrived.look = chosen_look(work.wallet_users.locale(session.principal) or arrived.operator.language)
            arrived.patients = _patients(work, session.principal)
    if session.stale:
        # A session that is not touched in time ends a little sooner: no reason to turn somebody away.
        with suppress(DatabaseBusy), site().store.begin(arrived.operator.id) as work:
            Sessions(work).touch(arrived.secret)


def _patients(work: Work, wallet_user_id: str) -> Sequence[Patient]:
    people = work.subjects.people_of(wallet_user_id)
    return [Patient(each, work.subjects.identity(each.subject_id).name) for each in people]
