"""What wallet users are told in the wallet itself: when, in which words, and over which account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from adapters.errors import NotDone, OutsideError
from adapters.money import yuan_from_fen
from adapters.outcomes import outcome_of
from adapters.ports import WalletMessages
from adapters.wallet_messages import WalletMessage
from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.keys import Erased
from hospital_bridge.store.messages import NewMessage
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.post import FIRST, USUAL, Attempt, Closed, Said, hand_in, turn_away
from notifications.catalogue import Catalogue
from notifications.delivery import PEOPLE, Policy, QuietHours
from notifications.message import Kind, Message, Outcome, ParametersRefused, Template, Value

AGREEMENT = "messages"
"""The purpose to which a wallet user agrees who wants to be told in the wallet too."""
INBOX = "/p/{operator}/messages"
"""The page that a message in the wallet leads to."""
NOTHING_TO_SAY = "the recipient was erased, or no vertical says this any more"
NOT_AGREED = "the recipient has not agreed to messages in the wallet"
NO_WALLET = "the configuration names no such wallet account"


@dataclass(frozen=True, slots=True)
class WalletPost:
    """How wallet users of one operator are reached: their accounts' wallets, and the clock that they live by."""

    wallets: Mapping[str, WalletMessages] = field(default_factory=dict)
    zone: tzinfo = UTC

    def begin(self, work: Work, message: NewMessage, message_id: str, template_key: str) -> None:
        """Keep the delivery of a message, where the recipient's wallet has words for it and they agreed to it."""
        account = work.wallet_users.account(message.wallet_user_id)
        wallet = self.wallets.get(account)
        if wallet is None or not wallet.can_tell(template_key):
            return
        new = NewDelivery(
            kind=DeliveryKind.MESSAGE,
            ref=message_id,
            target=account,
            stream_key=f"message.{message.wallet_user_id}{'.urgent' if message.urgent else ''}",
            priority=FIRST if message.urgent else USUAL,
            standing=self.policy(lambda: 0.0, urgent=message.urgent).begin(work.now),
        )
        if agreed(work, message.wallet_user_id):
            hand_in(work, new)
        else:
            turn_away(work, new, NOT_AGREED)

    def policy(self, chance: Callable[[], float], *, urgent: bool) -> Policy:
        """The short schedule, and not in people's sleep unless it is urgent."""
        return Policy(PEOPLE, chance, quiet=None if urgent else QuietHours(self.zone))

    def in_words(self, template: Template, parameters: Mapping[str, Value]) -> dict[str, str]:
        """The parameters as a wallet shows them: sums in yuan, instants on the operator's clock."""
        return {name: self._said(template.parameters[name], value) for name, value in parameters.items()}

    def _said(self, kind: Kind, value: Value) -> str:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")
        return f"¥{yuan_from_fen(value)}" if kind is Kind.MONEY and isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class MessageCarrier:
    """Hands messages over to wallets (`post.Carrier`): `posts` by operator, `catalogues` by vertical."""

    posts: Mapping[str, WalletPost]
    catalogues: Mapping[str, Catalogue]
    public_url: str
    chance: Callable[[], float]

    def prepare(self, work: Work, row: DeliveryRow) -> Attempt | Closed:
        post = self.posts[work.operator_id]
        wallet = post.wallets.get(row.target)
        if wallet is None:
            return Closed(NO_WALLET)
        try:
            told = work.messages.get(row.ref)
            _, to = work.wallet_users.payer(told.wallet_user_id)
            template = self.catalogues[told.vertical].template(told.event, told.audience)
            message = Message(template, told.wallet_user_id, told.parameters)
        except (Erased, LookupError, ParametersRefused):
            return Closed(NOTHING_TO_SAY)
        if not agreed(work, told.wallet_user_id):
            return Closed(NOT_AGREED, unwanted=True)
        link = self.public_url + INBOX.format(operator=work.operator_id)
        said = WalletMessage(to, template.key, post.in_words(template, message.parameters), link, told.message_id)
        return Attempt(
            post.policy(self.chance, urgent=told.urgent), lambda: _handed_over(wallet, said), _nothing_follows
        )


def agreed(work: Work, wallet_user_id: str) -> bool:
    """Whether the wallet user wants to be told in the wallet, now."""
    return AGREEMENT in work.wallet_users.standing_consents(wallet_user_id)


def _handed_over(wallet: WalletMessages, message: WalletMessage) -> Said:
    try:
        wallet.tell(message)
    except OutsideError as error:
        retry_after = error.retry_after if isinstance(error, NotDone) else None
        return Said(outcome_of(error), error.text, retry_after)
    return Said(Outcome.DELIVERED, "")


def _nothing_follows(_work: Work, _said: Said) -> None:
    pass
