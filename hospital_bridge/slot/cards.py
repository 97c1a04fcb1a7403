"""What passes between a vertical and the core about cards: coupons, tickets, memberships and passes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from hospital_bridge.cards.model import CardEvent, CardForm, CardState, Redemption
from hospital_bridge.cards.rules import CardRules

if TYPE_CHECKING:
    from hospital_bridge.slot.facade import VerticalWork


@dataclass(frozen=True, slots=True)
class CardView:
    """One card as it stands; `expires_at` is the first instant at which it is over, None where it never is."""

    card_id: str
    kind: str
    template_id: str
    title: str
    subject_id: str
    state: CardState
    rules: CardRules
    issued_at: datetime
    collected_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Use:
    """A card held out at a terminal: `place` and `actor` are ids, `order_ref` what it pays for, empty at a door.

    `request_id` is made once by the terminal; the same one again gets the same answer.
    """

    request_id: str
    code: str
    place: str
    actor: str
    order_ref: str = ""


def _no_places(_work: VerticalWork) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class WalletFace:
    """How a card looks in the wallet's own card holder, which learns all of it.

    `content` is a template in the wallet's own form, alike for every card of the kind; `values` fill it for this one,
    with `ends` beside them: when the card ends on the operator's clock (`2026-12-01 00:00:00`).
    """

    content: Mapping[str, object]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CardKind:
    """One kind of card: `kind` begins with the vertical's name; `title` and `note` are English sentences to translate.

    `allows` is the vertical's own rule beyond place and time: a sentence that says why not, or nothing. `changed`
    follows each event. Both run in the transaction that changes the card.
    """

    kind: str
    form: CardForm
    title: str
    note: str
    allows: Callable[[VerticalWork, CardView, Use], str] | None = None
    changed: Callable[[VerticalWork, CardView, CardEvent], None] | None = None
    redeemers: Collection[str] = ()
    """The staff roles that may redeem it."""
    places: Callable[[VerticalWork], Mapping[str, str]] = _no_places
    """Where staff redeem it: the words for each place id of its rules; without any, the page asks for no place."""
    in_wallet: Callable[[VerticalWork, CardView], WalletFace | None] | None = None
    """Puts a collected card into its holder's wallet too, where the operator has WalletCards; nothing keeps it out."""


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """What is given out: `supply` cards in all (None: as many as are asked for), `each` of them to one person.

    Once a card of it was issued only its supply can change, and not below what was issued.
    """

    template_id: str
    kind: str
    title: str
    rules: CardRules = field(default_factory=CardRules)
    supply: int | None = None
    each: int = 1


class Cards(Protocol):
    """The cards of one vertical, inside one unit of work.

    A refusal is `CardRefused`, raised before anything was written.
    """

    def put_template(self, template: CardTemplate) -> None:
        """Make the template, or change it; repeating it changes nothing."""

    def left(self, template_id: str) -> int | None:
        """How many cards of the template can still be issued; None where there is no limit."""

    def issue(self, request_id: str, template_id: str, subject_id: str) -> CardView:
        """Take one card from the supply for a person; the same request id gets the same card."""

    def collect(self, card_id: str) -> CardView:
        """Its holder takes the card; its days begin to run. Repeating it changes nothing."""

    def look(self, code: str) -> CardView:
        """The card that shows this code, whatever its state."""

    def redeem(self, use: Use) -> Redemption:
        """Use the card in this transaction, which also makes the order: of all who try at once one wins."""

    def reverse(self, redemption_id: str, actor: str, reason: str) -> CardView:
        """What the card was redeemed for was refunded: it is its holder's again. Repeating it changes nothing."""

    def reverse_for(self, order_ref: str, actor: str, reason: str) -> Sequence[CardView]:
        """Reverse all that was redeemed for an order and stands, and tell which; of a repetition none.

        A sale that `reverses_cards` has it done by the core.
        """

    def void(self, card_id: str, actor: str, reason: str) -> CardView:
        """Take back a card that was not redeemed. Repeating it changes nothing; its place in the supply stays used."""

    def get(self, card_id: str) -> CardView:
        """The card."""

    def code_of(self, card_id: str) -> str:
        """What its holder shows: 16 characters, for a QR code or to be typed."""

    def of_subject(self, subject_id: str) -> Sequence[CardView]:
        """The cards of a person, the newest first."""

    def standing(self, card_id: str) -> Redemption | None:
        """Who redeemed the card, where and when; None while nobody has, or once it was given back."""

    def redeemed_for(self, order_ref: str) -> Sequence[Redemption]:
        """What was redeemed for an order and not given back since."""

    def expire(self, limit: int = 100) -> int:
        """End cards whose time is over, the oldest first; how many there were."""
