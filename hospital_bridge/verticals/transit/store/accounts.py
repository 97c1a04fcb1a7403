"""Riders' accounts: an opaque id that gates see, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, LargeBinary, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import ID, Instant, operator_column
from hospital_bridge.verticals.transit.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork

ACCOUNT = Table(
    "transit_account",
    metadata,
    operator_column(),
    Column("account_id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False),
    Column("wallet_user_id", ID, nullable=False),
    Column("phone_key", LargeBinary, nullable=False, info=holds("ride code")),
    Column("opened_at", Instant, nullable=False),
    UniqueConstraint("operator_id", "subject_id"),
)

Index(None, ACCOUNT.c.operator_id, ACCOUNT.c.wallet_user_id)

NOBODY = ""


class NoSuchAccount(LookupError):
    """This operator has no account of that id, or of that person."""


@dataclass(frozen=True, slots=True)
class Account:
    """One rider's account; `wallet_user_id` is who pays for it."""

    account_id: str
    subject_id: str
    wallet_user_id: str


def open_account(work: VerticalWork, subject_id: str, wallet_user_id: str, phone_key: bytes) -> Account:
    """The person's account, made at the first time with that private key of 32 bytes."""
    known = of_subject(work, subject_id)
    if known is not None:
        return known
    account = Account(work.ids.new(), subject_id, wallet_user_id)
    sealed = work.seal.seal_bytes(subject_id, ACCOUNT.name, "phone_key", account.account_id, phone_key)
    try:
        with work.connection.begin_nested():
            work.table(ACCOUNT).add(
                account_id=account.account_id,
                subject_id=subject_id,
                wallet_user_id=wallet_user_id,
                phone_key=sealed,
                opened_at=work.now,
            )
    except IntegrityError:
        # The same person pressed on two phones at once.
        return open_account(work, subject_id, wallet_user_id, phone_key)
    return account


def phone_key(work: VerticalWork, account: Account) -> bytes:
    """The private key that shows the account's ride codes."""
    row = work.table(ACCOUNT).one(ACCOUNT.c.account_id == account.account_id)
    if row is None:
        raise NoSuchAccount(account.account_id)
    return bytes(work.seal.open_bytes(account.subject_id, ACCOUNT.name, "phone_key", account.account_id, row.phone_key))


def of_subject(work: VerticalWork, subject_id: str) -> Account | None:
    """The person's account, or None."""
    row = work.table(ACCOUNT).one(ACCOUNT.c.subject_id == subject_id)
    return None if row is None else Account(row.account_id, row.subject_id, row.wallet_user_id)


def get(work: VerticalWork, account_id: str, *, lock: bool = False) -> Account:
    """One account; NoSuchAccount. `lock` holds it, and so all of its days, until the transaction ends."""
    row = work.table(ACCOUNT).one(ACCOUNT.c.account_id == account_id, lock=lock)
    if row is None:
        raise NoSuchAccount(account_id)
    return Account(row.account_id, row.subject_id, row.wallet_user_id)


def is_open(work: VerticalWork, account_id: str, *, lock: bool = False) -> bool:
    """Whether the account is one of this operator's, and somebody's. `lock` holds it as in `get`."""
    row = work.table(ACCOUNT).one(ACCOUNT.c.account_id == account_id, lock=lock)
    return row is not None and row.wallet_user_id != NOBODY


def payers(work: VerticalWork, account_ids: Sequence[str]) -> Sequence[str]:
    """The wallet users behind these accounts; those that are nobody's any more are left out."""
    rows = work.table(ACCOUNT).all(ACCOUNT.c.account_id.in_(account_ids), ACCOUNT.c.wallet_user_id != NOBODY)
    return sorted({row.wallet_user_id for row in rows})


def forgotten(work: VerticalWork) -> frozenset[str]:
    """The accounts that are nobody's any more: their last codes must open nothing."""
    return frozenset(row.account_id for row in work.table(ACCOUNT).all(ACCOUNT.c.wallet_user_id == NOBODY))


def forget(work: VerticalWork, account_id: str) -> None:
    """The account is nobody's any more."""
    work.table(ACCOUNT).change(
        ACCOUNT.c.account_id == account_id, subject_id=account_id, wallet_user_id="", phone_key=b""
    )
