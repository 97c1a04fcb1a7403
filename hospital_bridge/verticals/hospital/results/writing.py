"""A report as text to be sealed, and read again."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from adapters.news import AbnormalFlag, Document, Observation, ReportIssued, ReportKind, ReportStatus
from adapters.values import Identifier, PatientRecord, Sex
from hospital_bridge.verticals.hospital.results.version import KeptDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def fingerprint(issued: ReportIssued) -> str:
    """64 hex digits (SHA-256) that only the same content has, documents included."""
    documents = [[each.title, each.content_type, hashlib.sha256(each.content).hexdigest()] for each in issued.documents]
    told = {**_told(issued), "documents": documents, "patient": _patient(issued.patient)}
    return hashlib.sha256(_text(told).encode()).hexdigest()


def write_version(issued: ReportIssued, documents: Iterable[KeptDocument]) -> str:
    """What a version says, without its patient and without the content of its documents."""
    return _text({**_told(issued), "documents": [asdict(each) for each in documents]})


def read_version(text: str) -> dict[str, Any]:
    """The fields of a `Version` that `write_version` wrote."""
    told = json.loads(text)
    return _read_told(told) | {"documents": tuple(KeptDocument(**each) for each in told["documents"])}


def write_patient(patient: PatientRecord) -> str:
    """The patient as a version named them."""
    return _text(_patient(patient))


def read_told(version: str, patient: str, contents: Mapping[int, bytes]) -> ReportIssued:
    """What the hospital said, out of `write_version`, `write_patient` and what was kept of its documents."""
    told = json.loads(version)
    kept = (KeptDocument(**each) for each in told["documents"])
    documents = tuple(Document(each.title, each.content_type, contents.get(each.number, b"")) for each in kept)
    told_of = _read_patient(json.loads(patient))
    return ReportIssued(patient=told_of, documents=documents, **_read_told(told, whole=True))


def write_whole(issued: ReportIssued) -> str:
    """The whole message with its patient and documents, for a report of which nobody knows yet whose it is."""
    documents = [
        {"title": each.title, "content_type": each.content_type, "content": base64.b64encode(each.content).decode()}
        for each in issued.documents
    ]
    return _text({**_told(issued), "documents": documents, "patient": _patient(issued.patient)})


def read_whole(text: str) -> ReportIssued:
    """What `write_whole` wrote."""
    told = json.loads(text)
    documents = tuple(
        Document(each["title"], each["content_type"], base64.b64decode(each["content"])) for each in told["documents"]
    )
    return ReportIssued(patient=_read_patient(told["patient"]), documents=documents, **_read_told(told, whole=True))


def _told(issued: ReportIssued) -> dict[str, Any]:
    return {
        "report_no": issued.report_no,
        "placer_order_no": issued.placer_order_no,
        "filler_id": issued.filler_id,
        "kind": issued.kind,
        "title": issued.title,
        "status": issued.status,
        "issued_at": issued.issued_at.isoformat(),
        "observed_at": issued.observed_at.isoformat() if issued.observed_at else "",
        "practitioner_code": issued.practitioner_code,
        "practitioner_name": issued.practitioner_name,
        "department_name": issued.department_name,
        "observations": [_observation(each) for each in issued.observations],
        # Only where there is one: what was kept before comments were must be known again by its fingerprint.
        **({"comment": issued.comment} if issued.comment else {}),
    }


def _observation(told: Observation) -> dict[str, str]:
    return {name: str(getattr(told, name)) for name in Observation.__dataclass_fields__}


def _read_told(told: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    of_order = ("placer_order_no", "practitioner_code") if whole else ()
    plain = ("report_no", "filler_id", "title", "practitioner_name", "department_name", *of_order)
    return {name: told[name] for name in plain} | {
        "kind": ReportKind(told["kind"]),
        "status": ReportStatus(told["status"]),
        "issued_at": datetime.fromisoformat(told["issued_at"]),
        "observed_at": datetime.fromisoformat(told["observed_at"]) if told["observed_at"] else None,
        "observations": tuple(_read_observation(each) for each in told["observations"]),
        "comment": told.get("comment", ""),
    }


def _read_observation(told: Mapping[str, str]) -> Observation:
    firm = {"flag": AbnormalFlag(told["flag"]), "status": ReportStatus(told["status"])}
    return Observation(**{**told, **firm})  # type: ignore[arg-type]  # the other fields are text


def _patient(patient: PatientRecord) -> dict[str, Any]:
    return {
        "identifiers": [[each.system, each.value] for each in patient.identifiers],
        "name": patient.name,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else "",
        "sex": patient.sex,
    }


def _read_patient(told: Mapping[str, Any]) -> PatientRecord:
    return PatientRecord(
        identifiers=tuple(Identifier(system, value) for system, value in told["identifiers"]),
        name=told["name"],
        birth_date=date.fromisoformat(told["birth_date"]) if told["birth_date"] else None,
        sex=Sex(told["sex"]),
    )


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
