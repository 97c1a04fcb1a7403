"""The hospital's own tables: registrations and the holds that keep a slot from being sold twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.exc import IntegrityError

from adapters.values import Fen, Slot
from hospital_bridge.store.metadata import CODE, ID, NAMING, Instant, as_indexed, operator_column, where
from hospital_bridge.verticals.hospital.registration import STANDING, Registration, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

metadata = MetaData(naming_convention=NAMING)

REGISTRATION = Table(
    "hospital_registration",
    metadata,
    operator_column(),
    Column("registration_id", ID, primary_key=True),
    Column("wallet_user_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("mrn", LargeBinary, nullable=False),
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

SLOT_HOLD = Table(
    "hospital_slot_hold",
    metadata,
    operator_column(),
    Column("registration_id", ID, primary_key=True),
    Column("slot_id", CODE, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("expires_at", Instant, nullable=False),
    CheckConstraint("seat >= 1", name="seat_from_one"),
)
Index(
    "uq_hospital_slot_hold_live_seat",
    SLOT_HOLD.c.operator_id,
    SLOT_HOLD.c.slot_id,
    SLOT_HOLD.c.seat,
    unique=True,
    **where("live"),
)

RECORD_REQUEST = Table(
    "hospital_record_request",
    metadata,
    operator_column(),
    Column("subject_id", ID, primary_key=True),
    Column("try_no", Integer, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("refusal", String(200), nullable=False),
)


class NoSuchRegistration(LookupError):
    """This operator has no registration of that id."""


class SoldOut(Exception):
    """Every seat of the slot is held or taken."""


class AlreadyStanding(Exception):
    """The person has a registration for this slot; two for one visit would be two fees."""

    def __init__(self, registration_id: str) -> None:
        super().__init__(registration_id)
        self.registration_id = registration_id


def take_seat(work: VerticalWork, registration_id: str, slot: Slot, expires_at: datetime) -> None:
    """Hold one of the slot's remaining seats; SoldOut when others hold them all.

    The partial unique index is what prevents overselling: a seat that a racing patient takes first
    makes the insert fail, and the next seat is tried.
    """
    holds = work.table(SLOT_HOLD)
    of_slot, live = SLOT_HOLD.c.slot_id == slot.slot_id, as_indexed("live")
    holds.change(of_slot, live, SLOT_HOLD.c.expires_at <= work.now, live=False)
    taken = {row.seat for row in holds.all(of_slot, live)}
    for seat in range(1, slot.remaining + 1):
        if seat not in taken and _insert_hold(work, registration_id, slot.slot_id, seat, expires_at):
            return
    raise SoldOut


def _insert_hold(work: VerticalWork, registration_id: str, slot_id: str, seat: int, expires_at: datetime) -> bool:
    try:
        with work.connection.begin_nested():
            work.table(SLOT_HOLD).add(
                registration_id=registration_id, slot_id=slot_id, seat=seat, live=True, expires_at=expires_at
            )
    except IntegrityError:
        return False
    return True


def free_seat(work: VerticalWork, registration_id: str) -> None:
    """Let go of the seat: from here on the hospital's own count holds it, or nobody does."""
    work.table(SLOT_HOLD).change(SLOT_HOLD.c.registration_id == registration_id, live=False)


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


def get(work: VerticalWork, registration_id: str) -> Registration:
    """One registration; NoSuchRegistration when this operator has none of that id."""
    row = work.table(REGISTRATION).one(REGISTRATION.c.registration_id == registration_id)
    if row is None:
        raise NoSuchRegistration(registration_id)
    return _read(work, row)


def open_to(work: VerticalWork, wallet_user_id: str) -> Sequence[Registration]:
    """The registrations of the people for whom the wallet user acts now, newest first, at most 50.

    A registration belongs to the person: a wallet that has changed hands does not show it any more.
    """
    mine = REGISTRATION.c.subject_id.in_(work.subjects.bound_to(wallet_user_id))
    newest = (REGISTRATION.c.created_at.desc(), REGISTRATION.c.registration_id.desc())
    return [_read(work, row) for row in work.table(REGISTRATION).all(mine, order_by=newest, limit=50)]


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Registration]:
    """Every registration of one person."""
    return [_read(work, row) for row in work.table(REGISTRATION).all(REGISTRATION.c.subject_id == subject_id)]


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop the record numbers; what was booked and paid stays, of nobody."""
    work.table(REGISTRATION).change(REGISTRATION.c.subject_id == subject_id, mrn=b"")
    work.table(RECORD_REQUEST).remove(RECORD_REQUEST.c.subject_id == subject_id)


def want_record(work: VerticalWork, subject_id: str) -> None:
    """A new record is wanted of the hospital; once a try is over this is the next one."""
    requests, mine = work.table(RECORD_REQUEST), RECORD_REQUEST.c.subject_id == subject_id
    known = requests.one(mine, lock=True)
    if known is None:
        requests.add(subject_id=subject_id, try_no=1, over=False, refusal="")
    elif known.over:
        requests.change(mine, try_no=known.try_no + 1, over=False, refusal="")


def record_try(work: VerticalWork, subject_id: str) -> int:
    """The number of the try that is under way; 0 when none is."""
    known = work.table(RECORD_REQUEST).one(RECORD_REQUEST.c.subject_id == subject_id)
    return 0 if known is None or known.over else int(known.try_no)


def end_record_try(work: VerticalWork, subject_id: str, refusal: str = "") -> None:
    """The hospital has answered: with a record, or else with the reason why not."""
    work.table(RECORD_REQUEST).change(RECORD_REQUEST.c.subject_id == subject_id, over=True, refusal=refusal[:200])


def record_refusal(work: VerticalWork, subject_id: str) -> str:
    """Why the hospital made no record at the last try; empty when it did or has not answered."""
    known = work.table(RECORD_REQUEST).one(RECORD_REQUEST.c.subject_id == subject_id)
    return "" if known is None else str(known.refusal)


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
