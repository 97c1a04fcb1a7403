"""A payment: what is owed for one sale, and how far its three machines have come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from adapters.values import Fen, Trade
from hospital_bridge.payment.model import collection, fulfilment
from hospital_bridge.payment.model.collection import Collection, CollectionEvent
from hospital_bridge.payment.model.fulfilment import Fulfilment, FulfilmentEvent
from hospital_bridge.payment.model.posting import NOTHING, Account
from hospital_bridge.payment.model.transition import follow

MISFIT = "the wallet's money does not fit the order"


class OverRefund(Exception):
    """More was asked back than is left."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One order of one payer; every sum in fen and each in a column of its own.

    `collected_fen` is what the wallet took for the order; `payer_paid_fen` what left the payer after the
    wallet's own discounts; `receipt_fen` what the merchant gets; `posted_fen` what the fulfilling system
    says it booked. `late` marks money that came after the order was given up. `refund_wanted` holds the
    reason for which all of it shall go back, while the fulfilment is not firm or other refunds hold a part.
    A closed payment whose `payer_paid_fen` is not zero waits for a person: the wallet took money for its
    order that is not what was asked.
    """

    payment_id: str
    sale_kind: str
    sale_ref: str
    subject_id: str
    wallet_user_id: str
    wallet_account: str
    merchant_order_no: str
    amount_fen: Fen
    created_at: datetime
    expires_at: datetime
    collection: Collection = Collection.CREATED
    fulfilment: Fulfilment = Fulfilment.PENDING
    provider_trade_no: str = ""
    pay_url: str = ""
    payer_paid_fen: Fen = NOTHING
    receipt_fen: Fen = NOTHING
    fee_fen: Fen = NOTHING
    collected_fen: Fen = NOTHING
    refund_reserved_fen: Fen = NOTHING
    refunded_fen: Fen = NOTHING
    posted_fen: Fen = NOTHING
    late: bool = False
    refund_wanted: str = ""
    reason: str = ""
    receipt_no: str = ""
    control_id: str = ""
    accounting_day: date | None = None
    booked_by: str = ""
    collected_at: datetime | None = None
    fulfilled_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1

    @property
    def refundable_fen(self) -> Fen:
        """What is neither refunded nor reserved."""
        return Fen(self.collected_fen - self.refund_reserved_fen - self.refunded_fen)

    @property
    def is_waiting_for_money(self) -> bool:
        """The wallet may still collect."""
        return self.collection in {Collection.CREATED, Collection.AWAITING}

    @property
    def is_collected(self) -> bool:
        """The wallet has the money, or none was owed."""
        return self.collection is Collection.COLLECTED

    @property
    def stands_in(self) -> Account:
        """The account in which collected money rests, from which a refund takes it."""
        if self.fulfilment is Fulfilment.FULFILLED:
            return Account.HOSPITAL
        return Account.SUSPENSE if self.late else Account.UNAPPLIED

    def opened(self, provider_trade_no: str, pay_url: str) -> Payment:
        """The wallet holds the order."""
        state = follow(collection.TRANSITIONS, self.collection, CollectionEvent.OPENED)
        return replace(self, collection=state, provider_trade_no=provider_trade_no, pay_url=pay_url)

    def collected(self, trade: Trade, at: datetime) -> Payment:
        """The wallet holds the money since `at`; it is late when nothing will be fulfilled for it any more."""
        return replace(
            self,
            collection=follow(collection.TRANSITIONS, self.collection, CollectionEvent.PAID),
            provider_trade_no=trade.provider_trade_no or self.provider_trade_no,
            collected_fen=trade.amount_fen,
            payer_paid_fen=trade.payer_paid_fen,
            receipt_fen=trade.receipt_fen,
            fee_fen=Fen(max(trade.amount_fen - trade.receipt_fen, 0)) if trade.receipt_fen else NOTHING,
            collected_at=at,
            late=self.fulfilment is Fulfilment.REFUSED,
        )

    def closed(self, at: datetime) -> Payment:
        """The wallet takes no more money for the order."""
        state = follow(collection.TRANSITIONS, self.collection, CollectionEvent.CLOSED)
        return replace(self, collection=state, closed_at=at)

    def misfit(self, taken_fen: Fen, at: datetime) -> Payment:
        """The wallet took money for the order that is not what was asked: given up, and a person gives it back."""
        closed = self.closed(at) if self.is_waiting_for_money else self
        given_up = closed.withdrawn(MISFIT) if closed.fulfilment is Fulfilment.PENDING else closed
        return replace(given_up, payer_paid_fen=taken_fen)

    def withdrawn(self, reason: str) -> Payment:
        """Nothing was asked of the fulfilling system, and nothing will be."""
        state = follow(fulfilment.TRANSITIONS, self.fulfilment, FulfilmentEvent.WITHDRAWN)
        return replace(self, fulfilment=state, reason=reason, refund_wanted="")

    def fulfilled(self, receipt_no: str, control_id: str, at: datetime) -> Payment:
        """The fulfilling system booked the whole sum."""
        state = follow(fulfilment.TRANSITIONS, self.fulfilment, FulfilmentEvent.ACCEPTED)
        booked = replace(self, fulfilment=state, posted_fen=self.amount_fen, fulfilled_at=at)
        return replace(booked, receipt_no=receipt_no, control_id=control_id)

    def booked(self, accounting_day: date | None, booked_by: str) -> Payment:
        """On which day of its own and under which user the fulfilling system booked it, as far as it tells."""
        return replace(self, accounting_day=accounting_day, booked_by=booked_by)

    def refused(self, reason: str, *, posted_fen: Fen = NOTHING) -> Payment:
        """The fulfilling system said no, or booked another sum (`posted_fen`), which counts as no."""
        state = follow(fulfilment.TRANSITIONS, self.fulfilment, FulfilmentEvent.REFUSED)
        return replace(self, fulfilment=state, reason=reason, posted_fen=posted_fen, refund_wanted="")

    def undecided(self, reason: str) -> Payment:
        """A person has to look, for the fulfilling system cannot be asked."""
        state = follow(fulfilment.TRANSITIONS, self.fulfilment, FulfilmentEvent.UNDECIDED)
        return replace(self, fulfilment=state, reason=reason)

    def reserved(self, amount_fen: Fen) -> Payment:
        """Hold a sum back for a refund; OverRefund beyond what is left."""
        if not 0 <= amount_fen <= self.refundable_fen:
            raise OverRefund(f"{amount_fen} fen asked, {self.refundable_fen} fen left of {self.payment_id}")
        is_whole = amount_fen == self.refundable_fen and not self.refund_reserved_fen
        wanted = "" if is_whole else self.refund_wanted
        return replace(self, refund_reserved_fen=Fen(self.refund_reserved_fen + amount_fen), refund_wanted=wanted)

    def refunded(self, amount_fen: Fen) -> Payment:
        """A reserved sum went back to the payer."""
        kept, refunded = Fen(self.refund_reserved_fen - amount_fen), Fen(self.refunded_fen + amount_fen)
        wanted = "" if refunded == self.collected_fen else self.refund_wanted
        return replace(self, refund_reserved_fen=kept, refunded_fen=refunded, refund_wanted=wanted)

    def released(self, amount_fen: Fen, reason: str) -> Payment:
        """A reserved sum stays, for its refund was refused for good; a wish that it was made for is a person's now."""
        wanted = "" if reason == self.refund_wanted else self.refund_wanted
        return replace(self, refund_reserved_fen=Fen(self.refund_reserved_fen - amount_fen), refund_wanted=wanted)
