"""Offers as they were put up, and who came for one: a number in the order of coming, let in, done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, Row, String, Table, UniqueConstraint, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from hospital_bridge.store.metadata import CODE, ID, Instant, operator_column
from hospital_bridge.verticals.district.coupons.offer import Offer
from hospital_bridge.verticals.district.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import CardTemplate, VerticalWork

OFFER = Table(
    "district_offer",
    metadata,
    operator_column(),
    Column("offer_id", CODE, primary_key=True),
    Column("title", String(64), nullable=False),
    Column("off_fen", Integer, nullable=False),
    Column("over_fen", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("supply", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("shops", String(2000), nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("came", Integer, nullable=False),
)
COMER = Table(
    "district_comer",
    metadata,
    operator_column(),
    Column("offer_id", CODE, primary_key=True),
    Column("subject_id", ID, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("let_in_at", Instant),
    Column("done_at", Instant),
    UniqueConstraint("operator_id", "offer_id", "number"),
)


class NoSuchOffer(LookupError):
    """The mall has put up no such offer."""


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who came for an offer, with their number from 1 on."""

    number: int
    let_in_at: datetime | None
    done_at: datetime | None

    def let_time_pass(self, life: timedelta, at: datetime) -> bool:
        """Whether they were let in so long ago that their turn is over."""
        return self.done_at is None and self.let_in_at is not None and self.let_in_at + life <= at


def put(work: VerticalWork, offer: Offer) -> None:
    """Keep the offer as it is put up now; who came stays counted."""
    values = _values(offer)
    if work.table(OFFER).change(OFFER.c.offer_id == offer.offer_id, **values) == 0:
        work.table(OFFER).add(offer_id=offer.offer_id, came=0, **values)


def put_template(work: VerticalWork, template: CardTemplate) -> None:
    """Make or change a template of cards; of two who make it at once either will do."""
    try:
        with work.connection.begin_nested():
            work.cards.put_template(template)
    except IntegrityError:
        work.cards.put_template(template)


def find(work: VerticalWork, offer_id: str) -> Offer | None:
    """The offer as it was put up, or None."""
    row = work.table(OFFER).one(OFFER.c.offer_id == offer_id)
    return None if row is None else _read(row)


def get(work: VerticalWork, offer_id: str) -> Offer:
    """The offer as it was put up; NoSuchOffer."""
    found = find(work, offer_id)
    if found is None:
        raise NoSuchOffer(offer_id)
    return found


def standing(work: VerticalWork) -> Sequence[Offer]:
    """What was put up and is not over, the first to open first."""
    order = (OFFER.c.opens_at, OFFER.c.offer_id)
    return [_read(row) for row in work.table(OFFER).all(OFFER.c.closes_at > work.now, order_by=order)]


def comer(work: VerticalWork, offer_id: str, subject_id: str) -> Comer | None:
    """Where somebody stands who came, or None."""
    row = work.table(COMER).one(*_is(offer_id, subject_id))
    return None if row is None else Comer(row.number, row.let_in_at, row.done_at)


def come(work: VerticalWork, offer_id: str, subject_id: str, life: timedelta) -> None:
    """Give somebody the next number; who has one keeps it, unless they let their time pass."""
    # Whoever else comes for this offer waits here until the commit.
    number = work.table(OFFER).one(OFFER.c.offer_id == offer_id, lock=True).came + 1
    known = comer(work, offer_id, subject_id)
    if known is None:
        work.table(COMER).add(offer_id=offer_id, subject_id=subject_id, number=number)
    elif known.let_time_pass(life, work.now):
        work.table(COMER).change(*_is(offer_id, subject_id), number=number, let_in_at=None)
    else:
        return
    work.table(OFFER).change(OFFER.c.offer_id == offer_id, came=number)


def let_in(work: VerticalWork, offer_id: str, subject_id: str) -> None:
    """Their time begins; a second time changes nothing."""
    work.table(COMER).change(*_is(offer_id, subject_id), COMER.c.let_in_at.is_(None), let_in_at=work.now)


def done(work: VerticalWork, offer_id: str, subject_id: str) -> None:
    """They have their card, and somebody else can be let in."""
    work.table(COMER).change(*_is(offer_id, subject_id), done_at=work.now)


def finished(work: VerticalWork, offer_id: str, life: timedelta) -> int:
    """How many of those who came have a card or let their time pass; numbers that were given up count too."""
    mine = and_(COMER.c.operator_id == work.operator_id, COMER.c.offer_id == offer_id)
    over = or_(COMER.c.done_at.is_not(None), COMER.c.let_in_at <= work.now - life)
    held, ended = work.connection.execute(select(func.count(), func.count().filter(over)).where(mine)).one()
    came: int = work.table(OFFER).one(OFFER.c.offer_id == offer_id).came
    return came - int(held) + int(ended)


def forget(work: VerticalWork, subject_id: str) -> None:
    """Drop that the person came for anything."""
    work.table(COMER).remove(COMER.c.subject_id == subject_id)


def forget_comers(work: VerticalWork, closed_before: datetime) -> None:
    """Drop who came for what was over by then."""
    over = select(OFFER.c.offer_id).where(OFFER.c.operator_id == work.operator_id, OFFER.c.closes_at < closed_before)
    work.table(COMER).remove(COMER.c.offer_id.in_(over))


def _is(offer_id: str, subject_id: str) -> tuple[Any, Any]:
    return COMER.c.offer_id == offer_id, COMER.c.subject_id == subject_id


def _values(offer: Offer) -> dict[str, Any]:
    return {
        "title": offer.title,
        "off_fen": offer.off_fen,
        "over_fen": offer.over_fen,
        "points": offer.points,
        "supply": offer.supply,
        "days": offer.days,
        "shops": ",".join(sorted(offer.shops)),
        "opens_at": offer.opens_at,
        "closes_at": offer.closes_at,
        "at_once": offer.at_once,
    }


def _read(row: Row[Any]) -> Offer:
    values = row._asdict()
    for name in ("operator_id", "came"):
        del values[name]
    return Offer(**values | {"shops": frozenset(filter(None, row.shops.split(",")))})
