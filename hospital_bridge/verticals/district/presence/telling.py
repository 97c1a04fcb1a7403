"""The greeting of who has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice
from notifications.catalogue import Entry
from notifications.message import Kind, Template

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

ARRIVED, VISITOR = "mall.arrived", "visitor"
LONGEST_LABEL = 40
NOTICES = (
    Notice(
        Entry(ARRIVED, VISITOR, Template("mall_arrived", {"shop": Kind.LABEL})),
        "Welcome! You are near %(shop)s. What is around you is on this page.",
        page="near",
    ),
)


def greet(work: VerticalWork, wallet_user_id: str, shop: str) -> None:
    """Say it now; what was said once is not said again for the same instant."""
    key = f"{ARRIVED}:{work.now:%Y%m%d%H%M%S}"
    work.messages.tell(ARRIVED, VISITOR, wallet_user_id, {"shop": shop[:LONGEST_LABEL]}, dedupe_key=key)
