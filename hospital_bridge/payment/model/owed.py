"""What is owed back to a payer where several refunds of one payment meet: pure arithmetic, in fen."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.values import Fen
from hospital_bridge.payment.model.fulfilment import Fulfilment
from hospital_bridge.payment.model.payment import Payment
from hospital_bridge.payment.model.posting import NOTHING
from hospital_bridge.payment.model.refund import Refund, RefundState


def owed_back(payment: Payment, refunds: Sequence[Refund]) -> Fen:
    """What the payer should have back and no refund is under way for; `refunds` from the oldest on.

    All that is left where nothing was sold; else what the wallet refused and no later refund has made good.
    """
    if payment.is_collected and payment.fulfilment is Fulfilment.REFUSED:
        return payment.refundable_fen
    owed = 0
    for refund in refunds:
        refused = refund.state is RefundState.VOID
        owed = owed + refund.amount_fen if refused else max(owed - _made_good(refund, refunds), 0)
    return Fen(min(owed, payment.refundable_fen))


def unmet_wish(payment: Payment, ended: Refund, adopted_fen: int) -> Fen:
    """What goes back anew once the refund `ended` was refused, in whose place `adopted_fen` was found to be back.

    All that is left where somebody else wished for all of it meanwhile; the rest of that refund where a part of it is
    back; nothing where the wallet simply refused it: then a person decides.
    """
    if payment.refund_wanted and payment.fulfilment is Fulfilment.FULFILLED:
        return payment.refundable_fen
    rest = min(ended.amount_fen - adopted_fen, payment.refundable_fen)
    return Fen(max(rest, 0)) if adopted_fen else NOTHING


def _made_good(refund: Refund, refunds: Sequence[Refund]) -> int:
    """Of how much that was refused before it takes the place: none where it was begun before that was sent."""
    refused = [one for one in refunds if one.state is RefundState.VOID and one.sent_at is not None]
    is_later = any(one.sent_at is not None and one.sent_at <= refund.reserved_at for one in refused)
    return refund.amount_fen if is_later else 0
