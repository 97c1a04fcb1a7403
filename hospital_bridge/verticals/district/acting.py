"""For whom a member's page acts: the chosen person, where the wallet user may pay for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Right

if TYPE_CHECKING:
    from hospital_bridge.slot import PageRequest, VerticalWork


class NotTheirs(LookupError):
    """The wallet user has nothing here, or may not pay for this person."""


def may(work: VerticalWork, request: PageRequest) -> bool:
    """Whether the page acts for somebody for whom the wallet user may pay: coupons and points are worth money."""
    return bool(request.subject_id) and work.subjects.may(request.principal, request.subject_id, Right.PAY)


def member(work: VerticalWork, request: PageRequest) -> str:
    """The person's subject id; NotTheirs."""
    if not may(work, request):
        raise NotTheirs
    return request.subject_id
