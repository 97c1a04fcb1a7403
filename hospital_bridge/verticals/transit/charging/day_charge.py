"""What one account owes for one service day: states, the table of transitions, and the sums."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


class State(StrEnum):
    """Where a day stands.

    OPEN: its taps are still coming. ORDERED: its one order stands at the wallet. PAID: the money is there. DEBT: the
    order ran out unpaid, and the account passes no gate. REPAYING: an order for the debt stands, and it still passes
    none. REFUNDED: the money went back.
    """

    OPEN = "open"
    ORDERED = "ordered"
    PAID = "paid"
    DEBT = "debt"
    REPAYING = "repaying"
    REFUNDED = "refunded"


OWING = frozenset({State.DEBT, State.REPAYING})
"""States that shut an account out at the gates."""


class Event(StrEnum):
    """What can happen to a day."""

    CLOSED = "closed"
    COLLECTED = "collected"
    EXPIRED = "expired"
    ORDERED_AGAIN = "ordered_again"
    REFUNDED = "refunded"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.OPEN, Event.CLOSED): State.ORDERED,
    (State.ORDERED, Event.COLLECTED): State.PAID,
    (State.ORDERED, Event.EXPIRED): State.DEBT,
    (State.DEBT, Event.ORDERED_AGAIN): State.REPAYING,
    (State.REPAYING, Event.COLLECTED): State.PAID,
    (State.REPAYING, Event.EXPIRED): State.DEBT,
    (State.PAID, Event.REFUNDED): State.REFUNDED,
}


class IllegalTransition(Exception):
    """The day is not in a state in which this can happen."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a day that is {state} cannot take {event}")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class DayCharge:
    """One account's service day; sums in fen.

    `fare_fen` is what its journeys cost as far as they are known, `charged_fen` what was asked for when it was closed:
    that and what earlier days had come to by then through late taps, never below zero. `orders` counts the orders.
    """

    day_id: str
    account_id: str
    service_day: date
    state: State = State.OPEN
    fare_fen: int = 0
    charged_fen: int = 0
    orders: int = 0
    payment_id: str = ""
    version: int = 1

    @property
    def sale_ref(self) -> str:
        """The reference of the last order: news of an earlier one's money must not move the day."""
        return f"{self.day_id}-{self.orders}"

    def after(self, event: Event) -> DayCharge:
        """The day once `event` happened; IllegalTransition when it cannot."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition(self.state, event) from None
        return replace(self, state=state)

    def ordered(self, event: Event, charged_fen: int) -> DayCharge:
        """The day with a new order for that sum."""
        return replace(self.after(event), charged_fen=charged_fen, orders=self.orders + 1, payment_id="")


def day_of(sale_ref: str) -> str:
    """The day id behind the reference of any of its orders."""
    return sale_ref.partition("-")[0]


def due(closing: DayCharge, fare_fen: int, closed: Iterable[DayCharge], week_cap_fen: int | None = None) -> int:
    """What to ask for at a day's close: all that closed days cost, less all that was asked for, never below zero.

    What late taps made cheaper or dearer after their day was closed is thus settled with the next one, and so is what a
    week costs beyond its cap: a day has one order and no more.
    """
    others = [day for day in closed if day.day_id != closing.day_id]
    fares = {day.service_day: day.fare_fen for day in others} | {closing.service_day: fare_fen}
    return max(0, cost_of(fares, week_cap_fen) - sum(day.charged_fen for day in others))


def cost_of(fares: Mapping[date, int], week_cap_fen: int | None) -> int:
    """What these days cost together, in fen: no week from Monday to Sunday more than its cap."""
    weeks: dict[tuple[int, int], int] = {}
    for day, fen in fares.items():
        week = week_of(day)
        weeks[week] = weeks.get(week, 0) + fen
    return sum(fen if week_cap_fen is None else min(fen, week_cap_fen) for fen in weeks.values())


def week_of(day: date) -> tuple[int, int]:
    """The week that a service day lies in (ISO 8601: year and number, from Monday)."""
    year, week, _ = day.isocalendar()
    return year, week
