"""How often something may be tried; counted in the database by `store.rate_limits`."""

from __future__ import annotations

from datetime import timedelta

from flask import g

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.rate_limits import Limit, RateLimits
from hospital_bridge.web.visit import site

FORMS = Limit(60, timedelta(minutes=1))
WALLET_LOGINS = Limit(30, timedelta(minutes=10))
STAFF_LOGINS_FROM_ADDRESS = Limit(60, timedelta(minutes=15))
STAFF_LOGIN_FAILURES = Limit(10, timedelta(minutes=15))
FAMILY = Limit(10, timedelta(minutes=15))
"""Of one wallet user: neither codes nor children are guessed."""

DEVICE_CODES = Limit(10, timedelta(minutes=15))
"""Of one address: a code of 40 bits that lives a quarter of an hour is not guessed."""

REFUSED_NOTICES = Limit(30, timedelta(minutes=10))
"""Of one address; a genuine notice is never counted, whatever it is about, so a wallet is never turned away."""

API_CALLS = Limit(600, timedelta(minutes=1))


def count_against(operator_id: str, bucket: str, limit: Limit) -> None:
    """Count one; HB-A005 once the limit is passed."""
    with site().store.begin(operator_id) as work:
        rest = RateLimits(work).hit(bucket, limit)
    _refuse_while(rest)


def note(operator_id: str, bucket: str, limit: Limit) -> None:
    """Count one and refuse nothing."""
    with site().store.begin(operator_id) as work:
        RateLimits(work).hit(bucket, limit)


def refuse_if_exceeded(operator_id: str, bucket: str, limit: Limit) -> None:
    """HB-A005 while the bucket rests; nothing is counted."""
    with site().store.read(operator_id) as work:
        rest = RateLimits(work).exceeded(bucket, limit)
    _refuse_while(rest)


def _refuse_while(rest: timedelta | None) -> None:
    if rest is not None:
        g.retry_after_seconds = int(rest.total_seconds()) + 1
        raise BridgeError("HB-A005")
