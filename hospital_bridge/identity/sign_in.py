"""Signing in through the wallet: consent, the wallet's own word for who it is, a verified person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.errors import Refused
from hospital_bridge.identity import id_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.ports import WalletIdentity
    from adapters.values import VerifiedIdentity, WalletGrant
    from hospital_bridge.store.unit_of_work import Store

CN_ID = "CN_ID"
CONSENT_VERSION = "2026-11-28"
PURPOSES = ("real_name", "medical_record")
"""Reading the real name from the wallet, and keeping record numbers and registrations (PIPL articles 28 and 29)."""


class Doubt(StrEnum):
    """Why a person could not be verified."""

    NO_REAL_NAME = "no_real_name"
    BAD_ID_NUMBER = "bad_id_number"


class ConsentMissing(Exception):
    """A purpose that sign-in needs was not agreed to."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came back from the wallet; without a verified person `doubt` says why."""

    wallet_user_id: str
    subject_id: str = ""
    doubt: Doubt | None = None


def complete_sign_in(
    store: Store,
    operator_id: str,
    account: str,
    wallet: WalletIdentity,
    code: str,
    *,
    purposes: Sequence[str],
    locale: str,
) -> SignedIn:
    """Exchange the wallet's code, ask for the real name, and keep user, consents, person and binding.

    A wallet that verifies another person than before acts for that person alone from now on.
    Raises ConsentMissing before anything is asked, and any of the five outcomes of the wallet.
    """
    if missing := set(PURPOSES) - set(purposes):
        raise ConsentMissing(", ".join(sorted(missing)))
    grant = wallet.exchange(code)
    identity, doubt = _verified(wallet, grant)
    with store.begin(operator_id) as work:
        wallet_user_id = work.wallet_users.keep(account, grant.account, locale)
        for purpose in purposes:
            work.wallet_users.consent(wallet_user_id, purpose, CONSENT_VERSION)
        if identity is None:
            work.audit.record(wallet_user_id, "identity.doubted", wallet_user_id, reason=str(doubt))
            return SignedIn(wallet_user_id, doubt=doubt)
        subject_id = work.subjects.keep(identity)
        was_other = work.subjects.bind_self(wallet_user_id, subject_id)
        work.audit.record(wallet_user_id, "identity.changed" if was_other else "identity.verified", subject_id)
    return SignedIn(wallet_user_id, subject_id)


def _verified(wallet: WalletIdentity, grant: WalletGrant) -> tuple[VerifiedIdentity | None, Doubt | None]:
    try:
        identity = wallet.verified_identity(grant)
    except Refused:
        return None, Doubt.NO_REAL_NAME
    if identity.id_type != CN_ID:
        return identity, None
    try:
        born, sex = id_number.read(identity.id_number)
    except id_number.BadIdNumber:
        return None, Doubt.BAD_ID_NUMBER
    # The number itself says when its holder was born; a wallet that says otherwise is not believed.
    agrees = born == identity.birth_date and sex is identity.sex
    return (identity, None) if agrees else (None, Doubt.BAD_ID_NUMBER)
