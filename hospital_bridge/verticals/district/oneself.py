"""Whom a visit to the mall is about: the wallet user themselves, whoever is chosen for other things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Relation, Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork


class Nobody(LookupError):
    """The wallet user has not said who they are."""


def oneself(work: VerticalWork, wallet_user_id: str) -> str:
    """The subject id of the wallet user's own person; Nobody."""
    for binding in work.subjects.people_of(wallet_user_id):
        if binding.relation is Relation.SELF:
            return binding.subject_id
    raise Nobody


def phones_of(work: VerticalWork, subject_id: str) -> Sequence[str]:
    """The wallet users who are that person: nobody else is told when somebody eats or where they go."""
    who = work.subjects.recipients(subject_id, Right.BOOK)
    return [one for one in who if _is_oneself(work, one, subject_id)]


def _is_oneself(work: VerticalWork, wallet_user_id: str, subject_id: str) -> bool:
    return any(
        binding.subject_id == subject_id and binding.relation is Relation.SELF
        for binding in work.subjects.people_of(wallet_user_id)
    )
