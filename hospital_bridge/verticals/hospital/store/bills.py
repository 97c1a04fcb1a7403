"""Bills, one for each of the hospital's bill numbers; their words are sealed, for they tell of an illness."""

from __future__ import annotations

import json
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
)

from adapters.news import ChargeItem
from adapters.values import Fen
from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Described, Instant, as_indexed, operator_column, where
from hospital_bridge.verticals.hospital.bills.bill import Bill, State, bill_of
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

BILL_NO = String(120)

BILL = Table(
    "hospital_bill",
    metadata,
    operator_column(),
    Column("bill_id", ID, primary_key=True),
    Column("bill_no", BILL_NO, nullable=False),
    Column("subject_id", String(32), nullable=False),
    Column("number_index", CODE, nullable=False),
    Column("words", LargeBinary, nullable=False, info=holds("bill")),
    Column("total_fen", BigInteger, nullable=False),
    Column("insurance_fen", BigInteger, nullable=False),
    Column("account_fen", BigInteger, nullable=False, server_default="0"),
    Column("self_pay_fen", BigInteger, nullable=False),
    Column("at_window", Boolean, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("state", CODE, nullable=False),
    Column("wallet_user_id", String(32), nullable=False),
    Column("orders", Integer, nullable=False),
    Column("payment_id", String(32), nullable=False),
    Column("reason", Described(200), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "bill_no"),
    CheckConstraint("insurance_fen >= 0 AND account_fen >= 0 AND self_pay_fen >= 0", name="sums_not_negative"),
    CheckConstraint("insurance_fen + account_fen + self_pay_fen = total_fen", name="sums_add_up"),
)
Index(None, BILL.c.operator_id, BILL.c.subject_id, BILL.c.told_at)
PARKED = "subject_id = ''"
Index("ix_hospital_bill_parked", BILL.c.operator_id, BILL.c.number_index, **where(PARKED))

BILL_ITEM = Table(
    "hospital_bill_item",
    metadata,
    operator_column(),
    Column("bill_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("words", LargeBinary, nullable=False, info=holds("bill")),
    Column("amount_fen", BigInteger, nullable=False),
    ForeignKeyConstraint(["operator_id", "bill_id"], ["hospital_bill.operator_id", "hospital_bill.bill_id"]),
)


class NoSuchBill(LookupError):
    """This operator has no bill of that id."""


def add(work: VerticalWork, bill: Bill) -> None:
    """Keep a new bill; IntegrityError when its number is known."""
    work.table(BILL).add(
        bill_id=bill.bill_id, bill_no=bill.bill_no, version=bill.version, **_told(work, bill), **_moving(bill)
    )
    _add_items(work, bill)


def save(work: VerticalWork, bill: Bill) -> None:
    """Write back how it stands, guarded by the version that was read."""
    work.table(BILL).save(BILL.c.bill_id == bill.bill_id, version=bill.version, told_at=bill.told_at, **_moving(bill))


def rewrite(work: VerticalWork, bill: Bill) -> None:
    """Write back how it stands and what the hospital says of it, guarded by the version that was read."""
    values = _told(work, bill) | _moving(bill)
    work.table(BILL).save(BILL.c.bill_id == bill.bill_id, version=bill.version, **values)
    work.table(BILL_ITEM).remove(BILL_ITEM.c.bill_id == bill.bill_id)
    _add_items(work, bill)


def get(work: VerticalWork, bill_id: str, *, lock: bool = False) -> Bill:
    """One bill; NoSuchBill when this operator has none of that id. `lock` holds it until the transaction ends.

    Whoever locks a payment besides locks the payment first.
    """
    row = work.table(BILL).one(BILL.c.bill_id == bill_id, lock=lock)
    if row is None:
        raise NoSuchBill(bill_id)
    return _read(work, row)


def of_order(work: VerticalWork, sale_ref: str) -> Bill:
    """The bill of any of its orders, locked; the order's payment is locked already."""
    return get(work, bill_of(sale_ref), lock=True)


def find(work: VerticalWork, bill_no: str) -> Bill | None:
    """The bill of the hospital's number, or None."""
    row = work.table(BILL).one(BILL.c.bill_no == bill_no)
    return None if row is None else _read(work, row)


def open_to(work: VerticalWork, subject_ids: Sequence[str], states: Collection[State] = tuple(State)) -> Sequence[Bill]:
    """The bills of these people that are in one of the states, newest first, at most 50."""
    theirs = (BILL.c.subject_id.in_(subject_ids), BILL.c.state.in_([state.value for state in states]))
    newest = (BILL.c.told_at.desc(), BILL.c.bill_id.desc())
    rows = work.table(BILL).all(*theirs, order_by=newest, limit=50)
    return [bill for bill in (_read(work, row) for row in rows) if bill.is_shown]


def of_subject(work: VerticalWork, subject_id: str) -> Sequence[Bill]:
    """Every bill of one person."""
    return [_read(work, row) for row in work.table(BILL).all(BILL.c.subject_id == subject_id)]


def parked(work: VerticalWork, number_indexes: Collection[str]) -> Sequence[Bill]:
    """The bills of these record numbers that nobody here had bound when they came."""
    rows = work.table(BILL).all(as_indexed(PARKED), BILL.c.number_index.in_(number_indexes))
    return [_read(work, row) for row in rows]


def told_under(work: VerticalWork, number_index: str, subject_ids: Collection[str]) -> Sequence[Bill]:
    """The bills of these people that the hospital told under that number."""
    whose = BILL.c.subject_id.in_(subject_ids)
    return [_read(work, row) for row in work.table(BILL).all(whose, BILL.c.number_index == number_index)]


def forget_parked(work: VerticalWork, before: datetime) -> int:
    """Drop what nobody has claimed since before that instant; how many bills that were."""
    old = [row.bill_id for row in work.table(BILL).all(as_indexed(PARKED), BILL.c.told_at < before, limit=1000)]
    return sum(_drop(work, bill_id) for bill_id in old)


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop the person's bills; of those for which money moved the sums stay, of nobody."""
    for bill in of_subject(work, subject_id):
        if not bill.orders:
            _drop(work, bill.bill_id)
            continue
        work.table(BILL_ITEM).remove(BILL_ITEM.c.bill_id == bill.bill_id)
        # An index of its own that no record number has: the hospital's later words about it find nobody.
        work.table(BILL).change(BILL.c.bill_id == bill.bill_id, words=b"", number_index=bill.bill_id)


def number_index(work: VerticalWork, mrn: str) -> str:
    """The blind index of a record number."""
    return str(work.seal.index(MRN, mrn))


def _drop(work: VerticalWork, bill_id: str) -> int:
    work.table(BILL_ITEM).remove(BILL_ITEM.c.bill_id == bill_id)
    return int(work.table(BILL).remove(BILL.c.bill_id == bill_id))


def _told(work: VerticalWork, bill: Bill) -> dict[str, Any]:
    words = {
        "mrn": bill.mrn,
        "visit": bill.filler_id,
        "department": bill.department_name,
        "practitioner": bill.practitioner_name,
        "stay": bill.stay_no,
    }
    return {
        "subject_id": bill.subject_id,
        "number_index": number_index(work, bill.mrn),
        "words": _seal(work, bill, BILL.name, bill.bill_id, words),
        "total_fen": bill.total_fen,
        "insurance_fen": bill.insurance_fen,
        "account_fen": bill.account_fen,
        "self_pay_fen": bill.self_pay_fen,
        "at_window": bill.at_window,
        "told_at": bill.told_at,
    }


def _moving(bill: Bill) -> dict[str, Any]:
    return {
        "state": bill.state.value,
        "wallet_user_id": bill.wallet_user_id,
        "orders": bill.orders,
        "payment_id": bill.payment_id,
        "reason": bill.reason,
    }


def _add_items(work: VerticalWork, bill: Bill) -> None:
    for position, item in enumerate(bill.items):
        words = {"code": item.code, "name": item.name, "quantity": item.quantity, "priced": item.priced}
        work.table(BILL_ITEM).add(
            bill_id=bill.bill_id,
            position=position,
            words=_seal(work, bill, BILL_ITEM.name, _item_id(bill.bill_id, position), words),
            amount_fen=item.amount_fen,
        )


def _read(work: VerticalWork, row: Row[Any]) -> Bill:
    words = _open(work, row.subject_id, BILL.name, row.bill_id, row.words)
    return Bill(
        bill_id=row.bill_id,
        bill_no=row.bill_no,
        subject_id=row.subject_id,
        mrn=words.get("mrn", ""),
        filler_id=words.get("visit", ""),
        department_name=words.get("department", ""),
        practitioner_name=words.get("practitioner", ""),
        items=_items(work, row),
        total_fen=Fen(row.total_fen),
        insurance_fen=Fen(row.insurance_fen),
        account_fen=Fen(row.account_fen),
        self_pay_fen=Fen(row.self_pay_fen),
        at_window=row.at_window,
        told_at=row.told_at,
        state=State(row.state),
        wallet_user_id=row.wallet_user_id,
        orders=row.orders,
        payment_id=row.payment_id,
        reason=row.reason,
        version=row.version,
        stay_no=words.get("stay", ""),
    )


def _items(work: VerticalWork, bill: Row[Any]) -> tuple[ChargeItem, ...]:
    rows = work.table(BILL_ITEM).all(BILL_ITEM.c.bill_id == bill.bill_id, order_by=[BILL_ITEM.c.position])
    opened = (
        (_open(work, bill.subject_id, BILL_ITEM.name, _item_id(row.bill_id, row.position), row.words), row.amount_fen)
        for row in rows
    )
    return tuple(ChargeItem(**words, amount_fen=Fen(amount)) for words, amount in opened)


def _item_id(bill_id: str, position: int) -> str:
    return f"{bill_id}-{position}"


def _seal(work: VerticalWork, bill: Bill, table: str, row_id: str, words: dict[str, Any]) -> bytes:
    """Under the person's key, or the operator's while it is not known whose bill it is."""
    text = json.dumps(words, ensure_ascii=False)
    if bill.subject_id:
        return work.seal.seal(bill.subject_id, table, "words", row_id, text)
    return work.seal.seal_own(table, "words", row_id, text.encode())


def _open(work: VerticalWork, subject_id: str, table: str, row_id: str, sealed: bytes) -> dict[str, Any]:
    """The words again; none once the person was erased."""
    if not sealed:
        return {}
    if subject_id:
        text = work.seal.open(subject_id, table, "words", row_id, sealed)
    else:
        text = work.seal.open_own(table, "words", row_id, sealed).decode()
    words: dict[str, Any] = json.loads(text)
    return words
