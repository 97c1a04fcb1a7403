"""One attempt to hand a webhook over: signed, to a judged address, without redirects, with a short answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from adapters.errors import OutsideError
from adapters.http import HttpClient, Request, Response
from adapters.outcomes import outcome_of
from adapters.time import Now
from adapters.webhook.addresses import Network, Resolve, permitted, resolved
from notifications.message import Outcome
from notifications.signing import Secret, sign

MOST_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver: signed with every secret; without `networks` only public addresses are called."""

    url: str
    secrets: Sequence[Secret] = field(repr=False)
    networks: Sequence[Network] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt; `gone` says that the receiver wants nothing any more (410)."""

    outcome: Outcome
    detail: str
    retry_after: timedelta | None = None
    gone: bool = False


class WebhookSender:
    """Sends over the one HTTP client; it never raises the five outcomes, it answers with them."""

    def __init__(self, http: HttpClient, now: Now, resolve: Resolve = resolved) -> None:
        self._http = http
        self._now = now
        self._resolve = resolve

    def send(self, endpoint: Endpoint, message_id: str, body: bytes) -> Answer:
        """Hand the JSON body over under that id, which stays the same across attempts."""
        try:
            return self._read(self._http.send(self._request(endpoint, message_id, body)))
        except OutsideError as error:
            return Answer(outcome_of(error), error.text)

    def _request(self, endpoint: Endpoint, message_id: str, body: bytes) -> Request:
        where = urlsplit(endpoint.url)
        addresses = self._resolve(where.hostname or "", where.port or _PORTS[where.scheme])
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "hospital-bridge",
            **sign(message_id, self._now(), body, endpoint.secrets),
        }
        address = permitted(addresses, endpoint.networks)
        return Request("POST", endpoint.url, headers, body, max_response_bytes=MOST_BYTES, address=address)

    def _read(self, response: Response) -> Answer:
        status, detail = response.status, f"HTTP {response.status}"
        if status // 100 == HTTPStatus.OK // 100:
            return Answer(Outcome.DELIVERED, detail)
        if status == HTTPStatus.GONE:
            return Answer(Outcome.REFUSED, detail, gone=True)
        if status in _BUSY:
            return Answer(Outcome.NOT_DONE, detail, self._asked_for(response.headers.get("retry-after", "")))
        # What the receiver may have done before it failed, its own memory of the id must tell.
        failed_inside = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return Answer(Outcome.UNKNOWN if failed_inside else Outcome.NOT_DONE, detail)

    def _asked_for(self, header: str) -> timedelta | None:
        """Retry-After in seconds or as a date (RFC 9110 section 10.2.3)."""
        if header.isascii() and header.isdigit():
            # More digits than a timedelta holds mean no more than "very long".
            return timedelta(seconds=int(header[:9]))
        try:
            at = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - self._now(), timedelta())
