"""What a buyer is told of an order's money."""

from __future__ import annotations

from hospital_bridge.slot import Notice, VerticalWork
from notifications.catalogue import Entry
from notifications.message import Kind, Template

from .order import Order, State

BUYER = "buyer"
_EVENTS = {State.SOLD: "seats.sold", State.LOST: "seats.lost", State.REFUNDED: "seats.refunded"}


def _notice(event: str, sentence: str) -> Notice:
    template = Template(f"cinema_{event.replace('.', '_')}", {"amount": Kind.MONEY})
    return Notice(Entry(event, BUYER, template), sentence, page="order")


NOTICES = (
    _notice("seats.sold", "Your three seats are yours: %(amount)s is paid, and the ticket is under “My cards”."),
    _notice("seats.lost", "Your seats had gone to somebody else when your money came; all of %(amount)s goes back."),
    _notice("seats.refunded", "%(amount)s for your seats has gone back to you."),
)


def tell_moved(work: VerticalWork, order: Order) -> None:
    """That the seats are theirs, or that their money goes back; once each."""
    event = _EVENTS.get(order.state)
    if event and order.wallet_user_id:
        key, amount = f"{event}:{order.order_id}", {"amount": order.price_fen}
        work.messages.tell(event, BUYER, order.wallet_user_id, amount, dedupe_key=key, about=order.order_id)
