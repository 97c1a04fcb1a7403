"""Stays, one for each of the hospital's numbers, and deposits onto them; the patient is known by the record number."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    true,
)

from adapters.stays import Stage
from adapters.sums import Shares
from adapters.values import Fen
from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.stays.stay import Deposit, State, Stay
from hospital_bridge.verticals.hospital.store import record_holders, record_merges
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

STAY = Table(
    "hospital_stay",
    metadata,
    operator_column(),
    Column("stay_id", ID, primary_key=True),
    Column("stay_no", String(120), nullable=False),
    Column("number_index", CODE, nullable=False),
    Column("words", LargeBinary, nullable=False, info=holds("stay")),
    Column("balance_fen", BigInteger, nullable=False),
    Column("is_settled", Boolean, nullable=False),
    Column("surplus_fen", BigInteger, nullable=False),
    Column("returned_fen", BigInteger, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stage", CODE, nullable=False, server_default="admitted"),
    Column("balance_told", Boolean, nullable=False, server_default=true()),
    Column("asked_fen", BigInteger, nullable=False, server_default="0"),
    Column("total_fen", BigInteger, nullable=True),
    Column("insurance_fen", BigInteger, nullable=True),
    Column("account_fen", BigInteger, nullable=True),
    Column("self_pay_fen", BigInteger, nullable=True),
    Column("deposits_fen", BigInteger, nullable=True),
    Column("due_fen", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("operator_id", "stay_no"),
    CheckConstraint("returned_fen >= 0 AND returned_fen <= surplus_fen", name="no_more_than_the_surplus"),
)
Index(None, STAY.c.operator_id, STAY.c.number_index)

DEPOSIT = Table(
    "hospital_deposit",
    metadata,
    operator_column(),
    Column("deposit_id", ID, primary_key=True),
    Column("stay_id", ID, nullable=False),
    Column("wallet_user_id", String(32), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("state", CODE, nullable=False),
    Column("payment_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", CODE, nullable=False, server_default=""),
    ForeignKeyConstraint(["operator_id", "stay_id"], ["hospital_stay.operator_id", "hospital_stay.stay_id"]),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
)
Index(None, DEPOSIT.c.operator_id, DEPOSIT.c.stay_id, DEPOSIT.c.ordered_at)


class NoSuchStay(LookupError):
    """This operator has no stay or deposit of that id, or it is nobody's here."""


def add(work: VerticalWork, stay: Stay) -> None:
    """Keep a new stay; IntegrityError when its number is known."""
    work.table(STAY).add(stay_id=stay.stay_id, stay_no=stay.stay_no, version=stay.version, **_told(work, stay))


def save(work: VerticalWork, stay: Stay) -> None:
    """Write back how it stands, guarded by the version that was read."""
    work.table(STAY).save(STAY.c.stay_id == stay.stay_id, version=stay.version, **_told(work, stay))


def find(work: VerticalWork, stay_no: str, *, lock: bool = False) -> Stay | None:
    """The stay of the hospital's number, or None; `lock` holds it until the transaction ends."""
    row = work.table(STAY).one(STAY.c.stay_no == stay_no, lock=lock)
    return None if row is None else _stay(work, row)


def get(work: VerticalWork, stay_id: str, *, lock: bool = False) -> Stay:
    """One stay; NoSuchStay when this operator has none of that id."""
    row = work.table(STAY).one(STAY.c.stay_id == stay_id, lock=lock)
    if row is None:
        raise NoSuchStay(stay_id)
    return _stay(work, row)


def holder_of(work: VerticalWork, stay: Stay) -> str:
    """The one person who has bound its record number; empty where nobody has, or where it is not clear who it is."""
    found = record_holders.of_record(work, record_merges.of_number(work, stay.mrn)) if stay.mrn else ()
    return found[0] if len(found) == 1 else ""


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Stay]:
    """Every stay of one person, newest word first."""
    numbers = record_holders.own_indexes(work, subject_id)
    rows = work.table(STAY).all(STAY.c.number_index.in_(numbers), order_by=[STAY.c.told_at.desc()], limit=50)
    return [stay for stay in (_stay(work, row) for row in rows) if holder_of(work, stay) == subject_id]


def told_before(work: VerticalWork, before: datetime, *, after: str = "", limit: int = 500) -> Sequence[Stay]:
    """Stays that are not forgotten and were told last before that instant, by their ids, from the one after `after`."""
    old = (STAY.c.told_at < before, STAY.c.stay_id > after, STAY.c.number_index != STAY.c.stay_id)
    return [_stay(work, row) for row in work.table(STAY).all(*old, order_by=[STAY.c.stay_id], limit=limit)]


def forget(work: VerticalWork, stay: Stay) -> None:
    """Forget a stay; where money moved, the sums stay, of nobody."""
    chosen = STAY.c.stay_id == stay.stay_id
    if deposits(work, stay.stay_id):
        # An index of its own that no record number has: the hospital's later words about it find nobody.
        work.table(STAY).change(chosen, words=b"", number_index=stay.stay_id)
    else:
        work.table(STAY).remove(chosen)


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Forget the person's stays."""
    for stay in of_subject(work, subject_id):
        forget(work, stay)


def add_deposit(work: VerticalWork, deposit: Deposit) -> None:
    """Keep a new deposit."""
    work.table(DEPOSIT).add(
        deposit_id=deposit.deposit_id,
        stay_id=deposit.stay_id,
        wallet_user_id=deposit.wallet_user_id,
        amount_fen=deposit.amount_fen,
        ordered_at=deposit.ordered_at,
        version=deposit.version,
        **_moving(deposit),
    )


def save_deposit(work: VerticalWork, deposit: Deposit) -> None:
    """Write back how it stands, guarded by the version that was read."""
    chosen = DEPOSIT.c.deposit_id == deposit.deposit_id
    work.table(DEPOSIT).save(chosen, version=deposit.version, **_moving(deposit))


def deposit_of(work: VerticalWork, deposit_id: str, *, lock: bool = False) -> Deposit:
    """One deposit; NoSuchStay when this operator has none of that id."""
    row = work.table(DEPOSIT).one(DEPOSIT.c.deposit_id == deposit_id, lock=lock)
    if row is None:
        raise NoSuchStay(deposit_id)
    return _deposit(row)


def deposits(work: VerticalWork, stay_id: str) -> Sequence[Deposit]:
    """All deposits onto a stay, newest first."""
    newest = [DEPOSIT.c.ordered_at.desc(), DEPOSIT.c.deposit_id.desc()]
    return [_deposit(row) for row in work.table(DEPOSIT).all(DEPOSIT.c.stay_id == stay_id, order_by=newest)]


def _told(work: VerticalWork, stay: Stay) -> dict[str, Any]:
    return {
        "number_index": work.seal.index(MRN, stay.mrn),
        "words": work.seal.seal_own(STAY.name, "words", stay.stay_id, _words(stay)),
        "balance_fen": stay.balance_fen or 0,
        "balance_told": stay.balance_fen is not None,
        "stage": stay.stage.value,
        "asked_fen": stay.asked_fen,
        "deposits_fen": stay.deposits_fen,
        "due_fen": stay.due_fen,
        **_shares_told(stay.shares),
        "is_settled": stay.is_settled,
        "surplus_fen": stay.surplus_fen,
        "returned_fen": stay.returned_fen,
        "told_at": stay.told_at,
    }


def _words(stay: Stay) -> bytes:
    words = {
        "mrn": stay.mrn,
        "ward": stay.ward,
        "settlement_no": stay.settlement_no,
        "admitted_at": _written(stay.admitted_at),
        "discharged_at": _written(stay.discharged_at),
        "account_told_at": _written(stay.account_told_at),
        "settlement_told_at": _written(stay.settlement_told_at),
        "reckoned_at": _written(stay.reckoned_at),
        "netted_fen": stay.netted_fen,
        "unheard_fen": stay.unheard_fen,
    }
    return json.dumps(words, ensure_ascii=False).encode()


def _shares_told(shares: Shares | None) -> dict[str, Fen | None]:
    return {
        "total_fen": shares.total if shares else None,
        "insurance_fen": shares.insurance if shares else None,
        "account_fen": shares.account if shares else None,
        "self_pay_fen": shares.self_pay if shares else None,
    }


def _shares(row: Row[Any]) -> Shares | None:
    if row.total_fen is None:
        return None
    return Shares(Fen(row.total_fen), Fen(row.insurance_fen), Fen(row.account_fen), Fen(row.self_pay_fen))


def _written(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""


def _instant(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _stay(work: VerticalWork, row: Row[Any]) -> Stay:
    words = json.loads(work.seal.open_own(STAY.name, "words", row.stay_id, row.words)) if row.words else {}
    return Stay(
        stay_id=row.stay_id,
        stay_no=row.stay_no,
        mrn=words.get("mrn", ""),
        ward=words.get("ward", ""),
        balance_fen=Fen(row.balance_fen) if row.balance_told else None,
        is_settled=row.is_settled,
        surplus_fen=Fen(row.surplus_fen),
        told_at=row.told_at,
        returned_fen=row.returned_fen,
        version=row.version,
        stage=Stage(row.stage),
        admitted_at=_instant(words.get("admitted_at", "")),
        discharged_at=_instant(words.get("discharged_at", "")),
        asked_fen=Fen(row.asked_fen),
        shares=_shares(row),
        deposits_fen=None if row.deposits_fen is None else Fen(row.deposits_fen),
        due_fen=Fen(row.due_fen),
        settlement_no=words.get("settlement_no", ""),
        account_told_at=_instant(words.get("account_told_at", "")),
        settlement_told_at=_instant(words.get("settlement_told_at", _written(row.told_at))),
        reckoned_at=_instant(words.get("reckoned_at", _written(row.told_at))),
        netted_fen=words.get("netted_fen"),
        unheard_fen=words.get("unheard_fen", 0),
    )


def _moving(deposit: Deposit) -> dict[str, Any]:
    return {"state": deposit.state.value, "payment_id": deposit.payment_id, "reason": deposit.reason}


def _deposit(row: Row[Any]) -> Deposit:
    return Deposit(
        deposit_id=row.deposit_id,
        stay_id=row.stay_id,
        wallet_user_id=row.wallet_user_id,
        amount_fen=Fen(row.amount_fen),
        ordered_at=row.ordered_at,
        state=State(row.state),
        payment_id=row.payment_id,
        version=row.version,
        reason=row.reason,
    )
