"""What the hospital says of a stay, in the order of its own clock; at the settlement the surplus goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.stays import StayTold
from adapters.values import Fen
from hospital_bridge.slot import Inbound, LookAgain
from hospital_bridge.verticals.hospital.own_numbers import is_same_record
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.stays import reckoning, shortfall, telling
from hospital_bridge.verticals.hospital.stays.stay import State, Stay, rank_of, stay_of
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork

WAIT = timedelta(seconds=5)
SETTLED, CANCELLED, SURPLUS = "stay_settled", "stay_cancelled", "deposit_surplus"
"""Reasons as they are kept."""


def told(work: VerticalWork, news: StayTold) -> None:
    """Keep what stands on the stay; once it is settled, give the surplus back, or ask for what is due."""
    before = stays.find(work, news.stay_no, lock=True)
    stay = _kept(work, before, news)
    if stay is None:
        return
    shortfall.ask(work, before, stay, news.patient)
    telling.tell_news(work, before, stay)
    if not stay.takes_deposits:
        _close(work, stay)


def _close(work: VerticalWork, stay: Stay) -> None:
    """Close open orders and give the surplus back."""
    onto = reckoning.onto(work, stay.stay_id)
    if any(each.state is State.PAID for each, _ in onto):
        raise LookAgain(WAIT)
    for each, _ in onto:
        if each.state is State.ORDERED:
            work.payments.abandon(each.payment_id, SETTLED if stay.is_settled else CANCELLED)
    returned = _given_back(work, onto, stay.surplus_fen - stay.returned_fen)
    if returned:
        before = stay.gone_before_fen if stay.returned_fen else reckoning.gone_fen(onto)
        changed = replace(stays.get(work, stay.stay_id), returned_fen=stay.returned_fen + returned)
        stays.save(work, replace(changed, gone_before_fen=before))
        work.audit.record("hospital", "stay.surplus", stay.stay_id, fen=str(returned))


def _kept(work: VerticalWork, standing: Stay | None, news: StayTold) -> Stay | None:
    """The stay with what is said now; None where something later was said before. Refused where it is another's."""
    mrn = news.patient.first(MRN)
    if not mrn:
        raise Refused("the stay names no record number", reason=Reason.NOT_FOUND)
    if standing is None:
        new = stay_of(work.ids.new(), mrn, news)
        stays.add(work, new)
        return new
    if not standing.mrn or _is_overtaken(standing, news):
        return None
    if not is_same_record(work, standing.mrn, mrn):
        raise Refused("two patients have a stay of the same number", reason=Reason.CONFLICTING_CONTENT)
    changed = replace(standing.telling(news), mrn=mrn)
    if changed.surplus_fen < standing.returned_fen:
        raise Refused("more of the deposits went back than the hospital now calls surplus", reason=Reason.OVER_LIMIT)
    stays.save(work, changed)
    return stays.get(work, standing.stay_id)


def _is_overtaken(standing: Stay, news: StayTold) -> bool:
    """Whether something later was said before; of one instant that which has come further."""
    if news.told_at == standing.told_at:
        return rank_of(news) < standing.rank
    return news.told_at < standing.told_at


def _given_back(work: VerticalWork, onto: Sequence[reckoning.Moved], surplus_fen: int) -> int:
    """Refunds of the newest deposits first, of each no more than is left of it; the rest was paid at the window."""
    rest = surplus_fen
    for each, view in onto:
        if each.state is not State.BOOKED or rest <= 0:
            continue
        part = min(rest, view.amount_fen - view.refunded_fen - view.refunding_fen)
        if part > 0 and work.payments.refund_part(each.payment_id, Fen(part), SURPLUS):
            rest -= part
            telling.tell_given_back(work, each, part)
    return surplus_fen - rest


TOLD = Inbound(StayTold, told, in_order=False)
