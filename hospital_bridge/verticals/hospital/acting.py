"""Acting for a patient: the wallet user pays and stands in the audit trail, the patient is whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.slot import Right

if TYPE_CHECKING:
    from hospital_bridge.slot import PageRequest, VerticalWork

NO_RIGHTS: frozenset[Right] = frozenset()


class NotVerified(Exception):
    """The wallet user has no verified identity here; they must sign in again and consent."""


class NotAllowed(Exception):
    """The wallet user lacks the right; what they asked for does not exist for them."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A wallet user and the patient for whom they act; `subject_id` is empty for nobody."""

    wallet_user_id: str
    subject_id: str

    def may(self, work: VerticalWork, *rights: Right) -> bool:
        """Whether the wallet user has one of the rights for the patient at this moment."""
        return not self.rights(work).isdisjoint(rights)

    def rights(self, work: VerticalWork) -> frozenset[Right]:
        """What the wallet user may do for the patient at this moment."""
        people = work.subjects.people_of(self.wallet_user_id)
        return next((each.rights for each in people if each.subject_id == self.subject_id), NO_RIGHTS)

    def must(self, work: VerticalWork, *rights: Right) -> None:
        """NotVerified where there is nobody to act for, NotAllowed where none of the rights stands."""
        if not self.subject_id:
            raise NotVerified
        if not self.may(work, *rights):
            raise NotAllowed

    def payer(self, work: VerticalWork) -> str:
        """Who pays: the wallet user if they may, or else whoever may first; NotAllowed where nobody may."""
        if self.may(work, Right.PAY):
            return self.wallet_user_id
        for wallet_user_id in work.subjects.recipients(self.subject_id, Right.PAY):
            return wallet_user_id
        raise NotAllowed


def acting(request: PageRequest) -> Acting:
    """Who asks, and for which patient."""
    return Acting(request.principal, request.subject_id)
