"""One operation asked of the hospital, and its answer judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters import meanings
from adapters.errors import NotDone, OutcomeUnknown, OutsideError
from adapters.his_http import reply
from adapters.his_http.documents import parsed_json
from adapters.his_http.settings import Asking, HttpHisSettings, Operation
from adapters.his_http.template import encoded
from adapters.http import HttpClient, Request, Response, Transport
from adapters.records import Record, sent
from adapters.records.conventions import Conventions
from adapters.records.his import sent_already
from adapters.time import Now

NO_CONTENT = "204"
READ = "read"
"""What an HTTP status means whose body is an answer to be judged."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes: its document, and whether it says that there is nothing."""

    document: Any
    is_empty: bool


class HttpHisClient:
    """Asks over one transport; no address, header, request or answer stands in any log or error."""

    def __init__(self, transport: Transport, settings: HttpHisSettings, now: Now, new_id: Callable[[], str]) -> None:
        self._http = HttpClient(transport)
        self._settings = settings
        self._now = now
        self._new_id = new_id

    def ask(self, operation: Operation, values: Record) -> Answer:
        """A question, which changes nothing: whatever is lost on the way is NotDone."""
        try:
            return self._exchange(operation, values)
        except OutcomeUnknown as lost:
            raise NotDone(lost.text, native_code=lost.native_code, retry_after=self._later) from lost

    def tell(self, operation: Operation, values: Record) -> Answer:
        """Something that changes the world: once it was sent, what cannot be read is OutcomeUnknown."""
        with sent_already():
            return self._exchange(operation, values)

    @property
    def _later(self) -> timedelta:
        return timedelta(seconds=self._settings.busy_retry)

    def _exchange(self, operation: Operation, values: Record) -> Answer:
        asking, request_id = operation.asking, self._new_id()
        response = self._http.send(self.request(operation, {**values, "request_id": request_id}))
        meaning = asking.statuses.get(str(response.status), meanings.UNKNOWN)
        if meaning == meanings.EMPTY:
            return Answer(parsed_json("null"), is_empty=True)
        if meaning != READ:
            raise self._no(meaning, f"HTTP-{response.status}")
        judged = _judged(response, asking, request_id)
        if not judged.is_ours:
            raise OutcomeUnknown("the answer belongs to another request")
        if judged.meaning not in (meanings.OK, meanings.EMPTY):
            raise self._no(judged.meaning, judged.code)
        return Answer(judged.document, judged.meaning == meanings.EMPTY)

    def _no(self, meaning: str, code: str) -> OutsideError:
        text = f"the hospital answered {meaning} {code}".rstrip()
        return meanings.error(meaning, text, native_code=code, retry_after=self._later)

    def request(self, operation: Operation, values: Record) -> Request:
        """The request as it goes out."""
        asking, codec = operation.asking, operation.asking.charset
        known = {**self._at_hand(asking, operation.reading.conventions), **values}
        payload = asking.template.render(known, codec)
        if asking.frame is not None:
            payload = asking.frame.render({**known, "request": payload}, codec)
        known["payload"] = payload
        for name, digest in asking.digests.items():
            known[name] = _digest(digest.algorithm, encoded(digest.of.render(known, codec), codec), upper=digest.upper)
        body = asking.envelope.render(known, codec) if asking.envelope else payload
        return Request(
            method=asking.method,
            url=asking.url + asking.path.render(known, codec),
            headers={name: template.render(known, codec) for name, template in asking.headers.items()},
            body=encoded(body, codec),
            max_response_bytes=self._settings.largest_reply,
        )

    def _at_hand(self, asking: Asking, conventions: Conventions) -> dict[str, str]:
        now = self._now()
        return {
            "now": sent.of_instant(now, conventions),
            "today": sent.of_day(now.astimezone(conventions.time_zone).date(), conventions),
            **asking.values,
            **self._settings.secrets,
        }


@dataclass(slots=True)
class _Judged:
    """What an answer means as far as its layers were read; `is_ours` where one of them repeats the request's id."""

    is_ours: bool
    document: Any = None
    meaning: str = ""
    code: str = ""


def _judged(response: Response, asking: Asking, request_id: str) -> _Judged:
    """From the outside in, until a layer says anything but yes; where one says yes, nothing need be in it."""
    judged = _Judged(is_ours=asking.echo is None)
    try:
        for document, is_inmost in reply.layers(response, asking):
            meaning, code = asking.judgement.of(document, is_inmost=is_inmost)
            judged.document, judged.meaning = document, meaning or judged.meaning
            judged.code = code or judged.code
            judged.is_ours = judged.is_ours or _repeats(document, asking, request_id)
            if judged.meaning not in ("", meanings.OK):
                return judged
    except reply.NothingInside:
        if judged.meaning != meanings.OK:
            raise
    judged.meaning = judged.meaning or asking.judgement.otherwise
    return judged


def _repeats(document: Any, asking: Asking, request_id: str) -> bool:
    return asking.echo is not None and request_id in asking.echo.texts(document, document)


def _digest(algorithm: str, raw: bytes, *, upper: bool) -> str:
    made = hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest()
    return made.upper() if upper else made
