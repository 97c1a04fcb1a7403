"""Wallet users and what they consented to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, LargeBinary, String, Table, UniqueConstraint

from adapters.values import WalletAccount
from hospital_bridge.store.metadata import CODE, ID, Instant, belongs_to, metadata, operator_column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.store.unit_of_work import Work

WALLET_USER = Table(
    "wallet_user",
    metadata,
    operator_column(),
    Column("wallet_user_id", ID, primary_key=True),
    Column("account", CODE, nullable=False),
    Column("payer_index", CODE, nullable=False),
    Column("payer", LargeBinary, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("operator_id", "account", "payer_index"),
)

CONSENT = Table(
    "consent",
    metadata,
    operator_column(),
    Column("consent_id", ID, primary_key=True),
    Column("wallet_user_id", ID, nullable=False),
    Column("purpose", CODE, nullable=False),
    Column("text_version", CODE, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    belongs_to("wallet_user", "wallet_user_id"),
)
_AS_GIVEN = (CONSENT.c.given_at, CONSENT.c.consent_id)


class WalletUsers:
    """The wallet users of one operator; `account` is the merchant account through which they came."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._users = work.table(WALLET_USER)
        self._consents = work.table(CONSENT)

    def keep(self, account: str, payer: WalletAccount, locale: str) -> str:
        """The wallet user behind that payer, made on first sight; its id."""
        index = self._work.seal.index(f"payer:{account}", payer.key)
        row = self._users.one(WALLET_USER.c.account == account, WALLET_USER.c.payer_index == index)
        if row is not None:
            known: str = row.wallet_user_id
            return known
        wallet_user_id = self._work.ids.new()
        self._users.add(
            wallet_user_id=wallet_user_id,
            account=account,
            payer_index=index,
            payer=self._work.seal.seal(
                wallet_user_id, WALLET_USER.name, "payer", wallet_user_id, f"{payer.user_id} {payer.open_id}"
            ),
            locale=locale,
            created_at=self._work.now,
        )
        return wallet_user_id

    def hold(self, wallet_user_id: str) -> None:
        """Whoever else holds this wallet user waits until this transaction ends."""
        self._users.one(WALLET_USER.c.wallet_user_id == wallet_user_id, lock=True)

    def payer(self, wallet_user_id: str) -> tuple[str, WalletAccount]:
        """The merchant account and the payer behind a wallet user; LookupError when unknown."""
        row = self._users.one(WALLET_USER.c.wallet_user_id == wallet_user_id)
        if row is None:
            raise LookupError(wallet_user_id)
        opened = self._work.seal.open(wallet_user_id, WALLET_USER.name, "payer", wallet_user_id, row.payer)
        user_id, open_id = opened.split(" ")
        return row.account, WalletAccount(user_id, open_id)

    def account(self, wallet_user_id: str) -> str:
        """The merchant account through which the wallet user came; empty when unknown."""
        row = self._users.one(WALLET_USER.c.wallet_user_id == wallet_user_id)
        return "" if row is None else row.account

    def locale(self, wallet_user_id: str) -> str:
        """The language in which the wallet user is written to."""
        row = self._users.one(WALLET_USER.c.wallet_user_id == wallet_user_id)
        return "" if row is None else row.locale

    def choose_locale(self, wallet_user_id: str, locale: str) -> None:
        """Remember the language that the wallet user chose."""
        self._users.change(WALLET_USER.c.wallet_user_id == wallet_user_id, locale=locale)

    def consent(self, wallet_user_id: str, purpose: str, text_version: str) -> None:
        """Keep that the wallet user agreed to this version of the text."""
        if purpose in self.consents(wallet_user_id, text_version):
            return
        self._consents.add(
            consent_id=self._work.ids.new(),
            wallet_user_id=wallet_user_id,
            purpose=purpose,
            text_version=text_version,
            given_at=self._work.now,
        )

    def withdraw(self, wallet_user_id: str, purpose: str) -> None:
        """End the consents to one purpose."""
        live = (
            CONSENT.c.wallet_user_id == wallet_user_id,
            CONSENT.c.purpose == purpose,
            CONSENT.c.withdrawn_at.is_(None),
        )
        self._consents.change(*live, withdrawn_at=self._work.now)

    def standing_consents(self, wallet_user_id: str) -> dict[str, datetime]:
        """The purposes that are agreed to, in whichever version of the text, and since when."""
        mine = (CONSENT.c.wallet_user_id == wallet_user_id, CONSENT.c.withdrawn_at.is_(None))
        return {row.purpose: row.given_at for row in self._consents.all(*mine, order_by=_AS_GIVEN)}

    def given_consents(self, wallet_user_id: str) -> list[dict[str, str | None]]:
        """Every consent ever given: purpose, version of the text, when given and when withdrawn (ISO 8601, UTC)."""
        rows = self._consents.all(CONSENT.c.wallet_user_id == wallet_user_id, order_by=_AS_GIVEN)
        return [
            {
                "purpose": row.purpose,
                "text_version": row.text_version,
                "given_at": row.given_at.isoformat(),
                "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            }
            for row in rows
        ]

    def forget(self, wallet_user_id: str) -> None:
        """Destroy the key of the payer's number; the wallet's user would come back as somebody new."""
        self._users.change(WALLET_USER.c.wallet_user_id == wallet_user_id, payer_index=wallet_user_id)
        standing = (CONSENT.c.wallet_user_id == wallet_user_id, CONSENT.c.withdrawn_at.is_(None))
        self._consents.change(*standing, withdrawn_at=self._work.now)
        self._work.seal.erase(wallet_user_id)

    def consents(self, wallet_user_id: str, text_version: str) -> Sequence[str]:
        """The purposes to which that version's consent stands."""
        rows = self._consents.all(
            CONSENT.c.wallet_user_id == wallet_user_id,
            CONSENT.c.text_version == text_version,
            CONSENT.c.withdrawn_at.is_(None),
        )
        return [row.purpose for row in rows]
