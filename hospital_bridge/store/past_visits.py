"""What browsers leave behind; idempotency keys stay, for behind one of them there may be money."""

from __future__ import annotations

from datetime import timedelta

from hospital_bridge.store.rate_limits import RATE_COUNT
from hospital_bridge.store.sessions import LOGIN_STATE, WEB_SESSION
from hospital_bridge.store.unit_of_work import Work

KEPT = timedelta(days=1)


def forget_past_visits(work: Work) -> int:
    """Delete sessions, login states and counts that were over a day ago; how many there were."""
    over = work.now - KEPT
    return (
        work.table(WEB_SESSION).remove(WEB_SESSION.c.expires_at < over)
        + work.table(LOGIN_STATE).remove(LOGIN_STATE.c.expires_at < over)
        + work.table(RATE_COUNT).remove(RATE_COUNT.c.window_start < over)
    )
