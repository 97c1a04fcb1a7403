"""What is owed back to a payer where several refunds of one payment meet: pure arithmetic, in fen.

`refunds` are those of one payment, by their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from adapters.values import Fen
from hospital_bridge.payment.model.fulfilment import Fulfilment
from hospital_bridge.payment.model.payment import Payment
from hospital_bridge.payment.model.posting import NOTHING
from hospital_bridge.payment.model.refund import Refund, RefundState


class Part(NamedTuple):
    """A refund to be begun: for what, how much, and how much of it takes the place of what the wallet had refused."""

    reason: str
    fen: Fen
    makes_good_fen: int


def owed_back(payment: Payment, refunds: Sequence[Refund]) -> Fen:
    """What the payer should have back and no refund is under way for.

    All that is left where nothing was sold; else what the wallet refused and no later refund has made good.
    """
    if payment.is_collected and payment.fulfilment is Fulfilment.REFUSED:
        return payment.refundable_fen
    return Fen(min(sum(refused(refunds).values()), payment.refundable_fen))


def refused(refunds: Sequence[Refund]) -> Mapping[str, int]:
    """What the wallet refused, is wanted as before, and no later refund has taken the place of: fen by reason.

    A refund that takes the place of a refused one and is refused as well leaves owed what it was for, once.
    """
    owed: dict[str, int] = {}
    for refund in refunds:
        rest = _made_good(refund, refunds)
        for reason in (refund.reason, *owed):
            part = min(owed.get(reason, 0), rest)
            owed[reason] = owed.get(reason, 0) - part
            rest -= part
        owed[refund.reason] += _wanted(refund)
    return {reason: fen for reason, fen in owed.items() if fen}


def parts(refunds: Sequence[Refund], reason: str, fen: Fen) -> Sequence[Part]:
    """Of a sum that is to go back for that reason what was to go back before, first for the same, and the rest."""
    rest = int(fen)
    found: dict[str, int] = {}
    owed = refused(refunds)
    for each in dict.fromkeys((reason, *owed)):
        found[each] = min(owed.get(each, 0), rest)
        rest -= found[each]
    good = found.pop(reason)
    made = [*(Part(each, Fen(fen), fen) for each, fen in found.items()), Part(reason, Fen(good + rest), good)]
    return [part for part in made if part.fen] or [Part(reason, fen, 0)]


def why_owed(refunds: Sequence[Refund]) -> str:
    """The newest reason for which something is owed; empty for none."""
    owed = refused(refunds)
    return next((refund.reason for refund in reversed(refunds) if refund.reason in owed), "")


def forgone(refunds: Sequence[Refund], reason: str) -> Iterator[Refund]:
    """What was to go back for that reason and the wallet refused, as wanted no more."""
    rest = refused(refunds).get(reason, 0)
    for refund in reversed(refunds):
        part = min(_wanted(refund), rest) if refund.reason == reason else 0
        if part:
            rest -= part
            yield replace(refund, forgone_fen=refund.forgone_fen + part)


def unmet_wish(payment: Payment, ended: Refund, adopted_fen: int) -> Fen:
    """What goes back anew once the refund `ended` was refused, in whose place `adopted_fen` was found to be back.

    All that is left where somebody else wished for all of it meanwhile; the rest of that refund where a part of it is
    back; nothing where the wallet simply refused it: then a person decides.
    """
    if payment.refund_wanted and payment.fulfilment is Fulfilment.FULFILLED:
        return payment.refundable_fen
    rest = min(_wanted(ended) - adopted_fen, payment.refundable_fen)
    return Fen(max(rest, 0)) if adopted_fen else NOTHING


def _wanted(refund: Refund) -> int:
    return refund.amount_fen - refund.forgone_fen if refund.state is RefundState.VOID else 0


def _made_good(refund: Refund, refunds: Sequence[Refund]) -> int:
    """Of how much that was refused before it takes the place.

    What somebody gave back at the wallet itself takes the place of whatever had been sent there by then: why else was
    it done by hand?
    """
    if not refund.is_adopted:
        return refund.makes_good_fen
    refused = [one for one in refunds if one.state is RefundState.VOID and one.sent_at is not None]
    is_later = any(one.sent_at is not None and one.sent_at <= refund.reserved_at for one in refused)
    return refund.amount_fen if is_later else 0
