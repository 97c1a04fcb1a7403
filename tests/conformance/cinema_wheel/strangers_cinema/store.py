"""The cinema's own tables: screenings with their seats, orders, and the book of what was paid and given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, MetaData, String, Table, or_

from adapters.values import EntryKind, Fen
from hospital_bridge.slot import PaidSale, Receipt, SaleEntry, VerticalWork
from hospital_bridge.store.metadata import CODE, ID, NAMING, Instant, operator_column

from .order import Order, State
from .seats import TOGETHER, Seat

FREE = ""

metadata = MetaData(naming_convention=NAMING)

SCREENING = Table(
    "cinema_screening",
    metadata,
    operator_column(),
    Column("screening_id", ID, primary_key=True),
    Column("film", String(40), nullable=False),
    Column("hall", CODE, nullable=False),
    Column("begins_at", Instant, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
)
SEAT = Table(
    "cinema_seat",
    metadata,
    operator_column(),
    Column("screening_id", ID, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("order_id", ID, nullable=False),
    # None once it is sold: then no time takes it away any more.
    Column("held_until", Instant),
)
ORDER = Table(
    "cinema_order",
    metadata,
    operator_column(),
    Column("order_id", ID, primary_key=True),
    Column("screening_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("wallet_user_id", ID, nullable=False),
    Column("first", CODE, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
    Column("held_until", Instant, nullable=False),
    Column("state", CODE, nullable=False),
    Column("payment_id", ID, nullable=False),
    Column("card_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
)
Index(None, ORDER.c.operator_id, ORDER.c.subject_id)
RECEIPT = Table(
    "cinema_receipt",
    metadata,
    operator_column(),
    Column("serial", CODE, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("receipt_no", ID, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Screening:
    """A film in a hall at a time; `price_fen` is that of one seat."""

    screening_id: str
    film: str
    hall: str
    begins_at: datetime
    price_fen: Fen


# --- screenings and seats ---


def add_screening(work: VerticalWork, screening: Screening, rows: int, seats: int) -> None:
    """A new screening, every seat of it free."""
    work.table(SCREENING).add(**asdict(screening))
    for row in range(1, rows + 1):
        for number in range(1, seats + 1):
            work.table(SEAT).add(
                screening_id=screening.screening_id, row=row, number=number, order_id=FREE, held_until=None
            )


def screening(work: VerticalWork, screening_id: str, *, lock: bool = False) -> Screening | None:
    """The screening; `lock` keeps every other buyer of it waiting until the commit."""
    row = work.table(SCREENING).one(SCREENING.c.screening_id == screening_id, lock=lock)
    return None if row is None else _screening(row)


def coming(work: VerticalWork) -> Sequence[Screening]:
    """What has not begun yet, the earliest first."""
    rows = work.table(SCREENING).all(SCREENING.c.begins_at > work.now, order_by=(SCREENING.c.begins_at,))
    return [_screening(row) for row in rows]


def all_seats(work: VerticalWork, screening_id: str) -> dict[Seat, bool]:
    """Every seat, and whether it can be had now."""
    rows = work.table(SEAT).all(SEAT.c.screening_id == screening_id, order_by=(SEAT.c.row, SEAT.c.number))
    return {
        Seat(row.row, row.number): row.order_id == FREE or (row.held_until is not None and row.held_until <= work.now)
        for row in rows
    }


def sold_seats(work: VerticalWork, screening_id: str) -> int:
    """How many seats are paid for."""
    of_it = SEAT.c.screening_id == screening_id
    return len(work.table(SEAT).all(of_it, SEAT.c.order_id != FREE, SEAT.c.held_until.is_(None)))


def take(work: VerticalWork, order: Order) -> bool:
    """Hold the three seats of an order if all of them are free or held in vain; the caller undoes what is less."""
    first = order.seats[0]
    to_be_had = or_(SEAT.c.order_id == FREE, SEAT.c.held_until <= work.now)
    three = (SEAT.c.row == first.row, SEAT.c.number.between(first.number, first.number + TOGETHER - 1))
    taken = work.table(SEAT).change(
        SEAT.c.screening_id == order.screening_id,
        *three,
        to_be_had,
        order_id=order.order_id,
        held_until=order.held_until,
    )
    return bool(taken == TOGETHER)


def keep(work: VerticalWork, order: Order) -> bool:
    """Make the held seats sold ones, if all three are still the order's; the caller undoes what is less."""
    return bool(work.table(SEAT).change(*_of(order), held_until=None) == TOGETHER)


def release(work: VerticalWork, order: Order) -> None:
    """Whatever is still the order's is anybody's again."""
    work.table(SEAT).change(*_of(order), order_id=FREE, held_until=None)


def _of(order: Order) -> tuple[ColumnElement[bool], ...]:
    return SEAT.c.screening_id == order.screening_id, SEAT.c.order_id == order.order_id


def _screening(row: object) -> Screening:
    return Screening(*(getattr(row, name) for name in Screening.__slots__))


# --- orders ---


def add_order(work: VerticalWork, order: Order) -> None:
    work.table(ORDER).add(**asdict(order))


def save_order(work: VerticalWork, order: Order) -> None:
    """Write it back; StaleVersion when somebody was faster."""
    values = asdict(order)
    work.table(ORDER).save(ORDER.c.order_id == values.pop("order_id"), **values)


def note_payment(work: VerticalWork, order_id: str, payment_id: str) -> None:
    """Which payment of the core is the order's."""
    work.table(ORDER).change(ORDER.c.order_id == order_id, payment_id=payment_id)


def order(work: VerticalWork, order_id: str, *, lock: bool = False) -> Order | None:
    row = work.table(ORDER).one(ORDER.c.order_id == order_id, lock=lock)
    return None if row is None else _order(row)


def orders_of(work: VerticalWork, subject_id: str) -> Sequence[Order]:
    """A person's orders, the newest first."""
    rows = work.table(ORDER).all(ORDER.c.subject_id == subject_id, order_by=(ORDER.c.order_id.desc(),))
    return [_order(row) for row in rows]


def open_holds(work: VerticalWork, wallet_user_id: str) -> int:
    """How many orders a wallet user has not paid yet and still may."""
    still = (ORDER.c.state == State.HELD.value, ORDER.c.held_until > work.now)
    return len(work.table(ORDER).all(ORDER.c.wallet_user_id == wallet_user_id, *still))


def forget(work: VerticalWork, *which: ColumnElement[bool]) -> None:
    """Of those orders nobody knows any more whose they were."""
    work.table(ORDER).change(*which, subject_id="", wallet_user_id="")


def _order(row: object) -> Order:
    values = {name: getattr(row, name) for name in Order.__slots__}
    return Order(**{**values, "state": State(values["state"])})


# --- the book ---


def receipt(work: VerticalWork, serial: str) -> Receipt | None:
    row = work.table(RECEIPT).one(RECEIPT.c.serial == serial)
    return None if row is None else Receipt(row.serial, row.receipt_no, Fen(row.amount_fen))


def enter(work: VerticalWork, kind: EntryKind, sale: PaidSale) -> Receipt:
    """The receipt of a posting, made the first time."""
    if (standing := receipt(work, sale.serial)) is not None:
        return standing
    made = Receipt(sale.serial, work.ids.new(), sale.amount_fen)
    work.table(RECEIPT).add(
        serial=made.serial,
        kind=kind.value,
        receipt_no=made.receipt_no,
        amount_fen=made.amount_fen,
        occurred_at=sale.occurred_at,
    )
    return made


def entries_of(work: VerticalWork, day: date, zone: tzinfo) -> Sequence[SaleEntry]:
    """The book of a business day."""
    begins = datetime.combine(day, time(), zone)
    within = (RECEIPT.c.occurred_at >= begins, RECEIPT.c.occurred_at < begins + timedelta(days=1))
    rows = work.table(RECEIPT).all(*within, order_by=(RECEIPT.c.occurred_at,))
    return [SaleEntry(row.serial, EntryKind(row.kind), Fen(row.amount_fen), row.occurred_at) for row in rows]
