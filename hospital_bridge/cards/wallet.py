"""Shows cards in their holders' wallets as they stand, after the commit that changed them.

A job tells the wallet, so that one which is down or says no stops nobody from using a card; what it is told, it is
told under a serial of ours, so that telling it again after a lost answer makes nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from adapters.errors import Reason, Refused
from adapters.ports import WalletCards
from adapters.values import WalletAccount
from adapters.wallet_cards import CardAbility, WalletCard, WalletCardTemplate
from hospital_bridge.cards.case import CardCase, CardsContext
from hospital_bridge.cards.model import CardState
from hospital_bridge.cards.shown import AFTER, SHOWN_AS, Copy, CopyState, Show, next_step
from hospital_bridge.payment.effects import Driver, Errand
from hospital_bridge.slot import Right, VerticalWork, WalletFace
from hospital_bridge.store.cards import CardRow
from hospital_bridge.store.keys import Erased
from hospital_bridge.store.unit_of_work import Work

ENDS = "%Y-%m-%d %H:%M:%S"
"""How a wallet is told when a card ends, on the operator's clock."""


@dataclass(frozen=True, slots=True)
class Showcase:
    """One operator's cards of one vertical, and the driver that tells wallets of them."""

    context: CardsContext
    driver: Driver
    as_vertical: Callable[[Work], VerticalWork]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is put into a wallet: the copy, and for whom with which face; no `to` where nobody is left to have it."""

    copy: Copy
    to: WalletAccount | None
    face: WalletFace | None
    kind: str
    code: str
    ends: str


def show_card(showcase: Showcase, card_id: str) -> None:
    """Job: tell the wallet until it shows the card as it stands; raises Again while it is not known whether it does."""
    while (step := _next(showcase, card_id)) is not None:
        step()


def _next(showcase: Showcase, card_id: str) -> Callable[[], None] | None:
    with showcase.driver.store.read(showcase.driver.operator_id) as work:
        card = work.cards.get(showcase.context.vertical, card_id)
        if card is None:
            return None
        copy = work.wallet_cards.latest(card_id)
        step = next_step(card.state, _serial(card), copy)
        if isinstance(step, Show):
            return _shown(showcase, step)
        return None if step is None else _parcel(showcase, work, card, copy)


def _serial(card: CardRow) -> str:
    """A card that was given back is another one to the wallet, for it has another version with us."""
    return f"{card.card_id}.{card.version}"


def _shown(showcase: Showcase, step: Show) -> Callable[[], None] | None:
    wallet = showcase.context.wallets.get(step.copy.account)
    if wallet is None or CardAbility.UPDATE not in wallet.card_abilities():
        return None
    serial, state = step.copy.serial, step.state
    errand = Errand(
        kind="card.show",
        key=f"card.show:{serial}:{state}",
        act=lambda: wallet.show_card_as(serial, state),
        look=_tell_again,
        confirmed=lambda work, _: work.wallet_cards.mark(serial, AFTER[state]),
        refused=lambda work, _: work.wallet_cards.mark(serial, CopyState.REFUSED),
    )
    return partial(showcase.driver.drive, errand)


def _parcel(showcase: Showcase, work: Work, card: CardRow, copy: Copy | None) -> Callable[[], None] | None:
    """Nothing is begun for somebody whose wallet holds no cards; what was begun is brought to its end."""
    account, to = _holder(work, card.subject_id)
    sent = copy if copy is not None and copy.state is CopyState.SENT else None
    unit = showcase.as_vertical(work)
    view = CardCase(showcase.context, unit, work).view(card)
    face_of = showcase.context.kinds[view.kind].in_wallet
    face = None if face_of is None or to is None else face_of(unit, view)
    wallet = showcase.context.wallets.get(account if sent is None else sent.account)
    if wallet is None or (sent is None and face is None):
        return None
    put = sent or Copy(_serial(card), card.card_id, account, CopyState.SENT)
    ends = "" if card.expires_at is None else f"{card.expires_at.astimezone(showcase.context.zone):{ENDS}}"
    parcel = Parcel(put, to, face, view.kind, work.cards.code_of(card.card_id), ends)
    return partial(_put, showcase, wallet, parcel)


def _holder(work: Work, holder: str) -> tuple[str, WalletAccount | None]:
    """The wallet account of the wallet user who holds the card, or of the first who may pay for its holder."""
    try:
        if work.wallet_users.account(holder):
            return work.wallet_users.payer(holder)
        payers = work.subjects.recipients(holder, Right.PAY)
        return work.wallet_users.payer(payers[0]) if payers else ("", None)
    except (Erased, LookupError):
        return "", None


def _put(showcase: Showcase, wallet: WalletCards, parcel: Parcel) -> None:
    template_id = None if parcel.face is None else _template_id(showcase, wallet, parcel, parcel.face)
    serial = parcel.copy.serial
    # Where nobody is left to be told of it, an earlier telling may have come through: the copy is closed.
    unmade = CopyState.REFUSED if parcel.to is not None else CopyState.VALID
    showcase.driver.drive(
        Errand(
            kind="card.put",
            key=f"card.put:{serial}",
            act=lambda: wallet.issue_card(_written(parcel, template_id)),
            look=_tell_again,
            confirmed=lambda work, _: work.wallet_cards.mark(serial, CopyState.VALID),
            refused=lambda work, _: work.wallet_cards.mark(serial, unmade),
            sending=lambda work: _send(showcase, work, parcel.copy),
        )
    )


def _written(parcel: Parcel, template_id: str | None) -> WalletCard:
    if template_id is None or parcel.to is None or parcel.face is None:
        raise Refused("nobody is left to have the card, or the wallet took no template", reason=Reason.NOT_FOUND)
    values = {"ends": parcel.ends, **parcel.face.values}
    return WalletCard(parcel.copy.serial, template_id, parcel.to, parcel.code, values)


def _send(showcase: Showcase, work: Work, copy: Copy) -> bool:
    """Whether the copy is still wanted, which is kept before the wallet hears of it."""
    card = work.cards.get(showcase.context.vertical, copy.card_id)
    standing = work.wallet_cards.latest(copy.card_id)
    if standing is None or standing.serial != copy.serial:
        if card is None or SHOWN_AS.get(card.state) is not SHOWN_AS[CardState.COLLECTED]:
            return False
        work.wallet_cards.send(copy)
    return True


def _template_id(showcase: Showcase, wallet: WalletCards, parcel: Parcel, face: WalletFace) -> str | None:
    """The wallet's id of the template, which is made when a card first needs it; None where it would not make one."""
    account = parcel.copy.account
    content = json.dumps([parcel.kind, face.content], sort_keys=True, ensure_ascii=False)
    key = sha256(content.encode()).hexdigest()[:32]
    if (standing := _made(showcase, account, key)) is not None:
        return standing
    showcase.driver.drive(
        Errand(
            kind="card.template",
            # Under other settings a template that was refused is tried again.
            key=f"card.template:{account}:{key}:{showcase.driver.config_digest[:12]}",
            act=lambda: wallet.add_card_template(WalletCardTemplate(key, face.content)),
            look=_tell_again,
            confirmed=lambda work, made: work.wallet_cards.add_template(account, key, made),
            refused=lambda _, __: None,
        )
    )
    return _made(showcase, account, key)


def _made(showcase: Showcase, account: str, key: str) -> str | None:
    with showcase.driver.store.read(showcase.driver.operator_id) as work:
        return work.wallet_cards.template(account, key)


def _tell_again() -> None:
    """No wallet that is known can be asked for a copy; telling it again does no harm."""
