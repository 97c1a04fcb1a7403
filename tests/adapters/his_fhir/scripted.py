"""A FHIR server of a few prepared answers, and the adapter as its manifest builds it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from adapters.errors import OutsideError
from adapters.his_fhir import manifest
from adapters.his_fhir.his import FhirHis
from adapters.his_fhir.schema import FhirHisSchema
from adapters.http import Request, Response
from adapters.manifest import AdapterContext

BASE = "https://his.example/fhir"
Answer = Response | OutsideError | Callable[[Request], Response]


@dataclass
class Server:
    """Answers in turn, and again with the last one; keeps what it was asked."""

    answers: list[Answer]
    asked: list[Request] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, OutsideError):
            raise answer
        return answer if isinstance(answer, Response) else answer(request)

    def later(self, by: timedelta) -> None:
        self.now += by

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.asked if request.method in ("POST", "PUT")]


def params_of(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query or request.body.decode(), keep_blank_values=True)


def his_at(*answers: Answer, **settings: Any) -> tuple[FhirHis, Server]:
    server = Server(list(answers))
    context = AdapterContext(lambda: server.now, server, lambda: "0" * 32, open_transport=lambda *_, **__: server)
    his = manifest.build(FhirHisSchema().load({"base_url": BASE, **settings}), context)
    assert isinstance(his, FhirHis)
    return his, server


def told(status: int, value: Mapping[str, Any] | bytes | None = None, **headers: str) -> Response:
    body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
    return Response(status, {name.replace("_", "-"): text for name, text in headers.items()}, body)


def outcome(issue: str, code: str = "") -> dict[str, Any]:
    details = {"details": {"coding": [{"system": "urn:his", "code": code}]}} if code else {}
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": issue, **details}]}


def page(*matches: Mapping[str, Any], include: tuple[Mapping[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    entries = [{"resource": each, "search": {"mode": "match"}} for each in matches]
    entries += [{"resource": each, "search": {"mode": "include"}} for each in include]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}
