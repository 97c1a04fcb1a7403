"""A rest-hook of a Subscription: it says no more than that there is something to fetch.

Whatever its body holds is not believed: empty, an id, a notification Bundle (R5, or the backport to R4B), or the whole
resource (R4 section 2.46.7, R5 section 2.46).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence

from adapters.errors import Untrusted
from adapters.his_fhir.settings import FhirSettings

_TYPE = re.compile(r'"(?:resourceType|reference|fullUrl|url)"\s*:\s*"(?:[^"]*/)?([A-Z][A-Za-z]{1,63})(?:[/?][^"]*)?"')
_FEED_OF = {
    "Appointment": "appointments",
    "Encounter": "encounters",
    "Invoice": "bills",
    "ChargeItem": "bills",
    "DiagnosticReport": "reports",
    "Observation": "reports",
}
_LONGEST_LOOKED_AT = 64 * 1024
_NOTHING_NEW = frozenset({"handshake", "heartbeat"})
_KIND = re.compile(r'"type"\s*:\s*"(handshake|heartbeat|event-notification|query-status)"')


def read(body: bytes, headers: Mapping[str, str], settings: FhirSettings) -> Sequence[str]:
    """The feeds that the body speaks of, all where it speaks of none; Untrusted where the secret is not shown."""
    shown = next((value for name, value in headers.items() if name.lower() == settings.hints.header.lower()), "")
    secret = settings.hints.secret
    if not secret or not hmac.compare_digest(shown.encode(), secret.encode()):
        raise Untrusted("the hint does not show our secret")
    fetched = [name for name, feed in settings.feeds.items() if feed.every]
    text = body[:_LONGEST_LOOKED_AT].decode(errors="replace")
    if {found[1] for found in _KIND.finditer(text)} & _NOTHING_NEW:
        return ()
    named = {_FEED_OF[found[1]] for found in _TYPE.finditer(text) if found[1] in _FEED_OF}
    return [name for name in fetched if name in named] or fetched
