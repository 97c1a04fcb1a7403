"""A service day is closed: its best fare becomes one order at the wallet; a tap that comes later is counted afresh."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.values import Fen
from hospital_bridge.slot import Chore, PaymentRequest
from hospital_bridge.verticals.transit import operating
from hospital_bridge.verticals.transit.charging import telling
from hospital_bridge.verticals.transit.charging.day_charge import DayCharge, Event, State, due
from hospital_bridge.verticals.transit.journeys import needed_for
from hospital_bridge.verticals.transit.store import accounts, day_charges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.transit.journeys import PairingRules
    from hospital_bridge.verticals.transit.taps import Tap

SALE_KIND = "transit.day"
CLOSE = "transit.close_day"
RECOUNT = "transit.recount_day"


def ask_close(work: VerticalWork, day: DayCharge, rules: PairingRules) -> None:
    """Have the day closed once its last exit is past and gates have had their time to tell."""
    _, last_exit = needed_for(day.service_day, rules)
    run_at = max(work.now, last_exit + timedelta(hours=work.settings["settle_hours"]))
    work.jobs.add(CLOSE, day.day_id, stream=day.day_id, dedupe_key=f"{CLOSE}:{day.day_id}", run_at=run_at)


def ask_recount(work: VerticalWork, day: DayCharge, tap: Tap) -> None:
    """Have a closed day counted again with that tap."""
    key = f"{RECOUNT}:{day.day_id}:{tap.gate_id}:{tap.gate_no}"
    # A stream of its own: behind a close that is due tomorrow it would wait until then.
    work.jobs.add(RECOUNT, day.day_id, stream=f"{RECOUNT}:{day.day_id}", dedupe_key=key)


def close(scope: Scope, day_id: str) -> None:
    """Open the day's one order; a day that is closed already is left as it is."""
    with scope.begin() as work:
        # The sum rests on the account's other days: two closed at once would settle what was too much twice.
        accounts.get(work, day_charges.get(work, day_id).account_id, lock=True)
        day = day_charges.get(work, day_id, lock=True)
        if day.state is not State.OPEN:
            return
        fare = operating.day_fare(work, day.account_id, day.service_day)
        closed = [each for each in day_charges.of_account(work, day.account_id) if each.state is not State.OPEN]
        asked = due(day, fare.total_fen, closed, work.settings["week_cap_fen"])
        order(work, replace(day.ordered(Event.CLOSED, asked), fare_fen=fare.total_fen))
        telling.tell_closed(work, day_charges.get(work, day_id))


def close_all(scope: Scope, _arguments: Sequence[str]) -> Iterable[str]:
    """Chore: close every day that is open now, with the taps that are known; what comes later is counted again."""
    with scope.read() as work:
        waiting = day_charges.open_days(work)
    for day_id in waiting:
        close(scope, day_id)
    yield f"{len(waiting)}"


CLOSE_ALL = Chore("close-days", "Close every service day that is open, without waiting for late taps.", close_all)


def recount(scope: Scope, day_id: str) -> None:
    """Keep what the day's journeys cost by now; the next day's order settles the difference."""
    with scope.begin() as work:
        day = day_charges.get(work, day_id, lock=True)
        fare = operating.day_fare(work, day.account_id, day.service_day)
        if day.state is not State.OPEN and day.fare_fen != fare.total_fen:
            day_charges.save(work, replace(day, fare_fen=fare.total_fen))
            work.audit.record("bridge", "day.recounted", day_id, was=str(day.fare_fen), now=str(fare.total_fen))


def order(work: VerticalWork, day: DayCharge) -> None:
    """Keep the day with its new order, and open that at the wallet of whoever pays for the account."""
    account = accounts.get(work, day.account_id)
    day_charges.save(work, day)
    payment_id = work.payments.open(
        PaymentRequest(
            sale_kind=SALE_KIND,
            sale_ref=day.sale_ref,
            subject_id=account.subject_id,
            wallet_user_id=account.wallet_user_id,
            amount_fen=Fen(day.charged_fen),
            expires_at=work.now + timedelta(hours=work.settings["pay_hours"]),
        )
    )
    # Nothing to pay is collected inside `open`, which has moved the day on: read it again.
    day_charges.save(work, replace(day_charges.get(work, day.day_id), payment_id=payment_id))
