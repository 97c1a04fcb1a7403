"""How long received messages can be read: after that the key of their day is destroyed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.store.keys import RAW
from hospital_bridge.store.seal import raw_purpose

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work


def forget_raw_messages(work: Work, days: int) -> int:
    """Destroy the keys of the days before the last `days`; how many. The messages' rows and answers stay."""
    first_kept = raw_purpose((work.now - timedelta(days=days)).date())
    keys = work.seal.data_keys
    return sum(keys.destroy(purpose) for purpose in keys.purposes(RAW) if purpose < first_kept)
