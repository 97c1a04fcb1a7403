"""Who acts for whom: the wallet user pays and is written to, the subject is whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Relation(StrEnum):
    """Why a wallet user acts for a person: they are that person, its guardian, or were granted it by that person."""

    SELF = "self"
    WARD = "ward"
    GRANTED = "granted"


class Right(StrEnum):
    """What a wallet user may do for a person: register and cancel, pay, read results."""

    BOOK = "book"
    PAY = "pay"
    RESULTS = "results"


ALL_RIGHTS = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Binding:
    """One wallet user who acts for one person, with the rights of this moment.

    A guardian's rights are empty from the child's fourteenth birthday on.
    """

    wallet_user_id: str
    subject_id: str
    relation: Relation
    rights: frozenset[Right]
    since: datetime
