"""What a rider is told of a day's money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice
from hospital_bridge.verticals.transit.charging.day_charge import OWING, DayCharge, State
from hospital_bridge.verticals.transit.store import accounts
from notifications.catalogue import Entry
from notifications.message import Kind, Template

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

TO_PAY, BLOCKED, RELEASED = "ride.to_pay", "ride.blocked", "ride.released"
RIDER = "rider"


def _notice(event: str, sentence: str) -> Notice:
    template = Template(event.replace(".", "_"), {"amount": Kind.MONEY})
    return Notice(Entry(event, RIDER, template), sentence, page="day")


NOTICES = (
    _notice(TO_PAY, "Your rides of the day come to %(amount)s."),
    _notice(BLOCKED, "%(amount)s for your rides was not paid in time; gates stay closed until it is."),
    _notice(RELEASED, "Thank you: %(amount)s is paid, and gates open for you again."),
)


def tell_closed(work: VerticalWork, day: DayCharge) -> None:
    """That the day's order stands; nothing where there is nothing to pay."""
    if day.state is State.ORDERED:
        _tell(work, TO_PAY, day)


def tell_moved(work: VerticalWork, day: DayCharge) -> None:
    """That the account was shut out or let in again."""
    _tell(work, BLOCKED if day.state in OWING else RELEASED, day)


def _tell(work: VerticalWork, event: str, day: DayCharge) -> None:
    account = accounts.get(work, day.account_id)
    key = f"{event}:{day.sale_ref}"
    amount = {"amount": day.charged_fen}
    work.messages.tell(event, RIDER, account.wallet_user_id, amount, dedupe_key=key, about=day.day_id)
