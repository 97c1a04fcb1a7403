"""One question or one change as several calls: what comes first, page after page, and what completes the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.errors import Malformed, NotDone, Reason, Refused
from adapters.his_http.client import Answer, HttpHisClient
from adapters.his_http.joining import Kept, Lookups
from adapters.his_http.rows import count, records_of
from adapters.his_http.settings import HttpHisSettings, Operation
from adapters.records import Record
from adapters.time import Now

MOST_PAGES = 200
"""Of one list; a longer one has no end, or is the same page again and again."""

_NO_SESSION = "HTTP-401"


class Questions:
    """Asks with all that the settings want asked around it; a refused login ends every session that was kept."""

    def __init__(self, client: HttpHisClient, settings: HttpHisSettings, now: Now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._kept = Kept()

    def lookups(self) -> Lookups:
        """The lookups of one question."""
        return Lookups(self._client, self._settings, self._kept, self._now)

    def records(self, operation: Operation, asked: Record) -> Iterator[Record]:
        """The completed records of a list."""
        lookups = self.lookups()
        with self._session():
            values = lookups.first(operation, asked)
            answers = self.answers(operation, values)
            records = (record for answer in answers for record in records_of(answer.document, operation.reading))
            yield from lookups.complete(records, operation, values)

    def answers(self, operation: Operation, values: Record) -> Iterator[Answer]:
        """The pages of a list, those without anything left out; Malformed where they do not end."""
        size = operation.reading.page_size
        for page in range(1, MOST_PAGES + 1):
            paged = {"page": str(page), "page_size": str(size)} if size else {}
            with self._session():
                answer = self._client.ask(operation, {**values, **paged})
            if answer.is_empty:
                return
            yield answer
            if not size or count(answer.document, operation.reading) < size:
                return
        raise Malformed(f"a list of more than {MOST_PAGES} pages")

    def tell(self, operation: Operation, asked: Record) -> Answer:
        """Ask what comes first, then make the change."""
        with self._session():
            return self._client.tell(operation, self.lookups().first(operation, asked))

    @contextmanager
    def _session(self) -> Iterator[None]:
        try:
            yield
        except (Refused, NotDone) as no:
            if no.native_code == _NO_SESSION or (isinstance(no, Refused) and no.reason is Reason.CREDENTIALS):
                self._kept.forget()
            raise
