"""What the hospital says of a stay, in the order of its own clock; at the settlement the surplus goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.stays import Stage, StayTold
from adapters.values import Fen
from hospital_bridge.slot import Inbound, LookAgain
from hospital_bridge.verticals.hospital.own_numbers import is_same_record
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.stays import reckoning, shortfall, telling
from hospital_bridge.verticals.hospital.stays.stay import SURPLUS, State, Stay, stay_of
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork

WAIT = timedelta(seconds=5)
SETTLED, CANCELLED = "stay_settled", "stay_cancelled"
"""Reasons as they are kept."""


def told(work: VerticalWork, news: StayTold) -> None:
    """Keep what stands on the stay; once it is settled, give the surplus back, or ask for what is due."""
    before = stays.find(work, news.stay_no, lock=True)
    stay = _kept(work, before, news)
    if stay is None:
        return
    if before is None or before.settlement_told_at != stay.settlement_told_at or before.settlement != stay.settlement:
        shortfall.ask(work, before, stay, news.patient)
    telling.tell_news(work, before, stay)
    if not stay.takes_deposits:
        _close(work, stay)
    if before is None or before.settlement != stay.settlement:
        _give_back(work, before, stays.get(work, stay.stay_id))


def _close(work: VerticalWork, stay: Stay) -> None:
    """Close open orders; LookAgain while the hospital has not said whether it has booked a deposit."""
    deposits = stays.deposits(work, stay.stay_id)
    if any(each.state is State.PAID for each in deposits):
        raise LookAgain(WAIT)
    for each in deposits:
        if each.state is State.ORDERED:
            work.payments.abandon(each.payment_id, SETTLED if stay.is_settled else CANCELLED)
    if stay.stage is Stage.CANCELLED and not stay.is_settled:
        for each, payment in reckoning.onto(work, stay.stay_id):
            if each.state is State.BOOKED and payment.left_fen:
                telling.tell_cancelled(work, each, payment.left_fen)


def _give_back(work: VerticalWork, before: Stay | None, stay: Stay) -> None:
    """Give the surplus back, less what went back otherwise and the hospital has not taken off its deposits.

    What of an earlier surplus the wallet would not take is owed no more: this one has it, or there is none.
    """
    onto = reckoning.held(work, stay.stay_id)
    netted = reckoning.netted_fen(before, stay, onto)
    rest = stay.surplus_fen - stay.returned_fen
    unheard = min(reckoning.others_fen(onto, stay.returned_fen) - netted, rest)
    for each, payment in onto:
        if payment.owed_for:
            work.payments.forgo(each.payment_id, SURPLUS)
    returned = _given_back(work, onto, rest - unheard)
    sent = replace(stay, returned_fen=stay.returned_fen + returned, netted_fen=netted, unheard_fen=unheard)
    if sent != stay:
        stays.save(work, sent)
        work.audit.record("hospital", "stay.surplus", stay.stay_id, fen=str(returned), unheard=str(unheard))


def _kept(work: VerticalWork, standing: Stay | None, news: StayTold) -> Stay | None:
    """The stay with what is said now; None where it is nobody's any more. Refused where it is another's."""
    mrn = news.patient.first(MRN)
    if not mrn:
        raise Refused("the stay names no record number", reason=Reason.NOT_FOUND)
    if standing is None:
        new = stay_of(work.ids.new(), mrn, news)
        stays.add(work, new)
        return new
    if not standing.mrn:
        return None
    if not is_same_record(work, standing.mrn, mrn):
        raise Refused("two patients have a stay of the same number", reason=Reason.CONFLICTING_CONTENT)
    changed = _without_what_stuck(work, standing, standing.telling(news))
    if changed.told_at == news.told_at:
        changed = replace(changed, mrn=mrn)
    if changed != standing:
        stays.save(work, changed)
    return stays.get(work, standing.stay_id)


def _without_what_stuck(work: VerticalWork, standing: Stay, changed: Stay) -> Stay:
    """Of another reckoning all goes back that is neither back nor on its way, what the wallet would not take too.

    Refused where more is back or on its way than is surplus now, and where the hospital no longer counts among its
    deposits what we sent back of them: it would keep so much of the next surplus.
    """
    if not standing.returned_fen or changed.settlement == standing.settlement:
        return changed
    onto = reckoning.held(work, standing.stay_id)
    sent = reckoning.sent_back_fen(standing, onto)
    if changed.surplus_fen < sent:
        raise Refused("more of the deposits went back than the hospital now calls surplus", reason=Reason.OVER_LIMIT)
    if reckoning.is_netted(standing, changed, onto):
        raise Refused("the surplus is told less what we sent back of it", reason=Reason.CONFLICTING_CONTENT)
    return replace(changed, returned_fen=sent)


def _given_back(work: VerticalWork, onto: Sequence[reckoning.Moved], surplus_fen: int) -> int:
    """Refunds of the newest deposits first; the rest was paid at the window.

    Of each no more than is left of it, and of that not what finance is asked to send for another reason.
    """
    rest = surplus_fen
    for each, view in onto:
        if each.state is not State.BOOKED or rest <= 0:
            continue
        wanted = sum(fen for reason, fen in view.owed_for.items() if reason != SURPLUS)
        part = min(rest, view.amount_fen - view.refunded_fen - view.refunding_fen - wanted)
        if part > 0 and work.payments.refund_part(each.payment_id, Fen(part), SURPLUS):
            rest -= part
            telling.tell_given_back(work, each, part)
    return surplus_fen - rest


TOLD = Inbound(StayTold, told, in_order=False)
