"""Where operations are carried out: the settings' requests by name, their answers as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.errors import Malformed, Reason, Refused
from adapters.his_http.client import Answer
from adapters.his_http.questions import Questions
from adapters.his_http.rows import records_of
from adapters.his_http.settings import HttpHisSettings, Operation
from adapters.records import Record
from adapters.records.conventions import Conventions
from adapters.records.his import sent_already


class HttpDesk:
    """Asks over HTTP what `adapters.records.his` wants to know."""

    def __init__(self, questions: Questions, settings: HttpHisSettings) -> None:
        self._questions = questions
        self._settings = settings

    def has(self, operation: str) -> bool:
        """Whether the settings have it."""
        return operation in self._settings.operations

    def conventions(self, operation: str) -> Conventions:
        """How its records are written."""
        return self._named(operation).reading.conventions

    def ask(self, operation: str, values: Record) -> Iterable[Record]:
        """The completed records of a list."""
        return self._questions.records(self._named(operation), values)

    def tell(self, operation: str, values: Record) -> Answer:
        """Make a change."""
        return self._questions.tell(self._named(operation), values)

    def told(self, operation: str, values: Record) -> Record:
        """The one record that a change gives back."""
        answer = self.tell(operation, values)
        with sent_already():
            return _only(list(records_of(answer.document, self._named(operation).reading)))

    def _named(self, operation: str) -> Operation:
        named = self._settings.operations.get(operation)
        if named is None:
            raise Refused(f"the settings name no operation {operation}", reason=Reason.NOT_ALLOWED)
        return named


def _only(records: Sequence[Record]) -> Record:
    if len(records) != 1:
        raise Malformed(f"{len(records)} rows where one was expected")
    return records[0]
