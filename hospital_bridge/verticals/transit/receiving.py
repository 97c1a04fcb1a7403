"""What a gate's sync brings in and takes home: taps, each kept once, and who is shut out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.verticals.transit import operating
from hospital_bridge.verticals.transit.charging import closing
from hospital_bridge.verticals.transit.charging.day_charge import State
from hospital_bridge.verticals.transit.journeys import touched_by
from hospital_bridge.verticals.transit.ride_code import Blacklist
from hospital_bridge.verticals.transit.store import accounts, day_charges, taps
from hospital_bridge.verticals.transit.taps import TapKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.transit.journeys import PairingRules
    from hospital_bridge.verticals.transit.taps import Tap

REPLAYED_WITHIN = timedelta(minutes=10)
"""Longer than any code stays good, with the clocks of phone and gates apart."""


def take_taps(work: VerticalWork, told: Iterable[Tap]) -> int:
    """Keep the taps that are new and have their days counted; how many were new.

    A tap of no account of ours, or where the feed has no price, is left out, which stands in the trail.
    """
    rules = operating.rules_of(work.settings)
    # In one order everywhere: two gates that tell at once wait for each other and never both.
    return sum(_take(work, tap, rules) for tap in sorted(told, key=lambda tap: tap.place))


def blacklist(work: VerticalWork) -> Blacklist:
    """The accounts that pass no gate now, debtors and forgotten ones; `version` is the second that it is of."""
    return Blacklist(int(work.now.timestamp()), day_charges.debtors(work) | accounts.forgotten(work))


def _take(work: VerticalWork, tap: Tap, rules: PairingRules) -> bool:
    # Locked before its days, as a close does: two that move one account wait here and never for each other.
    if not accounts.is_open(work, tap.account, lock=True):
        work.audit.record("bridge", "tap.of_nobody", tap.account, gate=tap.gate_id)
        return False
    if not _has_a_price(work, tap):
        work.audit.record("bridge", "tap.of_nowhere", tap.account, gate=tap.gate_id, stop=tap.stop_id, line=tap.line_id)
        return False
    if not taps.add(work, tap):
        _look_for_another(work, tap)
        return False
    _look_for_replay(work, tap)
    day, is_new = day_charges.ensure(work, tap.account, rules.service_day(tap.at))
    if is_new:
        closing.ask_close(work, day, rules)
    for touched in sorted(touched_by(tap, rules)):
        # Locked: a day that is being closed this moment either sees this tap or is counted again for it.
        known = day_charges.find(work, tap.account, touched, lock=True)
        if known is not None and known.state is not State.OPEN:
            closing.ask_recount(work, known, tap)
    return True


def _has_a_price(work: VerticalWork, tap: Tap) -> bool:
    """Whether the feed knows where it was: a gate that was set up wrongly must not stop a rider's whole day."""
    city = operating.network(work.settings["feed"])
    pays_by_line = tap.kind is TapKind.BOARD or bool(tap.line_id)
    return tap.stop_id in city.stops and (not pays_by_line or city.flat_fare(tap.line_id) is not None)


def _look_for_another(work: VerticalWork, tap: Tap) -> None:
    # A gate that lost its count, or two that bear one name: the ride is not charged, and somebody has to know.
    if taps.get(work, tap.gate_id, tap.gate_no) != tap:
        work.audit.record("bridge", "tap.of_same_number", tap.account, gate=tap.gate_id, number=str(tap.gate_no))


def _look_for_replay(work: VerticalWork, tap: Tap) -> None:
    # Charged once by the journeys; that somebody's code was copied is for the trail.
    around = taps.of_account(work, tap.account, tap.at - REPLAYED_WITHIN, tap.at + REPLAYED_WITHIN)
    elsewhere = sorted({other.gate_id for other in around if other.code_id == tap.code_id} - {tap.gate_id})
    if elsewhere:
        work.audit.record("bridge", "code.replayed", tap.account, gate=tap.gate_id, elsewhere=",".join(elsewhere))
