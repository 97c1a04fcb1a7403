"""Registrations, of which a person has at most one standing for each slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table
from sqlalchemy.exc import IntegrityError

from adapters.values import Fen, Slot
from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, operator_column, where
from hospital_bridge.verticals.hospital.registration import STANDING, Registration, State
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit

REGISTRATION = Table(
    "hospital_registration",
    metadata,
    operator_column(),
    Column("registration_id", ID, primary_key=True),
    Column("wallet_user_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("mrn", LargeBinary, nullable=False, info=holds("record number")),
    Column("slot_id", CODE, nullable=False),
    Column("department_code", CODE, nullable=False),
    Column("department_name", String(120), nullable=False),
    Column("practitioner_code", CODE, nullable=False),
    Column("practitioner_name", String(120), nullable=False),
    Column("place", String(120), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("fee_fen", Integer, nullable=False),
    Column("state", CODE, nullable=False),
    Column("hold_expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("filler_id", CODE, nullable=False),
    Column("payment_id", String(32), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("fee_fen >= 0", name="fee_not_negative"),
)
Index(None, REGISTRATION.c.operator_id, REGISTRATION.c.subject_id, REGISTRATION.c.created_at)
STANDS = f"state IN ({', '.join(repr(state.value) for state in sorted(STANDING))})"
Index(
    "uq_hospital_registration_standing",
    REGISTRATION.c.operator_id,
    REGISTRATION.c.subject_id,
    REGISTRATION.c.slot_id,
    unique=True,
    **where(STANDS),
)


class NoSuchRegistration(LookupError):
    """This operator has no registration of that id."""


class AlreadyStanding(Exception):
    """The person has a registration for this slot; two for one visit would be two fees."""

    def __init__(self, registration_id: str) -> None:
        super().__init__(registration_id)
        self.registration_id = registration_id


def add(work: VerticalWork, registration: Registration) -> None:
    """Keep a new registration; AlreadyStanding when the person has one for the slot, also one made this instant."""
    if standing := _standing(work, registration):
        raise AlreadyStanding(standing)
    try:
        with work.connection.begin_nested():
            _insert(work, registration)
    except IntegrityError:
        if standing := _standing(work, registration):
            raise AlreadyStanding(standing) from None
        raise


def _standing(work: VerticalWork, registration: Registration) -> str:
    whose = REGISTRATION.c.subject_id == registration.subject_id
    what = REGISTRATION.c.slot_id == registration.slot.slot_id
    row = work.table(REGISTRATION).one(whose, what, as_indexed(STANDS))
    return row.registration_id if row else ""


def _insert(work: VerticalWork, registration: Registration) -> None:
    slot = registration.slot
    work.table(REGISTRATION).add(
        registration_id=registration.registration_id,
        wallet_user_id=registration.wallet_user_id,
        subject_id=registration.subject_id,
        mrn=work.seal.seal(registration.subject_id, *_mrn_place(registration.registration_id), registration.mrn),
        slot_id=slot.slot_id,
        department_code=slot.department_code,
        department_name=registration.department_name,
        practitioner_code=slot.practitioner_code,
        practitioner_name=registration.practitioner_name,
        place=registration.place,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        fee_fen=slot.fee_fen,
        hold_expires_at=registration.hold_expires_at,
        created_at=registration.created_at,
        version=registration.version,
        **_changing(registration),
    )


def save(work: VerticalWork, registration: Registration) -> None:
    """Write back what can change, guarded by the version that was read."""
    key = REGISTRATION.c.registration_id == registration.registration_id
    work.table(REGISTRATION).save(key, version=registration.version, **_changing(registration))


def move(work: VerticalWork, visit: Visit) -> None:
    """The hospital moved the visit of a registration: its time, and whom it is with; it lasts as long as before."""
    registration = get(work, visit.registration_id)
    work.table(REGISTRATION).save(
        REGISTRATION.c.registration_id == registration.registration_id,
        version=registration.version,
        department_code=visit.department_code,
        department_name=visit.department_name,
        practitioner_code=visit.practitioner_code,
        practitioner_name=visit.practitioner_name,
        place=visit.place,
        starts_at=visit.starts_at,
        ends_at=visit.starts_at + (registration.slot.ends_at - registration.slot.starts_at),
    )
    work.audit.record("hospital", "registration.moved", registration.registration_id)


def get(work: VerticalWork, registration_id: str) -> Registration:
    """One registration; NoSuchRegistration when this operator has none of that id."""
    row = work.table(REGISTRATION).one(REGISTRATION.c.registration_id == registration_id)
    if row is None:
        raise NoSuchRegistration(registration_id)
    return _read(work, row)


def newest_of(work: VerticalWork, subject_id: str) -> Sequence[Registration]:
    """The registrations of a person, newest first, at most 50.

    A registration belongs to the person: a wallet that has changed hands does not show it any more.
    """
    mine = REGISTRATION.c.subject_id == subject_id
    newest = (REGISTRATION.c.created_at.desc(), REGISTRATION.c.registration_id.desc())
    return [_read(work, row) for row in work.table(REGISTRATION).all(mine, order_by=newest, limit=50)]


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Registration]:
    """Every registration of one person."""
    return [_read(work, row) for row in work.table(REGISTRATION).all(REGISTRATION.c.subject_id == subject_id)]


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop the record numbers; what was booked and paid stays, of nobody."""
    work.table(REGISTRATION).change(REGISTRATION.c.subject_id == subject_id, mrn=b"")


def _mrn_place(registration_id: str) -> tuple[str, str, str]:
    return REGISTRATION.name, "mrn", registration_id


def _changing(registration: Registration) -> dict[str, Any]:
    return {
        "state": registration.state.value,
        "filler_id": registration.filler_id,
        "payment_id": registration.payment_id,
        "reason": registration.reason[:200],
    }


def _read(work: VerticalWork, row: Row[Any]) -> Registration:
    return Registration(
        registration_id=row.registration_id,
        wallet_user_id=row.wallet_user_id,
        subject_id=row.subject_id,
        mrn=_mrn(work, row),
        slot=_slot(row),
        department_name=row.department_name,
        practitioner_name=row.practitioner_name,
        place=row.place,
        state=State(row.state),
        hold_expires_at=row.hold_expires_at,
        created_at=row.created_at,
        filler_id=row.filler_id,
        payment_id=row.payment_id,
        reason=row.reason,
        version=row.version,
    )


def _mrn(work: VerticalWork, row: Row[Any]) -> str:
    """The record number; empty once the person was erased."""
    return work.seal.open(row.subject_id, *_mrn_place(row.registration_id), row.mrn) if row.mrn else ""


def _slot(row: Row[Any]) -> Slot:
    return Slot(
        slot_id=row.slot_id,
        department_code=row.department_code,
        practitioner_code=row.practitioner_code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        remaining=0,
        fee_fen=Fen(row.fee_fen),
    )
