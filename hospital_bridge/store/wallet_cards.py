"""Copies of cards in wallets, and the templates that the wallets made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, String, Table

from hospital_bridge.cards.shown import Copy, CopyState
from hospital_bridge.store.choice import choice
from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column
from hospital_bridge.store.records import record_of

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

WALLET_CARD_TEMPLATE = Table(
    "wallet_card_template",
    metadata,
    operator_column(),
    Column("account", CODE, primary_key=True),
    Column("template_key", CODE, primary_key=True),
    Column("wallet_template_id", String(128), nullable=False),
)
WALLET_CARD = Table(
    "wallet_card",
    metadata,
    operator_column(),
    Column("serial", CODE, primary_key=True),
    Column("card_id", ID, nullable=False),
    Column("account", CODE, nullable=False),
    *choice("state", CopyState),
    Column("sent_at", Instant, nullable=False),
    belongs_to("card", "card_id"),
)
Index("ix_wallet_card_card", WALLET_CARD.c.operator_id, WALLET_CARD.c.card_id)


class WalletCards:
    """The copies of one operator's cards; the effect that a copy's step belongs to is locked while it changes."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._templates = work.table(WALLET_CARD_TEMPLATE)
        self._copies = work.table(WALLET_CARD)

    def template(self, account: str, template_key: str) -> str | None:
        """The wallet's own id of a template, or None."""
        mine = (WALLET_CARD_TEMPLATE.c.account == account, WALLET_CARD_TEMPLATE.c.template_key == template_key)
        row = self._templates.one(*mine)
        return None if row is None else row.wallet_template_id

    def add_template(self, account: str, template_key: str, wallet_template_id: str) -> None:
        """Keep the wallet's own id of a template."""
        self._templates.add(account=account, template_key=template_key, wallet_template_id=wallet_template_id)

    def latest(self, card_id: str) -> Copy | None:
        """The latest copy of a card, or None."""
        latest = (WALLET_CARD.c.sent_at.desc(), WALLET_CARD.c.serial.desc())
        rows = self._copies.all(WALLET_CARD.c.card_id == card_id, order_by=latest, limit=1)
        return next((record_of(Copy, row) for row in rows), None)

    def send(self, copy: Copy) -> None:
        """Keep a copy that the wallet is about to be given; one that is sent again stands already."""
        if self._copies.one(WALLET_CARD.c.serial == copy.serial) is None:
            values = {"serial": copy.serial, "card_id": copy.card_id, "account": copy.account, "state": copy.state}
            self._copies.add(**values, sent_at=self._work.now)

    def mark(self, serial: str, state: CopyState) -> None:
        """How the copy is shown now."""
        self._copies.change(WALLET_CARD.c.serial == serial, state=state)
